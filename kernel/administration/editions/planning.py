"""What applying an edition to a site would do: made before anybody confirms it, and again when it is done.

A site's own additions are kept apart: a plugin that was installed or resumed by hand, a pattern or setting that was changed
by hand, features and users that were bought besides. They stay through every edition. What an edition leaves out is paused,
never uninstalled: its data stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from kernel.administration.editions.changes import (
    PatternChange,
    SettingChange,
    pattern_changes,
    setting_changes,
)
from kernel.administration.editions.checking import (
    GrantedRights,
    plugin_problems,
    prospect,
    remarks_on,
    wanted_rights,
    wanted_settings,
    with_dependencies,
)
from kernel.administration.editions.models import Edition, stored_limits
from kernel.data.site import Site
from kernel.extension.contributions import Obstacle
from kernel.extension.editions import SiteEdition, read_site_edition
from kernel.extension.models import Setting
from kernel.extension.state import State
from kernel.fa.calendar import add_months
from kernel.i18n import LazyText, _
from kernel.lifecycle.steps import Performer, Work, Workshop, looking
from kernel.resources.declared import DeclaredTwice


@dataclass(frozen=True)
class EditionPlan:
    """What would be done, in the order in which it is done; empty where the site is as the edition says."""

    edition: Edition
    before: SiteEdition
    installs: tuple[str, ...] = ()
    resumes: tuple[str, ...] = ()
    pauses: tuple[str, ...] = ()
    additions: tuple[str, ...] = ()
    """Plugins that run besides the edition's, and go on."""
    settings: tuple[SettingChange, ...] = ()
    patterns: tuple[PatternChange, ...] = ()
    limits: Mapping[str, tuple[int | None, int | None]] = field(default_factory=dict)
    """Limit to its value before and after, where they differ."""
    features: Mapping[str, bool] = field(default_factory=dict)
    """Features that are switched on or off; what the site chose for itself does not change."""
    term_until: date | None = None
    """The last day of a term that begins with this edition; None where a term runs already, or none begins."""
    own: tuple[str, ...] = ()
    """All running plugins that are the site's own, those that the edition names as well among them."""
    obstacles: tuple[Obstacle, ...] = ()
    remarks: tuple[LazyText, ...] = ()
    snapshot: Mapping[str, Any] = field(default_factory=dict)
    """What the site will keep of the edition."""

    @property
    def renamed(self) -> bool:
        """Whether the site is of another edition now."""
        return self.before.name != self.edition.name

    @property
    def nothing_to_do(self) -> bool:
        """Whether the site is as the edition says, to the last of what it keeps of it."""
        settings = [each for each in self.settings if each.does_something]
        patterns = [each for each in self.patterns if each.does_something]
        steps = (*self.installs, *self.resumes, *self.pauses, *settings, *patterns)
        noted = dict(self.before.applied) == dict(self.snapshot) and not self.before.pending
        return not (steps or self.renamed or self.term_until) and noted


def plan_edition(workshop: Workshop, edition: Edition, by: Performer) -> EditionPlan:
    """Say what applying an edition would do to a site, and what stands in its way."""
    with looking(workshop, by) as work:
        return make_plan(work, edition)


def make_plan(work: Work, edition: Edition) -> EditionPlan:
    """Make the plan from what stands in the database."""
    before = read_site_edition(work.connection)
    obstacles = [Obstacle(text=each) for each in plugin_problems(edition, work.discovery)]
    wanted = with_dependencies(work.discovery, edition.plugins)
    extra = additions(work, before)
    kept = with_dependencies(work.discovery, (*wanted, *extra))
    obstacles += _standing_in_the_way(work, wanted, extra)
    try:
        seen = prospect(work.discovery, kept)
    except DeclaredTwice as error:
        text = _("Two plugins use one name, so they cannot run together: %(error)s.", error=str(error))
        return EditionPlan(edition, before, obstacles=(*obstacles, Obstacle(text=text)))
    values, problems = wanted_settings(edition, seen.declared)
    rights = wanted_rights(edition, seen)
    if not obstacles:
        obstacles += [Obstacle(text=each) for each in (*problems, *rights.problems)]
    settings = setting_changes(seen.declared, _stored(work.connection), before, values)
    patterns = pattern_changes(work.connection, before, edition, rights, work.workshop.site.locale)
    locale = work.workshop.site.locale
    return EditionPlan(
        edition=edition,
        before=before,
        installs=tuple(name for name in wanted if name not in work.states),
        resumes=tuple(name for name in wanted if _is(work, name, State.PAUSED)),
        pauses=tuple(name for name in _running_backwards(work) if name not in kept),
        additions=tuple(name for name in kept if name not in wanted),
        own=extra,
        settings=tuple(settings),
        patterns=tuple(patterns),
        limits=_limit_changes(before, edition),
        features={
            name: on
            for name, on in edition.features.items()
            if before.applied.get("features", {}).get(name, True) is not on
            and name not in before.additions.get("features", {})
        },
        term_until=_new_term(before, edition, today_at(work.workshop.site)),
        obstacles=tuple(obstacles),
        remarks=(*remarks_on(edition, work.discovery, rights, locale), *_unwell(work, wanted)),
        snapshot=_snapshot(edition, wanted, values, rights, before, seen.declared.settings),
    )


def additions(work: Work, before: SiteEdition) -> tuple[str, ...]:
    """Give the running plugins that are the site's own: those noted as such, and those that no edition brought."""
    brought = {*before.applied.get("plugins", ()), *before.pending.get("plugins", ())}
    noted = set(before.additions.get("plugins", ()))
    running = {name for name, state in work.states.items() if state.state is not State.PAUSED}
    return tuple(sorted(name for name in running if name in noted or name not in brought))


def today_at(site: Site) -> date:
    """Give the day at a site by this machine's clock."""
    return datetime.now(UTC).astimezone(site.time_zone).date()


def _is(work: Work, name: str, state: State) -> bool:
    return name in work.states and work.states[name].state is state


def _running_backwards(work: Work) -> list[str]:
    """The running plugins, each before what it requires; a plugin whose code is gone comes first."""
    running = [name for name, state in work.states.items() if state.state is State.ENABLED]
    order = {name: place for place, name in enumerate(work.discovery.plugins)}
    return sorted(running, key=lambda name: order.get(name, len(order)), reverse=True)


def _standing_in_the_way(work: Work, wanted: Iterable[str], extra: Iterable[str]) -> Iterable[Obstacle]:
    for name in wanted:
        if name not in work.states:
            continue
        standing = work.standing(name)
        if standing.state in (State.OUTDATED, State.INCOMPATIBLE):
            yield Obstacle(
                text=_("“%(name)s”: %(obstacle)s", name=name, obstacle=standing.reason or str(standing.state))
            )
    plugins = work.discovery.plugins
    for one in wanted:
        for other in extra:
            if other in plugins and other != one and _conflict(plugins[one].plugin, plugins[other].plugin):
                yield Obstacle(
                    text=_("“%(name)s” and “%(other)s” cannot be together.", name=one, other=other)
                )


def _conflict(one: Any, other: Any) -> bool:
    return other.name in one.conflicts or one.name in other.conflicts


def _unwell(work: Work, wanted: Iterable[str]) -> Iterable[LazyText]:
    for name in wanted:
        if _is(work, name, State.QUARANTINED):
            yield _("The plugin “%(name)s” is in quarantine and stays there until it is repaired.", name=name)


def _stored(connection: Connection) -> dict[str, Any]:
    return {row.key: row.value for row in connection.execute(select(Setting.key, Setting.value))}


def _limit_changes(before: SiteEdition, edition: Edition) -> dict[str, tuple[int | None, int | None]]:
    old, new = before.applied.get("limits", {}), stored_limits(edition.limits)
    names = [name for name in vars(edition.limits) if old.get(name) != new.get(name)]
    return {name: (old.get(name), new.get(name)) for name in names}


def _new_term(before: SiteEdition, edition: Edition, today: date) -> date | None:
    """A term begins with the first edition that has one; later it is renewed by the operator, never by applying."""
    months = edition.limits.term_months
    if months is None or before.term_until is not None or before.applied.get("limits", {}).get("term_months"):
        return None
    return add_months(today, months) - timedelta(days=1)


def _snapshot(
    edition: Edition,
    wanted: Iterable[str],
    values: Mapping[str, Any],
    rights: GrantedRights,
    before: SiteEdition,
    declared: Mapping[str, Any],
) -> dict[str, Any]:
    """What the site keeps of the edition, as JSON gives it back."""
    paused = {key: value for key, value in before.applied.get("settings", {}).items() if key not in declared}
    return {
        "title": dict(edition.title),
        "plugins": sorted(wanted),
        "to_come": {name: dict(title) for name, title in edition.to_come.items()},
        "limits": stored_limits(edition.limits),
        "features": dict(edition.features),
        "settings": {**paused, **values},
        "patterns": {
            name: sorted(
                [resource, action, scope] for (resource, action), scopes in mine.items() for scope in scopes
            )
            for name, mine in rights.grants.items()
        },
        "field_rules": {
            name: sorted([resource, item, rule] for (resource, item), rule in mine.items())
            for name, mine in rights.fields.items()
            if mine
        },
    }
