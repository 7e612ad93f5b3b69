"""What the jobs layer contributes: the policies of its tables."""

from __future__ import annotations

from kernel.access.policies import system
from kernel.jobs.models import EventDelivery, EventRow, Held, JobRow, Worker, WorkRow
from kernel.resources.parts import KernelPart

PART = KernelPart(
    name="jobs",
    policies=(
        *(system(model) for model in (EventRow, EventDelivery, WorkRow, JobRow, Worker)),
        system(Held, read_only=True),
    ),
)
