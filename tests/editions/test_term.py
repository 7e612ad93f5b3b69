"""The end of a term: nothing is written any more, everything can still be seen and taken out, and a renewal opens it."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from kernel.access import signin
from kernel.administration.editions.terms import extended, set_term
from kernel.extension.editions import SiteEdition, Term
from kernel.fa.calendar import add_months
from kernel.i18n import translate
from kernel.i18n.catalogue import KERNEL_TRANSLATIONS, Catalogue
from kernel.jobs import run as jobs
from kernel.resources.queue import background, enqueue
from kernel.resources.term import TermEnded, instant_in_words
from tests.access.test_signin import PASSWORD

UNTIL = date(2026, 10, 10)
"""18 Mehr 1405; the clock of tests stands at 13 Mehr."""


@pytest.fixture
def rented(desk):
    """A site whose term lasts until 18 Mehr, with seven days of grace."""
    set_term(desk.runtime, UNTIL, 7)
    return desk


def at(desk, day):
    desk.clock.set(datetime(day.year, day.month, day.day, 9, tzinfo=UTC))
    return desk.runtime


def create(runtime, actor, name="مینا"):
    values = {"first_name": name, "last_name": "راد"}
    return runtime.execute(actor, "record.create", resource="person", values=values, parts={}, facets={})


@pytest.fixture
def boss(make_user):
    return make_user("boss", administrator=True)


def test_an_instant_is_told_by_the_clock_and_calendar_of_the_site():
    words = instant_in_words(datetime(2026, 11, 28, 21, 2, tzinfo=UTC), ZoneInfo("Asia/Tehran"))
    catalogue = Catalogue.load("fa", [("kernel", KERNEL_TRANSLATIONS)])
    assert translate(words, catalogue) == "۱۴۰۵/۰۹/۰۸ ۰۰:۳۲"


def test_where_a_site_stands_day_by_day():
    edition = SiteEdition(term_until=UNTIL, grace_days=7)
    standing = [edition.term(UNTIL + timedelta(days=day)) for day in (-14, -13, 0, 1, 7, 8)]
    assert standing == [Term.RUNNING, Term.ENDING, Term.ENDING, Term.GRACE, Term.GRACE, Term.ENDED]
    assert SiteEdition().term(UNTIL) is Term.NONE


def test_everything_works_through_the_grace_and_not_a_day_longer(rented, boss):
    for day in (0, 1, 7):
        assert create(at(rented, UNTIL + timedelta(days=day)), boss, f"مینا {day}")
    with pytest.raises(TermEnded) as caught:
        create(at(rented, UNTIL + timedelta(days=8)), boss)
    persian = translate(caught.value.message, Catalogue.load("fa", [("kernel", KERNEL_TRANSLATIONS)]))
    assert "۱۴۰۵/۰۷/۱۸" in persian
    assert "تمدید" in persian


ALLOWED = {
    "account.export",
    "account.forgotten",
    "audit.head",
    "backups.download",
    "backups.start",
    "backups.verify",
    "import.stop",
    "jobs.pause",
    "jobs.resume",
    "jobs.stop_work",
    "message.stop",
    "print.stop",
    "record.export",
    "record.export_later",
    "record.print",
    "report.print",
    "sending.pause",
    "sending.stop",
    "token.revoke",
    "user.end_sessions",
    "user.mail_link",
    "user.make_link",
    "user.reset_second_factor",
    "user.set_password",
    "work.stop",
    "work.take_file",
}
"""Looking, taking out, backing up, passwords, sessions, stopping. Whoever lets more through says here why he may."""


def test_every_command_is_refused_but_the_few_that_keep_a_site_safe(rented, boss):
    ended = at(rented, UNTIL + timedelta(days=30))
    commands = ended.declared.commands
    assert {name for name, command in commands.items() if command.allowed_when_ended} == ALLOWED
    for name in commands.keys() - ALLOWED:
        with pytest.raises(TermEnded):
            ended.execute(boss, name)
    for name in ALLOWED:
        with suppress(TypeError):  # arguments are missing: it got as far as that
            ended.execute(boss, name)


def test_everything_can_be_seen_after_the_end(rented, boss):
    create(rented.runtime, boss)
    ended = at(rented, UNTIL + timedelta(days=30))
    with ended.reading(boss) as context:
        assert context.session.info["epoch"] == ended.epoch


def test_a_clock_that_is_put_back_does_not_make_it_longer(rented, boss):
    with pytest.raises(TermEnded):
        create(at(rented, UNTIL + timedelta(days=8)), boss)
    with pytest.raises(TermEnded):
        create(at(rented, UNTIL - timedelta(days=3)), boss)


def test_the_day_is_remembered_by_the_tick_and_by_signing_in(rented, boss):
    jobs.sweep(at(rented, UNTIL), lambda *_message: None)
    assert rented.rows("SELECT latest_day FROM kernel.site_edition") == [(UNTIL,)]


def test_it_is_renewed_at_once_also_by_a_process_that_knew_the_end(rented, boss):
    ended = at(rented, UNTIL + timedelta(days=30))
    with pytest.raises(TermEnded):
        create(ended, boss)
    set_term(ended, UNTIL + timedelta(days=60))
    with ended.writing(boss, "test") as context:
        context.session.flush()
    assert create(rented.runtime, boss)


def test_a_wrong_clock_is_forgotten_by_the_renewal(rented, boss):
    with pytest.raises(TermEnded):
        create(at(rented, date(2099, 1, 1)), boss)
    set_term(at(rented, UNTIL), UNTIL + timedelta(days=30))
    assert create(rented.runtime, boss)


@background("test.term", "test")
def _work(_runtime, _progress):
    raise AssertionError("this must wait")


def test_jobs_and_messages_wait_and_go_on_after_the_renewal(rented, boss):
    with rented.runtime.writing(boss, "test") as context:
        enqueue(context, "test.term")
    sent = []
    ended = at(rented, UNTIL + timedelta(days=30))
    jobs.sweep(ended, lambda *message: sent.append(message))
    jobs.sweep(at(rented, UNTIL + timedelta(days=32)), lambda *message: sent.append(message))
    assert {message[0] for message in sent} <= {"job"}
    allowed = {
        f"kernel.{job.name}" for part in ended.declared.parts for job in part.jobs if job.allowed_when_ended
    }
    assert {message[2][0] for message in sent} <= allowed
    number = rented.rows("SELECT id FROM kernel.work WHERE kind = 'test.term'")[0][0]
    assert jobs.work(rented.runtime, number) == "taken"
    set_term(rented.runtime, UNTIL + timedelta(days=90))
    sent.clear()
    jobs.sweep(rented.runtime, lambda *message: sent.append(message))
    assert ("work", "default", (number,)) in sent


def test_one_can_still_sign_in_and_change_the_password(rented, engines, site):
    with engines.owner(site).begin() as owner:
        from kernel.access.passwords import hashed
        from kernel.testing.users import add_user

        actor = add_user(owner, "sara", {})
        owner.execute(
            text("INSERT INTO kernel.user_password (user_id, password_hash) VALUES (:id, :hash)"),
            {"id": actor.user_id, "hash": hashed(PASSWORD, "sara")},
        )
    ended = at(rented, UNTIL + timedelta(days=30))
    token = signin.sign_in(ended, "sara", PASSWORD, address="::1")
    who = signin.user_for_token(engines.app(site), site, token, ended.clock())
    signin.change_password(ended, who, PASSWORD, "باغ-سیب-ترش-۹", address="::1")
    assert signin.sign_in(ended, "sara", "باغ-سیب-ترش-۹", address="::1")


def test_a_term_goes_on_from_its_end_or_from_today():
    today = date(2026, 10, 5)
    assert extended(SiteEdition(), today, 1) == add_months(today, 1) - timedelta(days=1)
    running = SiteEdition(term_until=UNTIL)
    assert extended(running, today, 3) == add_months(UNTIL + timedelta(days=1), 3) - timedelta(days=1)
    assert extended(SiteEdition(term_until=date(2026, 1, 1)), today, 6) == add_months(today, 6) - timedelta(
        days=1
    )
