"""What the club asks of the plugin `sales`: only while that runs on the site, and by its `api` alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.api import Context

if TYPE_CHECKING:
    from plugins.sales.api import IssuedInvoice

SALES = "sales"


def runs(context: Context) -> bool:
    """Say whether sales are kept on this site."""
    return SALES in context.plugins


def sales_groups(context: Context) -> list[tuple[int, str]]:
    """Give ids and titles of the groups of goods; none where sales do not run."""
    if not runs(context):
        return []
    from plugins.sales.api import item_groups

    return [(group.group_id, group.title) for group in item_groups(context)]


def invoice_of(context: Context, invoice_id: int) -> IssuedInvoice | None:
    """Give an invoice as sales tell of it; None where it is not there, or sales do not run."""
    if not runs(context):
        return None
    from plugins.sales.api import invoice

    return invoice(context, invoice_id)


def party_of(context: Context, invoice_id: int) -> int | None:
    """Give whose invoice this is, also before it is issued; the context acts for the system."""
    if not runs(context):
        return None
    from plugins.sales.api import party_of as party

    return party(context, invoice_id)
