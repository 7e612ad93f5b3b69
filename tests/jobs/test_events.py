import pytest
from sqlalchemy import text

from kernel.jobs import run
from tests.jobs.conftest import LISTENER

NOTES = "SELECT root, root_id, body FROM kernel.note ORDER BY root"
DELIVERIES = "SELECT plugin, state, attempts FROM kernel.event_delivery ORDER BY plugin"


def changed(context):
    context.publish("party_changed", 7, action="edit")


def numbers(messages):
    return sorted({message[2] for message in messages})


def test_an_event_reaches_each_plugin_that_listens_once(maker, background):
    maker.make("birds", LISTENER % {"name": "birds", "then": ""})
    maker.make("cats", LISTENER % {"name": "cats", "then": ""})
    maker.make("deaf")
    site = background()
    site.command(changed)
    messages = site.sweep()
    assert [(task, queue, plugin) for task, queue, _event, plugin in messages] == [
        ("deliver", "default", "birds"),
        ("deliver", "default", "cats"),
    ]
    for _task, _queue, event, plugin in [*messages, *messages]:
        run.deliver(site.runtime, event, plugin)
    assert site.rows(NOTES) == [("birds", 7, "edit"), ("cats", 7, "edit")]
    assert site.sweep() == []


def test_nothing_is_told_of_a_command_that_failed(maker, background):
    maker.make("birds", LISTENER % {"name": "birds", "then": ""})
    site = background()

    def fails(context):
        changed(context)
        context.session.execute(text("SELECT 1/0"))

    with pytest.raises(Exception, match="division by zero"):
        site.command(fails)
    assert site.sweep() == []


def test_an_event_that_nobody_hears_is_not_kept(maker, background):
    maker.make("deaf")
    site = background()
    site.command(changed)
    assert site.rows("SELECT count(*) FROM kernel.event") == [(0,)]


def test_a_plugin_that_fails_is_told_again_later_each_time_and_given_up_visibly(maker, background, clock):
    maker.make("birds", LISTENER % {"name": "birds", "then": "raise RuntimeError('no feathers')"})
    site = background()
    site.command(changed)
    ((_task, _queue, event, plugin),) = site.sweep()
    for attempt in range(1, 9):
        assert run.deliver(site.runtime, event, plugin) == "postponed"
        assert site.sweep() == []
        clock.advance(seconds=10 * 2**attempt)
    assert site.rows(DELIVERIES) == [("birds", "failed", 8)]
    assert site.rows("SELECT error FROM kernel.event_delivery") == [("RuntimeError: no feathers",)]
    assert site.rows(NOTES) == []
    assert site.sweep() == []


def test_a_plugin_that_exits_costs_its_own_delivery_only(maker, background):
    maker.make("birds", LISTENER % {"name": "birds", "then": "raise SystemExit(3)"})
    maker.make("cats", LISTENER % {"name": "cats", "then": ""})
    site = background()
    site.command(changed)
    outcomes = [run.deliver(site.runtime, event, plugin) for _task, _queue, event, plugin in site.sweep()]
    assert outcomes == ["postponed", "done"]


def test_a_lost_message_is_sent_again_after_a_while(maker, background, clock):
    maker.make("birds", LISTENER % {"name": "birds", "then": ""})
    site = background()
    site.command(changed)
    first = site.sweep()
    assert site.sweep() == []
    clock.advance(minutes=1)
    assert numbers(site.sweep()) == numbers(first)


def test_a_plugin_that_was_paused_meanwhile_is_skipped(maker, background):
    maker.make("birds", LISTENER % {"name": "birds", "then": ""})
    site = background()
    site.command(changed)
    messages = site.sweep()
    with site.engines.owner(site.site).begin() as owner:
        owner.execute(text("UPDATE kernel.plugin SET state = 'paused'"))
    from kernel.resources.build import build_runtime

    later = build_runtime(site.site, site.engines, discovery=maker.discover())
    assert [run.deliver(later, event, plugin) for _task, _queue, event, plugin in messages] == ["skipped"]
    assert site.rows(DELIVERIES) == [("birds", "skipped", 0)]
