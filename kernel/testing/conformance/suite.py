"""The tests of the suite, over the fixtures of `kernel.testing`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

import pytest

from kernel.access.actor import Actor
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.extension.discovery import discover
from kernel.lifecycle.steps import Workshop
from kernel.resources.build import build_runtime
from kernel.testing.browser import Browser, let_in
from kernel.testing.comparing import compare
from kernel.testing.conformance import code, pages, tables
from kernel.testing.conformance.examined import Declarations, Examined
from kernel.testing.conformance.failing import failing
from kernel.testing.conformance.life import Life
from kernel.testing.conformance.rules import report
from kernel.testing.conformance.scene import HIDDEN, SEEN, MakeRows, Scene
from kernel.testing.conformance.walls import WALLS, walls
from kernel.testing.users import add_user

if TYPE_CHECKING:
    from kernel.web.wsgi import PeyvandWSGI

ADMINISTRATOR = "administrator"
"""In place of a scope: somebody who may do everything."""
LONG = "ژرف‌نگرانه‌ترین‌هم‌اندیشی‌هایبی‌پایان‌ودورودرازِهمه‌سونگرانه۶۰"
"""One word of sixty letters: nothing in it lets a line break."""


def suite(name: str, *, rows: MakeRows | None = None, turns: int = 1) -> type[Conformance]:
    """Give the tests for the plugin `name`, to be put into a module under a name that begins with `Test`.

    A plugin with many resources may let its tests that are not long ask for every `turns`-th of the kernel's own pages of
    each resource, try every so many-th shape of a statement on each model, others on the next, and let every so many-th
    hook fail.
    """
    own = {"name": name, "rows": (rows,), "turns": turns}
    if turns == 1:  # what takes no turns has asked for all already
        own |= {"test_all_routes": None, "test_all_shapes": None, "test_all_failing_hooks": None}
    found = type("TestConformance", (Conformance,), own)
    return pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")(found)


class Conformance:
    """One test for each rule."""

    name: ClassVar[str]
    rows: ClassVar[tuple[MakeRows | None]] = (None,)
    """The author's own way of making rows, if he gave one."""
    turns: ClassVar[int] = 1
    """Every how many-th address and shape the tests that are not long take."""

    @pytest.fixture(scope="class")
    @classmethod
    def plugin_name(cls) -> str:
        """The plugin under test, for the fixtures of `kernel.testing`."""
        return cls.name

    @pytest.fixture
    def examined(self) -> Examined:
        """Its code and models."""
        return Examined.find(self.name)

    @pytest.fixture
    def scene(self, examined: Examined, plugin_site: Site, engines: Engines) -> Scene:
        """A site with it, and who writes rows there."""
        runtime = build_runtime(plugin_site, engines, isolate=False)
        return Scene(examined, Declarations.of(runtime, self.name), self.rows[0])

    @pytest.fixture
    def enter(self, scene: Scene, plugin_site: Site, engines: Engines, plugin_wsgi: PeyvandWSGI) -> Enter:
        """Make a user with all rights of one scope (or without any), and give the actor with a browser."""
        plugin_wsgi.store.forget()

        def entering(username: str, scope: str | None, *, locale: str = "fa") -> tuple[Actor, Browser]:
            with engines.owner(plugin_site).begin() as owner:
                if scope == ADMINISTRATOR:
                    actor = add_user(owner, username, administrator=True)
                else:
                    actor = scene.add_user(owner, username, scope)
                let_in(owner, actor.user_id, locale=locale)
            browser = Browser(plugin_wsgi, plugin_site.hosts[0])
            browser.sign_in(username)
            return actor, browser

        return entering

    @pytest.fixture
    def own_pages(self, scene: Scene, plugin_site: Site, plugin_wsgi: PeyvandWSGI) -> pages.Pages:
        """Its addresses."""
        return pages.Pages(self.name, plugin_wsgi.application(plugin_site), scene.declared, self.turns)

    def test_manifest(self, examined: Examined) -> None:
        """The manifest says all that it must."""
        report("manifest", code.manifest(examined))

    def test_importing(self, examined: Examined) -> None:
        """Importing has no effect."""
        report("importing", code.importing(examined))

    def test_imports(self, examined: Examined) -> None:
        """Nothing is imported that is not promised."""
        report("imports", code.imports(examined))

    def test_texts(self, examined: Examined) -> None:
        """Everything is said in Persian."""
        report("texts", code.texts(examined))

    def test_schema(self, examined: Examined, plugin_site: Site, engines: Engines) -> None:
        """Everything stands in its own schema."""
        with engines.owner(plugin_site).connect() as owner:
            report("schema", tables.schema(examined, owner))

    def test_policies(self, examined: Examined) -> None:
        """Every model is protected."""
        report("policies", tables.policies(examined))

    def test_migrations(self, examined: Examined, plugin_site: Site, engines: Engines) -> None:
        """The migrations make the models."""
        with engines.owner(plugin_site).connect() as owner:
            report("migrations", tables.migrations(examined, owner))

    def test_life(self, examined: Examined, own_site: Site, engines: Engines) -> None:
        """Every step of its life does its work, and what is uninstalled is gone and comes back."""
        self._live(examined, own_site, engines, killing=False)

    @pytest.mark.long
    def test_life_with_kills(self, examined: Examined, own_site: Site, engines: Engines) -> None:
        """The same, with a process killed at every named point of every step."""
        self._live(examined, own_site, engines, killing=True)

    def _live(self, examined: Examined, site: Site, engines: Engines, *, killing: bool) -> None:
        def fill() -> None:
            runtime = build_runtime(site, engines, isolate=False)
            scene = Scene(examined, Declarations.of(runtime, self.name), self.rows[0])
            with engines.owner(site).begin() as owner:
                scene.fill(owner, scene.add_user(owner, "sara", "own"), SEEN, 3)
            engines.dispose(site.name)

        life = Life(self.name, Workshop(site, engines, discover()), engines.owner(site), fill, killing)
        problems = list(life.run())
        for rule in dict.fromkeys(rule for rule, _text in problems):
            report(rule, [text for broken, text in problems if broken == rule])

    @pytest.mark.parametrize(
        "which", [pytest.param(each, marks=pytest.mark.long) if each != "both" else each for each in WALLS]
    )
    def test_walls(self, which: str, scene: Scene, plugin_site: Site, engines: Engines) -> None:
        """No statement gets past the walls."""
        self._wall(which, scene, plugin_site, engines, self.turns if which == "both" else 1)

    @pytest.mark.long
    def test_all_shapes(self, scene: Scene, plugin_site: Site, engines: Engines) -> None:
        """The same with every shape on every model."""
        self._wall("both", scene, plugin_site, engines, 1)

    def _wall(self, which: str, scene: Scene, plugin_site: Site, engines: Engines, turns: int) -> None:
        with engines.owner(plugin_site).begin() as owner:
            sara, other = (scene.add_user(owner, name, "own") for name in ("sara", "omid"))
            mine = scene.fill(owner, sara, SEEN, 2)
            theirs = scene.fill(owner, other, HIDDEN, 2, first=100)
        tried, problems = walls(scene, engines, plugin_site, sara, mine, theirs, which=which, turns=turns)
        report("walls", problems)
        if not tried:
            pytest.skip("it has no rows that are not for everybody")

    def test_oracle(self, scene: Scene, plugin_site: Site, engines: Engines) -> None:
        """Both walls let through exactly what a plain reading of the policies does."""
        with engines.owner(plugin_site).begin() as owner:
            actors = [scene.add_user(owner, name, scope) for name, scope in (("sara", "own"), ("omid", None))]
            for place, actor in enumerate(actors):
                scene.fill(owner, actor, SEEN, 2, first=100 * place)
        policies = scene.declared.everything
        for actor in actors:
            report("walls", compare(engines, plugin_site, actor, policies, scene.declared.policies)[1])

    @pytest.fixture
    def roam(
        self, scene: Scene, enter: Enter, plugin_site: Site, plugin_wsgi: PeyvandWSGI, engines: Engines
    ) -> Callable[[pages.Pages], None]:
        """Ask for addresses as nobody, as users who see nothing or their own, and as administrator."""

        def roaming(own_pages: pages.Pages) -> None:
            (sara, own), (other, _his) = enter("sara", "own"), enter("omid", "own")
            (_nothing, without), (_all, boss) = enter("mina", None), enter("boss", ADMINISTRATOR)
            with engines.owner(plugin_site).begin() as owner:
                mine = scene.fill(owner, sara, SEEN, 2)
                theirs = scene.fill(owner, other, HIDDEN, 2, first=100)
            stranger = Browser(plugin_wsgi, plugin_site.hosts[0])
            common = {
                policy.table.fullname for policy in scene.declared.policies if scene.for_everybody(policy)
            }
            others = own_pages.addresses(theirs, without=common, besides=mine)
            problems = [
                *pages.nobody(stranger, own_pages.addresses(theirs), (SEEN, HIDDEN)),
                *pages.closed(
                    "somebody without rights",
                    without,
                    own_pages.addresses(theirs),
                    (SEEN, HIDDEN),
                    nothing=True,
                ),
                *pages.closed("somebody who sees his own", own, others, (HIDDEN,)),
                *pages.unbroken(boss, own_pages),
            ]
            report("routes", problems)

        return roaming

    def test_routes(self, roam: Callable[[pages.Pages], None], own_pages: pages.Pages) -> None:
        """Nobody sees or does by an address what he may not."""
        roam(own_pages)

    @pytest.mark.long
    def test_all_routes(self, roam: Callable[[pages.Pages], None], own_pages: pages.Pages) -> None:
        """The same with every address."""
        roam(replace(own_pages, turns=1))

    def test_budget(
        self, scene: Scene, own_pages: pages.Pages, enter: Enter, plugin_site: Site, engines: Engines
    ) -> None:
        """Five rows or forty-five, which a page of a list still holds: it costs the same."""
        actor, browser = enter("boss", ADMINISTRATOR)
        with engines.owner(plugin_site).begin() as owner:
            few = scene.fill(owner, actor, SEEN, 5)
        person = few.parties[0]
        paths = [*pages.KERNEL_PAGES, f"/persons/{person}", *own_pages.plain(), *own_pages.records(few)]
        app = engines.app(plugin_site)
        before = pages.costs(app, browser, paths)
        with engines.owner(plugin_site).begin() as owner:
            scene.fill(owner, actor, SEEN, 40, first=200, party=person)
        report("budget", pages.budget(before, pages.costs_after(app, browser, before), "nine times as many"))

    def test_empty_pages(self, own_pages: pages.Pages, enter: Enter) -> None:
        """All pages open when there is nothing yet."""
        _actor, browser = enter("boss", ADMINISTRATOR)
        report("empty", pages.opening(browser, [*pages.KERNEL_PAGES, *own_pages.plain()]))

    @pytest.mark.parametrize("locale", ["fa", pytest.param("en", marks=pytest.mark.long)])
    def test_long_texts(
        self,
        locale: str,
        scene: Scene,
        own_pages: pages.Pages,
        enter: Enter,
        plugin_site: Site,
        engines: Engines,
    ) -> None:
        """All pages open with texts of sixty letters, in Persian and in English."""
        actor, browser = enter("boss", ADMINISTRATOR, locale=locale)
        with engines.owner(plugin_site).begin() as owner:
            batch = scene.fill(owner, actor, LONG, 3)
        paths = [*pages.KERNEL_PAGES, f"/persons/{batch.parties[0]}", *own_pages.plain()]
        paths += [*own_pages.records(batch), *own_pages.forms(batch)]
        direction = "rtl" if locale == "fa" else "ltr"
        report("long" if locale == "fa" else "locale", pages.opening(browser, paths, direction=direction))

    def test_failing_hooks(
        self, examined: Examined, scene: Scene, enter: Enter, plugin_site: Site, engines: Engines
    ) -> None:
        """Whichever hook fails, the pages of the kernel answer."""
        self._fail(examined, scene, enter, plugin_site, engines, self.turns)

    @pytest.mark.long
    def test_all_failing_hooks(
        self, examined: Examined, scene: Scene, enter: Enter, plugin_site: Site, engines: Engines
    ) -> None:
        """The same with every hook."""
        self._fail(examined, scene, enter, plugin_site, engines, 1)

    def _fail(
        self,
        examined: Examined,
        scene: Scene,
        enter: Enter,
        plugin_site: Site,
        engines: Engines,
        turns: int,
    ) -> None:
        actor, browser = enter("boss", ADMINISTRATOR)
        with engines.owner(plugin_site).begin() as owner:
            batch = scene.fill(owner, actor, SEEN, 1)
        paths = (*pages.KERNEL_PAGES, f"/persons/{batch.parties[0]}")
        connect = engines.owner(plugin_site).connect
        report("failing", failing(examined, browser, connect, paths, turns))


Enter = Callable[..., tuple[Actor, Browser]]
