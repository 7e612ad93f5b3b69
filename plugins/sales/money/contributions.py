"""What money adds to the plugin: `plugins.sales.plugin` puts it beside what sales itself declares."""

from __future__ import annotations

from sqlalchemy.orm import Session

from kernel.api import Context
from plugins.sales.money import blocks, bringing, issuing, leaving, parts
from plugins.sales.money.commands import cheques as cheque_commands
from plugins.sales.money.commands import commission as commission_commands
from plugins.sales.money.commands import openings as opening_commands
from plugins.sales.money.commands import payments as payment_commands
from plugins.sales.money.dates import DATES
from plugins.sales.money.declarations import GRANTS, MENU, PERMISSIONS, SERIES, SETTINGS
from plugins.sales.money.leaving import ERASURES
from plugins.sales.money.policies import POLICIES
from plugins.sales.money.printing import RECEIPT
from plugins.sales.money.reporting import REPORTS
from plugins.sales.money.resources import BASE_LISTS, RESOURCES
from plugins.sales.money.views import add_pages

COMMANDS = (payment_commands, cheque_commands, opening_commands, commission_commands)
"""Modules with commands."""
DOCUMENTS = (RECEIPT,)
FACETS = ()
JOBS = ()
NOTICES = ()

party_figures = blocks.figures
party_panels = blocks.panels
timeline = blocks.timeline
slot = parts.slot
dashboard_blocks = blocks.home
document_page = blocks.document_page
invoice_issuing = issuing.judge
issued = issuing.issued
cancelled = issuing.cancelled
obstacles_to_delete = bringing.obstacles_to_delete
merging = leaving.merge
erasing = leaving.erase


def invoice_cancelling(session: Session, ctx: Context, invoice_id: int) -> None:
    """Nothing stands in the way: what was paid goes back to the account of the party."""


__all__ = [
    "BASE_LISTS",
    "COMMANDS",
    "DATES",
    "DOCUMENTS",
    "ERASURES",
    "FACETS",
    "GRANTS",
    "JOBS",
    "MENU",
    "NOTICES",
    "PERMISSIONS",
    "POLICIES",
    "REPORTS",
    "RESOURCES",
    "SERIES",
    "SETTINGS",
    "add_pages",
    "cancelled",
    "dashboard_blocks",
    "document_page",
    "erasing",
    "invoice_cancelling",
    "invoice_issuing",
    "issued",
    "merging",
    "obstacles_to_delete",
    "party_figures",
    "party_panels",
    "slot",
    "timeline",
]
