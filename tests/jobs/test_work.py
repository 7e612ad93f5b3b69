import pytest

from kernel.i18n import _
from kernel.jobs import run, store
from kernel.resources.queue import background as kind_of_work
from kernel.resources.queue import enqueue

TOLD = []


@kind_of_work("test.tell", _("Work"))
def tell(runtime, progress, **arguments):
    TOLD.append(arguments)
    progress.report(1, 2)
    if arguments.get("fails"):
        raise RuntimeError("no feathers")


@pytest.fixture
def site(site):
    TOLD.clear()
    return site


def ask(site, **arguments):
    site.command(lambda context: enqueue(context, "test.tell", subject=("bird", 3), **arguments))
    ((number,),) = site.rows("SELECT max(id) FROM kernel.work")
    return number


STATE = "SELECT state, attempts, done, total FROM kernel.work"


def test_work_is_done_once_and_shows_how_far_it_is(background):
    site = background()
    number = ask(site, bird="crow")
    assert site.sweep() == [("work", "default", number)]
    assert [run.work(site.runtime, number) for _again in range(2)] == ["done", "taken"]
    assert TOLD == [{"bird": "crow"}]
    assert site.rows(STATE) == [("done", 1, 1, 2)]
    assert site.sweep() == []


def test_work_that_fails_shows_why_and_is_not_tried_again_by_itself(background):
    site = background()
    number = ask(site, fails=True)
    assert run.work(site.runtime, number) == "failed"
    assert site.rows("SELECT state, error FROM kernel.work") == [("failed", "RuntimeError: no feathers")]
    assert site.sweep() == []


def test_the_work_of_a_silent_worker_goes_to_another_after_its_lease(background, clock):
    site = background()
    number = ask(site)
    with site.runtime.system_work("a worker that will be killed", "test") as context:
        dead = store.claim_work(context.session, number, context.now)
    assert site.sweep() == []
    assert run.work(site.runtime, number) == "taken"
    clock.advance(minutes=5)
    assert site.sweep() == [("work", "default", number)]
    assert run.work(site.runtime, number) == "done"
    assert site.rows(STATE) == [("done", 2, 1, 2)]
    with site.runtime.system_work("it was only slow", "test") as context:
        assert store.renew_work(context.session, dead, context.now, 9, 9) is True
        store.end_work(context.session, dead, context.now, "failed", "late")
    assert site.rows(STATE) == [("done", 2, 1, 2)]


def test_work_that_killed_twenty_workers_is_given_up(background, clock):
    site = background()
    number = ask(site)
    for _attempt in range(store.ATTEMPTS):
        with site.runtime.system_work("a worker that will be killed", "test") as context:
            assert store.claim_work(context.session, number, context.now) is not None
        clock.advance(minutes=5)
    assert run.work(site.runtime, number) == "given up"
    assert site.rows("SELECT state FROM kernel.work") == [("failed",)]


def test_work_that_was_asked_to_stop_stops_at_its_next_report(background):
    site = background()
    number = ask(site)
    with site.runtime.system_work("test", "test") as context:
        claim = store.claim_work(context.session, number, context.now)
    with site.engines.owner(site.site).begin() as owner:
        owner.exec_driver_sql("UPDATE kernel.work SET stop = true")
    with site.runtime.system_work("test", "test") as context:
        assert store.renew_work(context.session, claim, context.now, 1, 2) is True


def test_of_one_site_only_so_much_work_is_sent_at_a_time(background, clock):
    site = background()
    numbers = [ask(site) for _again in range(store.IN_FLIGHT["default"] + 3)]
    sent = [message[2] for message in site.sweep()]
    assert sent == numbers[: store.IN_FLIGHT["default"]]
    assert site.sweep() == []
    run.work(site.runtime, numbers[0])
    run.work(site.runtime, numbers[1])
    assert [message[2] for message in site.sweep()] == numbers[store.IN_FLIGHT["default"] :][:2]


def test_what_workers_do_leaves_no_history(background):
    site = background()
    number = ask(site)
    site.sweep()
    run.work(site.runtime, number)
    assert site.rows("SELECT DISTINCT subject FROM kernel.history") == []
