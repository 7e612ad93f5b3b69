"""What workers do with a claimed row. Each function opens its own transactions on behalf of the system."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from kernel.access.actor import SYSTEM
from kernel.extension.contributions import Event
from kernel.jobs import schedule, store
from kernel.resources.queue import kind_of_work
from kernel.resources.runtime import Runtime

log = logging.getLogger(__name__)

Send = Callable[[str, str, tuple[object, ...]], None]
"""Send a message to workers: name of the task, queue, arguments."""


def sweep(runtime: Runtime, send: Send) -> int:
    """Find what is due on a site and send a message for each; give how many were sent.

    Rows whose message was lost, and those of dead workers, are found again here: the broker promises nothing.
    """
    now = runtime.clock()
    with runtime.writing(SYSTEM("what is due"), "jobs.sweep") as context:
        work = store.due_work(context.session, now)
        deliveries = store.due_deliveries(context.session, now)
        jobs = schedule.due_jobs(context.session, runtime, now)
    for number, queue in work:
        send("work", queue, (number,))
    for event_id, plugin in deliveries:
        send("deliver", "default", (event_id, plugin))
    for name in jobs:
        send("job", "default", (name,))
    return len(work) + len(deliveries) + len(jobs)


@dataclass
class WorkProgress:
    """Progress of one piece of work, noted in transactions of its own."""

    runtime: Runtime
    number: int
    asked_to_stop: bool = False

    def report(self, done: int, total: int) -> None:
        """Note how much is done, and renew the lease."""
        with self.runtime.writing(SYSTEM("progress"), "jobs.progress") as context:
            self.asked_to_stop = store.renew_work(context.session, self.number, context.now, done, total)

    def stopped(self) -> bool:
        """Say whether somebody asked for the work to stop, as of the last report."""
        return self.asked_to_stop


def work(runtime: Runtime, number: int) -> str:
    """Do one piece of work; give the state it ends in, or `taken` when it is not ours to do."""
    with runtime.writing(SYSTEM("claim work"), "jobs.claim") as context:
        row = store.claim_work(context.session, number, context.now)
        if row is None:
            return "taken"
        kind, arguments = row.kind, dict(row.arguments)
    progress = WorkProgress(runtime, number)
    state, error = "done", None
    try:
        kind_of_work(kind).function(runtime, progress, **arguments)
        if progress.stopped():
            state = "stopped"
    except Exception as failure:  # whatever the work raises, its row must show it
        log.exception("work %s of kind %s failed", number, kind)
        state, error = "failed", f"{type(failure).__name__}: {failure}"[:1000]
    with runtime.writing(SYSTEM("end work"), "jobs.end") as context:
        store.end_work(context.session, number, context.now, state, error)
    return state


def deliver(runtime: Runtime, event_id: int, plugin: str) -> str:
    """Tell one plugin of one event; its effect and the end of the delivery are one transaction."""
    try:
        with runtime.writing(SYSTEM(f"event for {plugin}"), "jobs.deliver") as context:
            row = store.claim_delivery(context.session, event_id, plugin, context.now)
            if row is None:
                return "taken"
            if plugin not in runtime.plugins:
                store.end_delivery(context.session, event_id, plugin, "skipped")
                return "skipped"
            event = Event(id=row.id, name=row.name, at=row.at, subject_id=row.subject_id, data=row.data)
            runtime.hooks.deliver(plugin, row.name, ctx=context, event=event)
            store.end_delivery(context.session, event_id, plugin, "done")
        return "done"
    except Exception as failure:  # code of others: whatever it raises, only its own delivery waits
        log.exception("plugin %s failed with event %s", plugin, event_id)
        with runtime.writing(SYSTEM("postpone an event"), "jobs.postpone") as context:
            error = f"{type(failure).__name__}: {failure}"
            store.postpone_delivery(context.session, event_id, plugin, context.now, error)
        return "postponed"


def job(runtime: Runtime, name: str) -> str:
    """Run one declared job that `sweep` has claimed."""
    declared = schedule.declared_jobs(runtime).get(name)
    if declared is None:
        return "skipped"
    error = None
    try:
        with runtime.writing(SYSTEM(f"job {name}"), f"job.{name}") as context:
            declared[1].function(context)
    except Exception as failure:  # a failing job must not stop the others, and must show
        log.exception("job %s failed", name)
        error = f"{type(failure).__name__}: {failure}"[:1000]
    with runtime.writing(SYSTEM("end a job"), "jobs.end") as context:
        schedule.end_job(context.session, runtime, name, declared[1], context.now, error)
    return "failed" if error else "done"
