"""Applying editions to a running site: the plan says what happens, and what somebody did by hand stays."""

from __future__ import annotations

import os
import signal
from dataclasses import replace

import pytest

from kernel.access.actor import SYSTEM
from kernel.administration.editions import apply_edition, load_edition, plan_edition
from kernel.administration.editions.changes import Change
from kernel.administration.editions.terms import set_additions
from kernel.administration.settings import store_values
from kernel.extension.state import State, read_states
from kernel.lifecycle.errors import StepRefused
from kernel.lifecycle.install import install
from kernel.lifecycle.switching import pause, resume
from kernel.resources.build import build_runtime
from kernel.testing.clock import Clock
from tests.editions.conftest import Desk
from tests.lifecycle.drive import dying_at

BY = SYSTEM("test")


class Shop:
    """A site to which editions are applied by name."""

    def __init__(self, workshop, config):
        self.workshop, self.config = workshop, config
        self.desk = Desk(workshop.site, workshop.engines, Clock())

    def apply(self, name):
        return apply_edition(self.workshop, load_edition(self.config, name), BY)

    def plan(self, name):
        return plan_edition(self.workshop, load_edition(self.config, name), BY)

    def states(self):
        with self.workshop.engines.owner(self.workshop.site).connect() as owner:
            return {name: state.state for name, state in read_states(owner).items()}


@pytest.fixture
def bare_shop(bare, config):
    return Shop(bare, config)


@pytest.fixture
def shop(clinic, config):
    return Shop(clinic, config)


def test_a_bare_site_becomes_a_clinic_and_a_second_time_nothing_happens(bare_shop):
    made = bare_shop.plan("practice")
    assert made.installs == ("medical",)
    assert [each.key for each in made.settings] == ["parties.area_code"]
    assert {each.change for each in made.patterns} == {Change.MADE}
    assert bare_shop.states() == {}, "a plan changes nothing"
    bare_shop.apply("practice")
    runtime = bare_shop.desk.runtime
    assert runtime.plugins == {"medical"}
    assert runtime.setting("parties.area_code") == "021"
    assert runtime.edition.name == "practice"
    epoch = runtime.epoch
    again = bare_shop.apply("practice")
    assert again.nothing_to_do
    assert bare_shop.desk.runtime.epoch == epoch


def test_what_an_edition_leaves_out_is_paused_and_comes_back_whole(shop):
    shop.desk.change(
        "INSERT INTO medical.service (title, search_key, sort_key, minutes) VALUES ('ویزیت', 'ویزیت', 'ویزیت', 15)"
    )
    before = shop.desk.rows("SELECT * FROM medical.service")
    made = shop.plan("base1")
    assert (made.pauses, made.installs, made.resumes) == (("medical",), (), ())
    assert dict(made.limits)["users_at_once"] == (None, 2)
    assert made.features == {"map": False}
    shop.apply("base1")
    assert shop.states() == {"medical": State.PAUSED}
    assert shop.desk.rows("SELECT * FROM medical.service") == before
    assert shop.desk.runtime.setting("parties.area_code") in ("", None), "nobody had touched it"
    assert shop.apply("base1").nothing_to_do
    assert shop.plan("practice").resumes == ("medical",)
    shop.apply("practice")
    assert shop.desk.runtime.plugins == {"medical"}
    assert shop.desk.rows("SELECT * FROM medical.service") == before


def test_a_plugin_that_was_added_by_hand_survives_every_edition(bare_shop):
    bare_shop.apply("base1")
    install(bare_shop.workshop, "medical", BY)
    assert bare_shop.plan("base1").nothing_to_do
    for name in ("base2", "practice", "base1"):
        bare_shop.apply(name)
        assert bare_shop.states()["medical"] is State.ENABLED, name
    assert bare_shop.plan("base1").additions == ("medical",)
    assert bare_shop.desk.runtime.edition.additions["plugins"] == ["medical"]


def test_a_paused_plugin_that_is_resumed_by_hand_is_an_addition(shop):
    shop.apply("base1")
    resume(shop.workshop, "medical", BY)
    shop.apply("base2")
    assert shop.states() == {"medical": State.ENABLED, "tasks": State.ENABLED}


def test_a_plugin_of_the_edition_that_was_paused_by_hand_is_resumed(shop):
    pause(shop.workshop, "medical", BY)
    assert shop.apply("practice").resumes == ("medical",)


def test_settings_and_patterns_changed_by_hand_are_kept_and_told(shop):
    with shop.desk.runtime.system_work("by hand", "test") as context:
        store_values(context, {"parties.area_code": "026"})
    shop.desk.change(
        "DELETE FROM kernel.access_grant USING kernel.pattern p"
        " WHERE p.id = pattern_id AND p.name = 'edition.agent' AND action = 'edit'"
    )
    shop.desk.change("DELETE FROM kernel.pattern WHERE name = 'edition.marketer'")
    made = shop.plan("practice")
    assert made.nothing_to_do
    assert [(each.key, each.change) for each in made.settings] == [("parties.area_code", Change.KEPT)]
    assert [(each.name, each.change) for each in made.patterns] == [("edition.agent", Change.KEPT)]
    shop.apply("base1")
    assert shop.desk.runtime.setting("parties.area_code") == "026"
    assert shop.desk.rows("SELECT count(*) FROM kernel.pattern WHERE name = 'edition.marketer'") == [(0,)]


def test_a_pattern_that_nobody_touched_follows_the_edition(shop, edition_file):
    content = '[[patterns]]\nname = "guest"\ntitle = "Guest"\ngrants = {{ party = {{ {} }} }}'
    shop.apply(edition_file("shop", content.format('view = "own"')))
    grants = (
        "SELECT action, scope FROM kernel.access_grant g JOIN kernel.pattern p ON p.id = g.pattern_id"
        " WHERE p.name = 'edition.guest' ORDER BY action"
    )
    assert shop.desk.rows(grants) == [("view", "own")]
    edition_file("shop", content.format('view = "all", edit = "own"'))
    assert [each.change for each in shop.plan("shop").patterns] == [Change.CHANGED]
    shop.apply("shop")
    assert shop.desk.rows(grants) == [("edit", "own"), ("view", "all")]
    shop.apply("base1")
    assert shop.desk.rows(grants) == [], "nobody held it"


def test_a_pattern_of_a_former_edition_stays_while_somebody_holds_it(shop, edition_file):
    shop.apply(
        edition_file(
            "shop", '[[patterns]]\nname = "guest"\ntitle = "Guest"\ngrants = { party = { view = "own" } }'
        )
    )
    shop.desk.change("INSERT INTO kernel.user_account (username, display_name) VALUES ('sara', 'Sara')")
    shop.desk.change(
        "INSERT INTO kernel.user_pattern SELECT u.id, p.id FROM kernel.user_account u, kernel.pattern p"
        " WHERE p.name = 'edition.guest'"
    )
    assert ("edition.guest", Change.KEPT) in [
        (each.name, each.change) for each in shop.plan("base1").patterns
    ]
    shop.apply("base1")
    assert shop.desk.rows("SELECT count(*) FROM kernel.pattern WHERE name = 'edition.guest'") == [(1,)]


def test_an_edition_that_cannot_be_is_refused_before_anything_happens(shop, edition_file):
    name = edition_file("mixed", 'plugins = ["medical", "mill"]')
    with pytest.raises(StepRefused, match="mill"):
        shop.apply(name)
    assert shop.states() == {"medical": State.ENABLED}
    assert shop.desk.runtime.edition.name == "practice"


def test_features_and_users_bought_besides_stay_through_every_edition(shop):
    shop.apply("base1")
    assert not shop.desk.runtime.edition.has_feature("map")
    set_additions(shop.desk.runtime, features={"map": True}, users=3)
    planned = shop.apply("base2")
    assert "map" not in planned.features, "a plan tells only what changes"
    edition = shop.desk.runtime.edition
    assert edition.has_feature("map")
    assert not edition.has_feature("barcode")
    assert edition.users_at_once == 7
    set_additions(shop.desk.runtime, features={"map": None})
    assert not shop.desk.runtime.edition.has_feature("map")


def test_a_term_begins_once_and_applying_again_does_not_renew_it(shop, edition_file):
    edition_file("cloud", 'extends = "base1"\n[limits]\nterm_months = 3\ngrace_days = 5')
    shop.apply("cloud")
    first = shop.desk.runtime.edition
    assert first.term_until is not None
    assert first.grace_days == 5
    shop.desk.change("UPDATE kernel.site_edition SET term_until = '2020-01-01'")
    assert shop.apply("cloud").nothing_to_do
    shop.apply("base2")
    assert str(shop.desk.runtime.edition.term_until) == "2020-01-01"


POINTS = (
    "edition begun",
    "schema created",
    "settled",
    "before commit",
    "after commit",
    "edition plugins",
    "edition applied",
)


def killed_at(point, workshop, edition):
    child = os.fork()
    if child == 0:
        try:
            apply_edition(replace(workshop, reach=dying_at(point)), edition, BY)
        finally:
            os._exit(1)
    return os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL


@pytest.mark.parametrize(
    "kept", [False, pytest.param(True, marks=pytest.mark.long)], ids=["bare", "with an addition"]
)
def test_killed_anywhere_it_goes_on_where_it_stood(bare_shop, kept):
    if kept:
        install(bare_shop.workshop, "medical", BY)
    clinic, base = load_edition(bare_shop.config, "practice"), load_edition(bare_shop.config, "base1")
    for number, point in enumerate(POINTS):
        wanted = base if number % 2 else clinic
        bare_shop.desk.engines.dispose(bare_shop.desk.site.name)
        killed_at(point, bare_shop.workshop, wanted)
        bare_shop.apply(wanted.name)
        assert bare_shop.apply(wanted.name).nothing_to_do
        running = wanted is clinic or kept
        assert build_runtime(bare_shop.desk.site, bare_shop.desk.engines).plugins == (
            {"medical"} if running else set()
        ), point
        assert bare_shop.desk.runtime.edition.pending == {}
