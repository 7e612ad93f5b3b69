"""What the jobs layer contributes: the policies of its tables."""

from __future__ import annotations

from sqlalchemy import select

from kernel.access.policies import public, system
from kernel.jobs import occasions, own_work
from kernel.jobs.models import EventDelivery, EventRow, Held, JobRow, JobRun, Occasion, Worker, WorkRow
from kernel.jobs.telling import WORK
from kernel.resources.commands import commands_in
from kernel.resources.parts import KernelPart

PART = KernelPart(
    name="jobs",
    policies=(
        *(system(model) for model in (EventRow, EventDelivery, WorkRow, JobRow, JobRun, Worker)),
        system(Held, read_only=True),
        public(Occasion, "base_data"),
    ),
    commands=commands_in(own_work, occasions),
    jobs=(own_work.FORGETTING, occasions.FILLING),
    notice_kinds=(WORK,),
    resources=(occasions.OCCASION,),
    files=(select(WorkRow.file_hash).where(WorkRow.file_hash.is_not(None)),),
)
