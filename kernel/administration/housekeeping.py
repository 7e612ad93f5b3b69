"""What is tidied up every night (old attempts to sign in, files that no record speaks of, finished work), and the seals
that are set each minute.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select, union

from kernel.access import api_tokens, links, tries
from kernel.access.attempts import forget
from kernel.administration.job_runs import forget_old_runs
from kernel.administration.retention import JOB
from kernel.data.files import FileStore
from kernel.extension.contributions import Job
from kernel.i18n import _
from kernel.jobs.models import EventDelivery, EventRow, WorkRow
from kernel.lifecycle.seals.sealing import set_seals
from kernel.resources import submissions
from kernel.resources.context import Context
from kernel.resources.parts import kernel_parts

KEPT = timedelta(days=90)
"""How long finished work and delivered events can be looked at."""


def forget_old_attempts(context: Context) -> None:
    """Delete attempts to sign in, wrong tries, sessions, links for setting a password, and tokens, of long ago."""
    forget(context.session, context.now)
    tries.forget(context.session, context.now)
    links.forget(context.session, context.now)
    api_tokens.forget(context.session, context.now)


def sweep_files(context: Context) -> None:
    """Remove stored files that no row speaks of; those in the bin still count."""
    hashes = union(*(statement for part in kernel_parts() for statement in part.files))
    known = set(context.session.execute(hashes).scalars())
    FileStore(context.site.files).sweep(known)


def forget_old_work(context: Context) -> None:
    """Delete work, runs of jobs, forms and events that ended long ago; what failed stays until somebody has looked."""
    forget_old_runs(context)
    submissions.forget(context)
    before = context.now - KEPT
    context.session.execute(
        delete(WorkRow).where(WorkRow.finished_at < before, WorkRow.state.in_(("done", "stopped")))
    )
    unsettled = select(EventDelivery.event_id).where(EventDelivery.state.in_(("due", "running", "failed")))
    context.session.execute(delete(EventRow).where(EventRow.at < before, EventRow.id.not_in(unsettled)))


JOBS = (
    JOB,
    Job(
        name="seal-history",
        title=_("Seal history and audit"),
        function=set_seals,
        every=timedelta(minutes=1),
        allowed_when_ended=True,
    ),
    Job(
        name="forget-attempts",
        title=_("Forget old attempts to sign in"),
        function=forget_old_attempts,
        at="03:30",
        allowed_when_ended=True,
    ),
    Job(
        name="sweep-files",
        title=_("Remove files that nothing refers to"),
        function=sweep_files,
        at="03:45",
        allowed_when_ended=True,
    ),
    Job(
        name="forget-work",
        title=_("Forget finished work"),
        function=forget_old_work,
        at="04:00",
        allowed_when_ended=True,
    ),
)
"""The jobs of the kernel itself."""
