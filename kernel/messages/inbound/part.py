"""What received messages contribute: resource, policies, commands, settings, jobs."""

from __future__ import annotations

from datetime import timedelta

from kernel.extension.contributions import Job
from kernel.i18n import _
from kernel.messages.inbound import answering, answers, desk, doors, once, polling, storing, ussd
from kernel.messages.inbound.policies import POLICIES
from kernel.messages.inbound.resources import RESOURCES
from kernel.resources.commands import commands_in
from kernel.resources.parts import KernelPart

PART = KernelPart(
    name="inbound",
    resources=RESOURCES,
    policies=POLICIES,
    commands=commands_in(desk, doors, once),
    settings=storing.SETTINGS,
    jobs=(
        *polling.JOBS,
        Job(
            name="ussd",
            title=_("Forget old conversations by USSD"),
            function=ussd.forget,
            every=timedelta(days=1),
        ),
    ),
    hooks=answers,
)
"""The part that `kernel.administration.assembly` enters."""

BACKGROUND = (answering, polling)
"""Modules imported here so that every process knows the work that they declare."""
