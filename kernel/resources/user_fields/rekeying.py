"""Search keys computed anew for the records of one kind, after what is searched of them has changed."""

from __future__ import annotations

from sqlalchemy import or_, select

from kernel.i18n import _
from kernel.resources.queue import Progress, background
from kernel.resources.runtime import Runtime
from kernel.resources.user_fields.searching import MARK, complete_keys

KIND = "user_fields.rekey"
"""The kind of background work."""
BATCH = 500


@background(KIND, _("Search by user-defined fields"), queue="long", listed=True)
def rekey(runtime: Runtime, progress: Progress, *, resource: str) -> None:
    """Compute the keys of all records that hold values or have had some; a batch per transaction.

    Called again after it was killed, it begins anew: the same keys come out.
    """
    declared = runtime.resources.get(resource)
    if declared is None or declared.search is None:
        return
    model = declared.model
    last, done = 0, 0
    while True:
        with runtime.system_work("user-defined fields are searched otherwise", KIND) as context:
            key = getattr(model, declared.search.key)
            concerned = [model.user_values != {}, key.like(f"%{MARK}%")]
            if declared.search.private is not None:
                concerned.append(getattr(model, declared.search.private).like(f"%{MARK}%"))
            statement = select(model).where(model.id > last, or_(*concerned)).order_by(model.id).limit(BATCH)
            if declared.only is not None:
                statement = statement.where(declared.only(model))
            records = context.session.scalars(statement.with_for_update()).all()
            for record in records:
                complete_keys(context, resource, record)
            if not records:
                return
            last = records[-1].id
            done += len(records)
        progress.report(done, done)
        if progress.stopped():
            return
