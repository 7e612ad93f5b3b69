"""What reports by e-mail contribute: plans of one's own, commands, the job that sends, the notice of who got nothing."""

from __future__ import annotations

from kernel.access.policies import personal
from kernel.messages.report_mail import planning, sending
from kernel.messages.report_mail.models import ReportSchedule
from kernel.resources.commands import commands_in
from kernel.resources.parts import KernelPart

PART = KernelPart(
    name="report_mail",
    policies=(personal(ReportSchedule, user="owner_id"),),
    commands=commands_in(planning),
    settings=planning.SETTINGS,
    jobs=(sending.SENDING,),
    notice_kinds=(sending.NOT_SENT,),
)
"""The part that `kernel.administration.assembly` enters."""
