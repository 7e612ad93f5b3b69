"""What the layer of documents contributes: resources, policies, commands, settings."""

from __future__ import annotations

from kernel.documents import answers, letterheads, making, report_files, runs
from kernel.documents.designs import saving
from kernel.documents.formats import ENVELOPE_FORMAT, LABEL_FORMAT
from kernel.documents.letters import LETTER_TEMPLATE
from kernel.documents.policies import POLICIES
from kernel.resources.commands import commands_in
from kernel.resources.parts import KernelPart

PART = KernelPart(
    name="documents",
    resources=(runs.PRINT_RUN, LETTER_TEMPLATE, LABEL_FORMAT, ENVELOPE_FORMAT),
    policies=POLICIES,
    commands=commands_in(letterheads, report_files, runs, saving),
    settings=runs.SETTINGS,
    hooks=answers,
)
"""The part that `kernel.administration.assembly` enters."""

BACKGROUND = (making, report_files)
"""Modules imported here so that every process knows the work that they declare."""
