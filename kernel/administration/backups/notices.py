"""What backups put into other pages: an entry in the menu, and a word on the desk of administrators."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from kernel.extension.contributions import DashboardBlock, MenuItem
from kernel.i18n import _
from kernel.jobs.store import held
from kernel.lifecycle.backup.models import BackupRow
from kernel.resources.context import Context


def menu() -> Iterable[MenuItem]:
    """Give the entry in the group of administration."""
    return [
        MenuItem(
            label=_("Backups"),
            target="/administration/backups",
            icon="device-floppy",
            permission=("site", "edit"),
            order=907,
            group="administration",
        )
    ]


def dashboard_blocks(ctx: Context) -> Iterable[DashboardBlock]:
    """Tell administrators that the last backup failed, or that the site is a held copy."""
    if not ctx.actor.is_administrator:
        return []
    with ctx.system("the last backup") as system:
        last = system.session.execute(
            select(BackupRow.state, BackupRow.error)
            .where(BackupRow.state.in_(("done", "failed")))
            .order_by(BackupRow.started_at.desc(), BackupRow.id.desc())
            .limit(1)
        ).one_or_none()
        is_held = held(system.session) is not None
    blocks = []
    if is_held:
        text = _("This site is held: nothing is sent and no job runs. See the page of backups.")
        blocks.append(DashboardBlock(title=_("A held copy"), body=text, order=1, key="held", span=3))
    if last is not None and last.state == "failed":
        text = _("The last backup failed: %(why)s See the page of backups.", why=last.error or "")
        blocks.append(DashboardBlock(title=_("Backup failed"), body=text, order=2, key="backup", span=3))
    return blocks
