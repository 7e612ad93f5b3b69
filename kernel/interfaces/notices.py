"""What administrators are told on the desk: that an address took nothing for days, and something was given up."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from kernel.extension.contributions import DashboardBlock
from kernel.i18n import _
from kernel.interfaces.models import Webhook
from kernel.resources.context import Context


def dashboard_blocks(ctx: Context) -> Iterable[DashboardBlock]:
    """Name the webhooks for which something was given up since they last took anything; for administrators."""
    if not ctx.actor.is_administrator:
        return []
    statement = select(Webhook.id, Webhook.name).where(Webhook.given_up_at.is_not(None), Webhook.active)
    with ctx.system("webhooks that took nothing") as system:
        found = system.session.execute(statement.order_by(Webhook.name)).all()
    return [
        DashboardBlock(
            title=_("Webhook given up"),
            body=_(
                "“%(name)s” took nothing for three days; what it was to be told is being given up. See its log.",
                name=name,
            ),
            order=2,
            key=f"webhook.{number}",
            span=3,
        )
        for number, name in found
    ]
