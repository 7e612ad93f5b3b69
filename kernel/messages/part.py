"""What the layer of messages contributes: resources, policies, commands, settings, jobs."""

from __future__ import annotations

from kernel.messages import (
    answers,
    files,
    leaving,
    line_editing,
    notices,
    preparing,
    quiet,
    sendings,
    single,
    watching,
    worker,
)
from kernel.messages.letters import asking, fate
from kernel.messages.policies import POLICIES
from kernel.messages.resources import RESOURCES
from kernel.resources.commands import commands_in
from kernel.resources.parts import KernelPart

PART = KernelPart(
    name="messages",
    resources=RESOURCES,
    policies=POLICIES,
    commands=commands_in(single, sendings, line_editing, fate),
    settings=(*quiet.SETTINGS, *sendings.SETTINGS, *files.SETTINGS, *leaving.SETTINGS, *asking.SETTINGS),
    jobs=watching.JOBS,
    hooks=answers,
)
"""The part that `kernel.administration.assembly` enters."""

BACKGROUND = (preparing, worker, watching, notices)
"""Modules imported here so that every process knows the work that they declare, and how notices go by e-mail."""
