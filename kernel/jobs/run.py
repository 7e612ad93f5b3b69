"""What workers do with a claimed row. Each function opens its own transactions on behalf of the system."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from kernel.access.actor import SYSTEM
from kernel.extension.contributions import Job
from kernel.extension.editions import see_day
from kernel.jobs import schedule, store
from kernel.resources.context import Context
from kernel.resources.queue import kind_of_work, kinds_when_ended
from kernel.resources.runtime import Runtime
from kernel.resources.term import TermEnded, has_ended

log = logging.getLogger(__name__)

Send = Callable[[str, str, tuple[object, ...]], None]
"""Send a message to workers: name of the task, queue, arguments."""


def sweep(runtime: Runtime, send: Send) -> int:
    """Find what is due on a site and send a message for each; give how many were sent.

    Rows whose message was lost, and those of dead workers, are found again here: the broker promises nothing. Events and
    jobs of a held site wait. After the end of the site's term only what goes on then is due; no message is sent.
    """
    now = runtime.clock()
    with runtime.writing(SYSTEM("what is due"), "jobs.sweep", allowed_when_ended=True) as context:
        if runtime.edition.term_until is not None:
            see_day(context.session, context.today)
        ended = has_ended(runtime, context.session)
        note = store.held(context.session)
        work = store.due_work(context.session, now, note=note, kinds=kinds_when_ended() if ended else None)
        deliveries = store.due_deliveries(context.session, now) if note is None and not ended else []
        jobs = schedule.due_jobs(context.session, runtime, now, ended=ended) if note is None else []
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
    claim: store.Claim
    asked_to_stop: bool = False

    def report(self, done: int, total: int) -> None:
        """Note how much is done, and renew the lease."""
        with self.runtime.writing(SYSTEM("progress"), "jobs.progress", allowed_when_ended=True) as context:
            self.asked_to_stop = store.renew_work(context.session, self.claim, context.now, done, total)

    def stopped(self) -> bool:
        """Say whether the work should stop, as of the last report."""
        return self.asked_to_stop


def work(runtime: Runtime, number: int) -> str:
    """Do one piece of work; give the state it ends in, or `taken` when it is not ours to do."""
    with runtime.writing(SYSTEM("claim work"), "jobs.claim", allowed_when_ended=True) as context:
        kinds = kinds_when_ended() if has_ended(runtime, context.session) else None
        claim = store.claim_work(context.session, number, context.now, kinds=kinds)
    if claim is None:
        return "taken"
    progress = WorkProgress(runtime, claim)
    state, error = "done", None
    try:
        kind_of_work(claim.kind).function(runtime, progress, **claim.arguments)
        if progress.stopped():
            state = "stopped"
    except (Exception, SystemExit) as failure:  # whatever the work raises, its row must show it
        log.exception("work %s of kind %s failed", number, claim.kind)
        state, error = "failed", described(failure)
    with runtime.writing(SYSTEM("end work"), "jobs.end", allowed_when_ended=True) as context:
        store.end_work(context.session, claim, context.now, state, error)
    return state


def deliver(runtime: Runtime, event_id: int, plugin: str) -> str:
    """Tell one plugin of one event; its effect and the end of the delivery are one transaction."""
    try:
        with runtime.writing(SYSTEM(f"event for {plugin}"), "jobs.deliver") as context:
            event = store.claim_delivery(context.session, event_id, plugin)
            if event is None:
                return "taken"
            state = "done" if plugin in runtime.plugins else "skipped"
            if state == "done":
                runtime.hooks.deliver(plugin, event.name, ctx=context, event=event)
            store.end_delivery(context.session, event_id, plugin, state)
        return state
    except TermEnded:
        return "waits"
    except (
        Exception,
        SystemExit,
    ) as failure:  # code of others: whatever it raises, only its own delivery waits
        with runtime.writing(
            SYSTEM("postpone an event"), "jobs.postpone", allowed_when_ended=True
        ) as context:
            store.postpone_delivery(context.session, event_id, plugin, context.now, described(failure))
        return "postponed"


def job(runtime: Runtime, name: str) -> str:
    """Run one declared job that is due; give how it ended, or `taken` where it runs already or is not due."""
    declared = schedule.declared_jobs(runtime).get(name)
    if declared is None:
        return "skipped"
    _plugin, job_declared = declared
    started_at, error = runtime.clock(), None
    try:
        with runtime.writing(
            SYSTEM(f"job {name}"), f"job.{name}", allowed_when_ended=job_declared.allowed_when_ended
        ) as context:
            if not schedule.begin_job(context.session, name, context.now):
                return "taken"
            job_declared.function(context)
            _note_end(context, name, job_declared, started_at, None)
    except TermEnded:
        return "waits"
    except (Exception, SystemExit) as failure:  # a failing job must not stop the others, and must show
        log.exception("job %s failed", name)
        error = described(failure)
        with runtime.writing(SYSTEM("end a failed job"), "jobs.end", allowed_when_ended=True) as context:
            _note_end(context, name, job_declared, started_at, error)
    return "failed" if error else "done"


def described(failure: BaseException) -> str:
    """Give an error as its row keeps it: kind and message, cut."""
    return f"{type(failure).__name__}: {failure}"[:1000]


def _note_end(context: Context, name: str, declared: Job, started_at: datetime, error: str | None) -> None:
    schedule.end_job(
        context.session,
        context.runtime,
        name,
        declared,
        started_at=started_at,
        finished_at=context.runtime.clock(),
        error=error,
    )
