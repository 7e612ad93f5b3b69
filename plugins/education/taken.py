"""Teachers and places that are taken: what the database forbids, said beforehand with the day."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select

from kernel.api import Context, Invalid, Problem, _
from plugins.education.clashes import WHEN
from plugins.education.models import Session


def judge_free(system: Context, made: Sequence[Session], *, besides: Collection[int] = ()) -> None:
    """Say which session collides with which, before the database refuses it without a word of when.

    `besides` are the sessions that are moved themselves, which are no hindrance.
    """
    problems = []
    for column in (Session.teacher_id, Session.room_id):
        numbers = {getattr(each, column.key) for each in made} - {None}
        wanted = select(Session.starts_at, Session.ends_at).where(
            column.in_(numbers), Session.state != "cancelled", Session.id.not_in(list(besides))
        )
        busy = system.session.execute(wanted).all() if numbers else ()
        for each in made:
            if any(starts < each.ends_at and each.starts_at < ends for starts, ends in busy):
                day = WHEN.show(each.starts_at, system)
                by_teacher = column is Session.teacher_id
                problems.append(
                    Problem(
                        None,
                        _("The teacher is taken on %(day)s.", day=day)
                        if by_teacher
                        else _("The place is taken on %(day)s.", day=day),
                    )
                )
    if problems:
        raise Invalid(problems[:10])
