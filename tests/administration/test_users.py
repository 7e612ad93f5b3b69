import threading

import pytest

from kernel.access import signin
from kernel.access.errors import AccessProblem
from kernel.administration.users import user_rows
from kernel.resources.errors import EditConflict, Forbidden, Invalid, NotFound

PASSWORD = "بهار-نارنج-۱۴"


def account(username="sara", **values):
    return {"username": username, "display_name": "سارا رضایی", "locale": "fa", "active": "1", **values}


@pytest.fixture
def pattern(office):
    return office.run("pattern.save", title="فروش", grants={("party", "view"): "own"})


@pytest.fixture
def sara(office):
    return office.run("user.create", values=account(), password=PASSWORD)


def problems(error):
    return {problem.field for problem in error.value.problems}


def test_a_new_user_signs_in_and_holds_the_patterns(office, pattern):
    number = office.run("user.create", values=account(), password=PASSWORD, patterns=[pattern])
    token = signin.sign_in(office.runtime, "sara", PASSWORD, address="::1")
    found = signin.user_for_token(office.engines.app(office.runtime.site), office.runtime.site, token)
    assert found.actor.user_id == number
    assert found.actor.grants == {("party", "view"): {"own"}}
    with office.reading() as context:
        (line,) = [row for row in user_rows(context) if row.id == number]
    assert (line.patterns, line.active, line.is_administrator) == (("فروش",), True, False)
    assert line.seen_at is not None


@pytest.mark.parametrize(
    ("values", "password", "wrong"),
    [
        (account(""), PASSWORD, {"username"}),
        (account("سارا رضایی"), PASSWORD, {"username"}),
        (account("boss"), PASSWORD, {"username"}),
        (account("BOSS"), PASSWORD, {"username"}),
        (account(display_name=" "), PASSWORD, {"display_name"}),
        (account(locale="xx"), PASSWORD, {"locale"}),
        (account(person="999999"), PASSWORD, {"person"}),
        (account(), "short", {"password"}),
        (account(""), "short", {"username"}),
    ],
)
def test_what_cannot_be_is_named_and_nothing_is_saved(office, values, password, wrong):
    before = office.rows("SELECT count(*) FROM kernel.user_account")
    with pytest.raises(Invalid) as error:
        office.run("user.create", values=values, password=password)
    assert problems(error) == wrong
    assert office.rows("SELECT count(*) FROM kernel.user_account") == before


def test_the_name_of_the_site_with_a_number_is_no_password(office):
    title = f"{office.runtime.site.title} 1405"
    with pytest.raises(Invalid) as error:
        office.run("user.create", values=account(), password=title)
    assert problems(error) == {"password"}


def test_a_user_is_changed_and_gets_exactly_the_ticked_patterns(office, sara, pattern):
    other = office.run("pattern.save", title="انبار", grants={})
    office.run("user.edit", user_id=sara, values=account(display_name="سارا"), patterns=[pattern])
    office.run("user.edit", user_id=sara, values=account("sara.r"), patterns=[other])
    assert office.rows("SELECT pattern_id FROM kernel.user_pattern WHERE user_id = :id", id=sara) == [
        (other,)
    ]
    assert office.rows("SELECT username FROM kernel.user_account WHERE id = :id", id=sara) == [("sara.r",)]


def test_a_form_that_is_older_than_the_user_is_refused(office, sara):
    with pytest.raises(EditConflict):
        office.run("user.edit", user_id=sara, values=account(), patterns=[], version=77)


def test_a_user_who_may_not_sign_in_any_longer_is_out_at_once(office, sara):
    token = signin.sign_in(office.runtime, "sara", PASSWORD, address="::1")
    office.run("user.edit", user_id=sara, values=account(active=""), patterns=[])
    assert signin.user_for_token(office.engines.app(office.runtime.site), office.runtime.site, token) is None
    with pytest.raises(AccessProblem):
        signin.sign_in(office.runtime, "sara", PASSWORD, address="::1")


def test_another_password_ends_all_sessions(office, sara):
    token = signin.sign_in(office.runtime, "sara", PASSWORD, address="::1")
    office.run("user.set_password", user_id=sara, password="گل-سرخ-باغ-۷")
    assert signin.user_for_token(office.engines.app(office.runtime.site), office.runtime.site, token) is None
    with pytest.raises(AccessProblem):
        signin.sign_in(office.runtime, "sara", PASSWORD, address="::1")
    assert signin.sign_in(office.runtime, "sara", "گل-سرخ-باغ-۷", address="::1")


def test_signing_out_everywhere_leaves_the_password(office, sara):
    token = signin.sign_in(office.runtime, "sara", PASSWORD, address="::1")
    office.run("user.end_sessions", user_id=sara)
    assert signin.user_for_token(office.engines.app(office.runtime.site), office.runtime.site, token) is None
    assert signin.sign_in(office.runtime, "sara", PASSWORD, address="::1")


@pytest.mark.parametrize(
    "change", [{"is_administrator": "", "active": "1"}, {"is_administrator": "1", "active": ""}]
)
def test_the_last_administrator_stays(office, change):
    with pytest.raises(Invalid, match="last administrator"):
        office.run("user.edit", user_id=office.actor.user_id, values=account("boss", **change), patterns=[])


def test_two_administrators_who_demote_each_other_at_once_leave_one(office, make_user):
    other = make_user("deputy", administrator=True)
    both = [(office.actor, other.user_id, "deputy"), (other, office.actor.user_id, "boss")]
    barrier, refused = threading.Barrier(2), []

    def demote(actor, user_id, name):
        barrier.wait()
        try:
            office.runtime.execute(actor, "user.edit", user_id=user_id, values=account(name), patterns=[])
        except (Forbidden, Invalid) as error:
            refused.append(error)

    threads = [threading.Thread(target=demote, args=each) for each in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    left = "SELECT count(*) FROM kernel.user_account WHERE is_administrator AND active"
    assert office.rows(left) == [(1,)]
    assert len(refused) == 1


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("user.create", {"values": account("x"), "password": PASSWORD}),
        ("user.edit", {"values": account("x"), "patterns": []}),
        ("user.set_password", {"password": PASSWORD}),
        ("user.end_sessions", {}),
    ],
)
def test_nobody_but_administrators_touches_users_whatever_is_granted(
    office, make_user, sara, name, arguments
):
    grants = {("user", action): "all" for action in ("view", "create", "edit", "delete")}
    clerk = make_user("clerk", grants)
    if name != "user.create":
        arguments = {"user_id": sara, **arguments}
    with pytest.raises(Forbidden):
        office.runtime.execute(clerk, name, **arguments)


def test_a_user_who_is_not_there_is_not_found(office):
    with pytest.raises(NotFound):
        office.run("user.set_password", user_id=10**9, password=PASSWORD)


def test_what_was_done_with_users_is_accounted_for(office, sara):
    office.run("user.set_password", user_id=sara, password="گل-سرخ-باغ-۷")
    rows = office.rows("SELECT what FROM kernel.audit_entry WHERE record_id = :id ORDER BY id", id=sara)
    assert [row[0] for row in rows] == ["user.create", "user.set_password"]
    text = office.rows("SELECT coalesce(string_agg(h::text, ''), '') FROM kernel.history h")[0][0]
    assert "argon2" not in text
