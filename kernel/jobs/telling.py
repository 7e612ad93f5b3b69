"""Telling whoever asked for long work that it is done or has failed, in the transaction that ends it."""

from __future__ import annotations

from sqlalchemy import select

from kernel.extension.contributions import NoticeKind
from kernel.i18n import _
from kernel.jobs.models import WorkRow
from kernel.resources.context import Context
from kernel.resources.notices.telling import notify
from kernel.resources.queue import kind_of_work

WORK = NoticeKind(key="kernel.work", title=_("Long work of yours has ended"), icon="hourglass", order=30)


def tell_end(context: Context, number: int, kind: str) -> None:
    """Tell whoever asked for a piece of work of a kind that users are shown how it has ended."""
    declared = kind_of_work(kind)
    if not declared.listed:
        return
    row = context.session.execute(select(WorkRow.created_by, WorkRow.state).where(WorkRow.id == number)).one()
    texts = {
        "done": _("Done: %(work)s", work=declared.title),
        "failed": _("Failed: %(work)s", work=declared.title),
    }
    # What was stopped was stopped by somebody who knows.
    if row.created_by and row.state in texts:
        notify(
            context,
            [row.created_by],
            kind=WORK.key,
            text=texts[row.state],
            address="/work",
            occasion=f"work {number}",
        )
