"""What workers do with a claimed row. Each function opens its own transactions on behalf of the system."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, BinaryIO

from billiard.exceptions import SoftTimeLimitExceeded
from sqlalchemy import select

from kernel.access.actor import SYSTEM, rights_digest
from kernel.data.files import FileStore
from kernel.extension.contributions import Job
from kernel.extension.editions import see_day
from kernel.jobs import deliveries, runs, schedule, store
from kernel.jobs.models import WorkRow
from kernel.jobs.telling import tell_end
from kernel.resources.acting import acting_user
from kernel.resources.context import Context
from kernel.resources.queue import Stopped, kind_of_work, kinds_when_ended
from kernel.resources.runtime import Runtime
from kernel.resources.term import TermEnded, has_ended

log = logging.getLogger(__name__)

CANCELLED = "57014"
"""The database's state for a statement that took longer than it may."""
LONGEST_TRACE = 20_000
LARGEST_FILE = 4 << 30
"""Bytes of a result file at most."""
KEPT_FILE = timedelta(days=3)
"""How long a result file can be fetched."""

Send = Callable[[str, str, tuple[object, ...]], None]
"""Send a message to workers: name of the task, queue, arguments."""


def sweep(runtime: Runtime, send: Send) -> int:
    """Find what is due on a site and send a message for each; give how many were sent.

    Rows whose message was lost, and those of dead workers, are found again here: the broker promises nothing. Events and
    jobs of a held site wait. After the end of the site's term only what goes on then is due; no message is sent.
    """
    now = runtime.clock()
    declared = schedule.declared_jobs(runtime)
    with runtime.writing(SYSTEM("what is due"), "jobs.sweep", allowed_when_ended=True) as context:
        if runtime.edition.term_until is not None:
            see_day(context.session, context.today)
        ended = has_ended(runtime, context.session)
        note = store.held(context.session)
        store.pull_back(context.session, now)
        work = store.due_work(context.session, now, note=note, kinds=kinds_when_ended() if ended else None)
        events = deliveries.due_deliveries(context.session, now) if note is None and not ended else []
        jobs = []
        if note is None:
            runs.reap(context.session, runtime, declared, now)
            jobs = schedule.due_jobs(context.session, runtime, now, ended=ended)
    for number, queue in work:
        send("work", queue, (number,))
    for event_id, plugin in events:
        send("deliver", "default", (event_id, plugin))
    for name in jobs:
        send("job", declared[name][1].queue, (name,))
    return len(work) + len(events) + len(jobs)


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

    def keep(self, content: BinaryIO, name: str, media_type: str) -> None:
        """Keep a file as the result, for the rights that whoever asked has at this moment."""
        stored = FileStore(self.runtime.site.files).put(content, max_bytes=LARGEST_FILE)
        with self._noting() as context:
            store.note_work(
                context.session,
                self.claim,
                file_hash=stored.hash,
                file_name=name,
                file_type=media_type,
                file_size=stored.size,
                file_until=context.now + KEPT_FILE,
                file_rights=self._rights(context),
            )

    def say(self, **result: Any) -> None:
        """Note what came of the work."""
        with self._noting() as context:
            store.note_work(context.session, self.claim, result=result)

    def _noting(self) -> AbstractContextManager[Context]:
        return self.runtime.writing(SYSTEM("result of work"), "jobs.progress", allowed_when_ended=True)

    def _rights(self, context: Context) -> str | None:
        user_id = context.session.execute(
            select(WorkRow.created_by).where(WorkRow.id == self.claim.number)
        ).scalar_one()
        return rights_digest(acting_user(context, user_id)) if user_id else None


def work(runtime: Runtime, number: int) -> str:
    """Do one piece of work; give the state it ends in, or `taken` when it is not ours to do."""
    with runtime.writing(SYSTEM("claim work"), "jobs.claim", allowed_when_ended=True) as context:
        kinds = kinds_when_ended() if has_ended(runtime, context.session) else None
        claim = store.claim_work(context.session, number, context.now, kinds=kinds)
        if claim is not None and claim.given_up:
            tell_end(context, number, claim.kind)
    if claim is None:
        return "taken"
    if claim.given_up:
        _tell_stopped(runtime, claim)
        return "given up"
    progress = WorkProgress(runtime, claim)
    state, error, trace = "done", None, None
    try:
        kind_of_work(claim.kind).function(runtime, progress, **claim.arguments)
        if progress.stopped():
            state = "stopped"
    except Stopped:
        state = "stopped"
    except (Exception, SystemExit) as failure:  # whatever the work raises, its row must show it
        log.exception("work %s of kind %s failed", number, claim.kind)
        state, error, trace = "failed", described(failure), traced(failure)
    with runtime.writing(SYSTEM("end work"), "jobs.end", allowed_when_ended=True) as context:
        mine = store.end_work(context.session, claim, context.now, state, error, trace)
        if mine:
            tell_end(context, number, claim.kind)
    if mine and state != "done":
        _tell_stopped(runtime, claim)
    return state


def _tell_stopped(runtime: Runtime, claim: store.Claim) -> None:
    """Let whatever the work was for know that it does not go on."""
    try:
        on_stop = kind_of_work(claim.kind).on_stop
        if on_stop is not None:
            on_stop(runtime, **claim.arguments)
    except Exception:  # the work has ended all the same
        log.exception("what work %s was for could not be told that it ended", claim.number)


def deliver(runtime: Runtime, event_id: int, plugin: str) -> str:
    """Tell one plugin of one event; its effect and the end of the delivery are one transaction."""
    try:
        with runtime.writing(SYSTEM(f"event for {plugin}"), "jobs.deliver") as context:
            event = deliveries.claim_delivery(context.session, event_id, plugin)
            if event is None:
                return "taken"
            state = "done" if plugin in runtime.plugins else "skipped"
            if state == "done":
                hooks = runtime.hooks
                hooks.deliver(plugin, event.name, **hooks.event_arguments(event.name, context, event))
            deliveries.end_delivery(context.session, event_id, plugin, state)
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
            deliveries.postpone_delivery(
                context.session, event_id, plugin, context.now, described(failure), traced(failure)
            )
        return "postponed"


def job(runtime: Runtime, name: str) -> str:
    """Run one declared job that is due; give how it ended, or `taken` where it runs already or is not due."""
    declared = schedule.declared_jobs(runtime).get(name)
    if declared is None:
        return "skipped"
    plugin, mine = declared
    ended = mine.allowed_when_ended
    try:
        with runtime.writing(SYSTEM("begin a job"), "jobs.begin", allowed_when_ended=ended) as context:
            number = runs.begin_run(context.session, runtime, name, plugin, mine, context.now)
    except TermEnded:
        return "waits"
    if number is None:
        return "taken"
    try:
        with runtime.writing(SYSTEM(f"job {name}"), f"job.{name}", allowed_when_ended=ended) as context:
            runs.hold_run(context.session, name, mine.limit)
            mine.function(context)
            if not runs.end_run(context.session, runtime, number, mine, runtime.clock(), "done"):
                raise RuntimeError("the run was given up while it went on")
    except (Exception, SystemExit) as failure:  # a failing job must not stop the others, and must show
        log.exception("job %s failed", name)
        return _note_failure(runtime, number, mine, failure)
    return "done"


def _note_failure(runtime: Runtime, number: int, declared: Job, failure: BaseException) -> str:
    state = "timed_out" if out_of_time(failure) else "failed"
    with runtime.writing(SYSTEM("end a failed job"), "jobs.end", allowed_when_ended=True) as context:
        runs.end_run(
            context.session,
            runtime,
            number,
            declared,
            runtime.clock(),
            state,
            error=described(failure),
            traceback=traced(failure),
        )
    return state


def out_of_time(failure: BaseException | None) -> bool:
    """Say whether work was broken off for its length: by its worker, or by the database within one statement."""
    while failure is not None:
        cancelled = getattr(getattr(failure, "orig", None), "sqlstate", None) == CANCELLED
        if cancelled or isinstance(failure, SoftTimeLimitExceeded):
            return True
        failure = failure.__cause__ or failure.__context__
    return False


def traced(failure: BaseException) -> str:
    """Give where an error came from, its end where it is long."""
    return "".join(traceback.format_exception(failure))[-LONGEST_TRACE:]


def described(failure: BaseException) -> str:
    """Give an error as its row keeps it: kind and message, cut."""
    return f"{type(failure).__name__}: {failure}"[:1000]
