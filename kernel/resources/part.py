"""What the layers up to this one contribute themselves: base data, and the policies of their book-keeping."""

from __future__ import annotations

from sqlalchemy import select

from kernel.access.policies import child, personal, public, rows, system
from kernel.access.protected import ACCESS_POLICIES
from kernel.extension.branding import BrandingRow
from kernel.extension.editions import SiteEditionRow
from kernel.extension.models import PluginFailure, PluginRow, PluginStep, Setting, SiteState
from kernel.i18n import _
from kernel.resources import (
    attachments,
    base_data,
    bulk_removal,
    exporting_later,
    field_edits,
    field_edits_later,
    notes,
)
from kernel.resources.commands import commands_in
from kernel.resources.desks import arranging as desks
from kernel.resources.desks.models import DeskDefault, DeskLayout
from kernel.resources.importing import runs
from kernel.resources.list_layouts import layouts
from kernel.resources.list_layouts.models import ListLayout
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
    SeriesPattern,
    Submission,
)
from kernel.resources.naming import call_table
from kernel.resources.notices import keeping as notices
from kernel.resources.notices.handing_over import HANDED_OVER
from kernel.resources.notices.models import Notice
from kernel.resources.opened import noting as opened
from kernel.resources.opened.models import Favourite, OpenedRecord
from kernel.resources.own_choices import OwnChoice
from kernel.resources.parts import KernelPart
from kernel.resources.saved_views import saving as views
from kernel.resources.saved_views.models import ListDefault, SavedView, SavedViewPattern, SavedViewPin
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
        system(SeriesPattern),
        system(Submission),
        system(Note),
        system(Attachment),
        rows(ImportRun, "import", own=("created_by",)),
        child(ImportRow, ImportRun, key="run_id"),
        *(system(model, read_only=True) for model in (SiteState, PluginRow, PluginStep, PluginFailure)),
        system(Setting),
        system(DeskDefault),
        system(SiteEditionRow),
        system(BrandingRow),
        system(UserField),
        system(UserValueKey),
        # Own or shared: `kernel.resources.saved_views` alone reads and writes them, for whoever asks.
        *(system(model) for model in (SavedView, SavedViewPattern)),
        *(
            personal(model)
            for model in (
                SavedViewPin,
                ListDefault,
                ListLayout,
                DeskLayout,
                Notice,
                OwnChoice,
                OpenedRecord,
                Favourite,
            )
        ),
    ),
    files=(select(Attachment.content_hash), select(ImportRun.content_hash)),
    commands=commands_in(
        attachments,
        base_data,
        bulk_removal,
        desks,
        exporting_later,
        field_edits,
        field_edits_later,
        notes,
        notices,
        opened,
        runs,
        views,
        layouts,
    ),
    jobs=(notices.FORGETTING,),
    notice_kinds=(HANDED_OVER,),
)

call_table("kernel.saved_view", _("Views of lists, and saved reports"))
