"""What the layers up to this one contribute themselves: base data, and the policies of their book-keeping."""

from __future__ import annotations

from sqlalchemy import select

from kernel.access.policies import child, public, rows, system
from kernel.access.protected import ACCESS_POLICIES
from kernel.extension.branding import BrandingRow
from kernel.extension.editions import SiteEditionRow
from kernel.extension.models import PluginFailure, PluginRow, PluginStep, Setting, SiteState
from kernel.resources import attachments, base_data, bulk_removal, exporting_later, notes
from kernel.resources.commands import commands_in
from kernel.resources.importing import runs
from kernel.resources.models import (
    Attachment,
    BaseValue,
    Erasure,
    History,
    ImportRow,
    ImportRun,
    Note,
    NumberSeries,
    Redaction,
    Submission,
)
from kernel.resources.parts import KernelPart
from kernel.resources.user_fields.models import UserField, UserValueKey

PART = KernelPart(
    name="resources",
    policies=(
        *ACCESS_POLICIES,
        public(BaseValue, "base_data"),
        system(History, append_only=True),
        system(Erasure, append_only=True),
        system(Redaction, read_only=True),
        system(NumberSeries),
        system(Submission),
        system(Note),
        system(Attachment),
        rows(ImportRun, "import", own=("created_by",)),
        child(ImportRow, ImportRun, key="run_id"),
        *(system(model, read_only=True) for model in (SiteState, PluginRow, PluginStep, PluginFailure)),
        system(Setting),
        system(SiteEditionRow),
        system(BrandingRow),
        system(UserField),
        system(UserValueKey),
    ),
    files=(select(Attachment.content_hash), select(ImportRun.content_hash)),
    commands=commands_in(attachments, base_data, bulk_removal, exporting_later, notes, runs),
)
