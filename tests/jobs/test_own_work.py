"""Long work: how far it is and how fast, stopping it, and who may still have the file that it made."""

import io
from datetime import timedelta

from sqlalchemy import text

from kernel.i18n import _
from kernel.jobs import own_work, run, store
from kernel.resources.queue import Stopped, enqueue
from kernel.resources.queue import background as kind_of_work
from kernel.testing.users import add_user

STOPPED_FOR = []


@kind_of_work(
    "test.long", _("Work"), unit=_("rows"), listed=True, on_stop=lambda _r, **a: STOPPED_FOR.append(a)
)
def long_work(runtime, progress, *, steps, clock=None):
    for step in range(steps):
        progress.report(step, steps)
        if progress.stopped():
            raise Stopped
    progress.keep(io.BytesIO(b"result"), "result.txt", "text/plain")
    progress.say(message="well")


def ask(site, **arguments):
    site.command(lambda context: enqueue(context, "test.long", **arguments))
    ((number,),) = site.rows("SELECT max(id) FROM kernel.work")
    return number


def shown(site, number):
    with site.runtime.system_work("test", "test") as context:
        return (
            own_work.work_of_kind(context, "test.long")
            or own_work._read(context, own_work.WorkRow.id == number, 1)[0]
        )


def test_speed_and_remaining_time_follow_from_what_was_done_since_it_was_first_told(background, clock):
    site = background()
    number = ask(site, steps=3)
    with site.runtime.system_work("test", "test") as context:
        claim = store.claim_work(context.session, number, context.now)
        store.renew_work(context.session, claim, context.now, 500, 4000)
    assert (shown(site, number).rate, shown(site, number).remaining) == (None, None)
    clock.advance(seconds=10)
    with site.runtime.system_work("test", "test") as context:
        store.renew_work(context.session, claim, context.now, 1500, 4000)
    work = shown(site, number)
    assert (work.percent, work.rate, work.remaining) == (37, 100.0, timedelta(seconds=25))


def test_work_tells_what_came_of_it_and_keeps_its_file(background):
    site = background()
    number = ask(site, steps=2)
    assert run.work(site.runtime, number) == "done"
    work = shown(site, number)
    assert (work.percent, work.file_name, work.file_size) == (100, "result.txt", 6)
    assert work.result == {"message": "well"}


def test_work_that_waits_is_stopped_by_the_next_tick_and_what_it_was_for_hears_of_it(background):
    STOPPED_FOR.clear()
    site = background()
    number = ask(site, steps=2)
    with site.runtime.system_work("test", "test") as context:
        context.session.execute(text("UPDATE kernel.work SET stop = true"))
    assert run.work(site.runtime, number) == "given up"
    assert site.rows("SELECT state FROM kernel.work") == [("stopped",)]
    assert STOPPED_FOR == [{"steps": 2}]


def test_files_are_let_go_when_their_time_is_over(background, clock):
    site = background()
    number = ask(site, steps=1)
    run.work(site.runtime, number)
    clock.advance(days=4)
    assert shown(site, number).file_name is None
    with site.runtime.system_work("test", "test") as context:
        own_work.forget_files(context)
    assert site.rows("SELECT file_hash FROM kernel.work") == [(None,)]


def asked_by_somebody(site, state="done", **arguments):
    """Have a user ask for work, and do it until it ends in a state."""
    number = ask(site, **arguments)
    with site.engines.owner(site.site).begin() as owner:
        user = owner.execute(text("SELECT max(id) FROM kernel.user_account")).scalar()
        user = user or add_user(owner, "asker").user_id
        owner.execute(text("UPDATE kernel.work SET created_by = :u WHERE id = :n"), {"u": user, "n": number})
    assert run.work(site.runtime, number) == state
    return number


def test_whoever_asked_is_told_how_it_has_ended_but_not_of_what_was_stopped(background):
    site = background()
    asked_by_somebody(site, steps=1)
    asked_by_somebody(site, "failed", steps="many")
    stopped = asked_by_somebody(site, steps=1)
    with site.runtime.system_work("test", "test") as context:
        context.session.execute(text("UPDATE kernel.work SET state = 'due', stop = true"))
    assert run.work(site.runtime, stopped) == "given up"
    told = site.rows("SELECT kind, message ->> 'message' FROM kernel.notice ORDER BY id")
    assert told == [
        ("kernel.work", text) for text in ("Done: %(work)s", "Failed: %(work)s", "Done: %(work)s")
    ]
