import pytest

from kernel.administration.rights import ACTIONS, check_grants, grantable
from kernel.resources.errors import EditConflict, Forbidden, Invalid, NotFound, Refused

SALES = {("party", "view"): "own", ("party", "export"): "all"}


@pytest.fixture
def pattern(office):
    return office.run("pattern.save", title="فروش", grants=SALES)


def granted(office, pattern):
    query = "SELECT resource, action, scope FROM kernel.access_grant WHERE pattern_id = :id ORDER BY 1, 2, 3"
    return office.rows(query, id=pattern)


def test_a_pattern_grants_exactly_what_was_chosen(office, pattern):
    assert granted(office, pattern) == [("party", "export", "all"), ("party", "view", "own")]
    office.run("pattern.save", pattern_id=pattern, title="فروش", grants={("party", "view"): "all"})
    assert granted(office, pattern) == [("party", "view", "all")]


def test_what_belongs_to_a_paused_plugin_stays_when_the_rest_is_changed(office, pattern):
    office.change(
        "INSERT INTO kernel.access_grant VALUES (:id, 'medical.appointment', 'view', 'all')", id=pattern
    )
    office.run("pattern.save", pattern_id=pattern, title="فروش", grants={("party", "view"): "all"})
    assert granted(office, pattern) == [("medical.appointment", "view", "all"), ("party", "view", "all")]


def test_a_right_is_granted_in_several_scopes_and_taken_away_one_by_one(office, pattern):
    for scopes, held in (
        (("own", "team", "location"), ["location", "own", "team"]),
        (("team",), ["team"]),
        (["own", "all"], ["all"]),
        ((), []),
    ):
        office.run("pattern.save", pattern_id=pattern, title="فروش", grants={("party", "view"): scopes})
        assert granted(office, pattern) == [("party", "view", scope) for scope in held]


def test_a_scope_that_nobody_declares_at_present_stays(office, pattern):
    office.change("INSERT INTO kernel.access_grant VALUES (:id, 'party', 'view', 'gone.own')", id=pattern)
    office.run("pattern.save", pattern_id=pattern, title="فروش", grants={("party", "view"): "team"})
    assert granted(office, pattern) == [("party", "view", "gone.own"), ("party", "view", "team")]
    with pytest.raises(Invalid):
        office.run(
            "pattern.save", pattern_id=pattern, title="x", grants={("party", "view"): ("own", "gone.own")}
        )


@pytest.mark.parametrize(
    "grants",
    [
        {("user", "edit"): "all"},
        {("plugin", "edit"): "all"},
        {("party", "fly"): "all"},
        {("party", "view"): "galaxy"},
        {("place", "view"): "own"},
        {("nothing", "view"): "all"},
    ],
)
def test_what_makes_no_sense_cannot_be_granted(office, grants):
    with pytest.raises(Invalid):
        office.run("pattern.save", title="x", grants=grants)
    assert office.rows("SELECT count(*) FROM kernel.pattern") == [(0,)]


def test_everything_in_the_table_can_be_granted(office, runtime):
    grants = {
        (each.name, action): frozenset(scopes[1:] or scopes)
        for each in grantable(runtime)
        for action, scopes in each.actions.items()
    }
    assert ("party", "assign") in grants
    for each in grantable(runtime):
        assert str(each.title) != each.name, f"{each.name} has no title for people"
        assert set(each.actions) <= set(ACTIONS) | set(each.special)
    assert not {name for name, _action in grants} & {"site", "user_field"}, "administrators alone do these"
    assert check_grants(runtime, grants) == []
    office.run("pattern.save", title="همه", grants=grants)


def test_an_old_form_is_refused(office, pattern):
    with pytest.raises(EditConflict):
        office.run("pattern.save", pattern_id=pattern, title="فروش", grants={}, version=99)


def test_changing_rights_alone_makes_older_forms_old(office, pattern):
    (before,) = office.rows("SELECT version FROM kernel.pattern")
    office.run("pattern.save", pattern_id=pattern, title="فروش", grants={}, version=before[0])
    with pytest.raises(EditConflict):
        office.run("pattern.save", pattern_id=pattern, title="فروش", grants=SALES, version=before[0])


def test_a_pattern_that_somebody_holds_is_not_deleted(office, pattern):
    office.change(
        "INSERT INTO kernel.user_pattern (user_id, pattern_id) VALUES (:user, :id)",
        user=office.actor.user_id,
        id=pattern,
    )
    with pytest.raises(Refused):
        office.run("pattern.delete", pattern_id=pattern)
    office.change("DELETE FROM kernel.user_pattern")
    office.run("pattern.delete", pattern_id=pattern)
    assert office.rows("SELECT count(*) FROM kernel.access_grant") == [(0,)]
    with pytest.raises(NotFound):
        office.run("pattern.delete", pattern_id=pattern)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("pattern.save", {"title": "x", "grants": {}}),
        ("pattern.delete", {"pattern_id": 1}),
        ("pattern.take_over", {"suggestion": "medical.receptionist"}),
        ("settings.save", {"group": "parties", "values": {}}),
        ("jobs.retry_work", {"number": 1}),
        ("jobs.run_now", {"name": "x"}),
    ],
)
def test_nobody_but_administrators_does_this_whatever_is_granted(office, make_user, name, arguments):
    every = {
        (each, action): "all"
        for each in ("pattern", "setting", "job")
        for action in ("create", "edit", "delete")
    }
    clerk = make_user("clerk", every)
    with pytest.raises(Forbidden):
        office.runtime.execute(clerk, name, **arguments)
