"""What stands in a new clinic: a tree of kinds of illness, to be changed by its users."""

from __future__ import annotations

from sqlalchemy.orm import Session

from kernel.api import Context, LazyText, _, sort_key, squeeze
from plugins.medical.models import Illness

FIRST_ILLNESSES: tuple[tuple[LazyText, tuple[LazyText, ...]], ...] = (
    (_("Metabolic and glandular illnesses"), (_("Diabetes"), _("Thyroid"))),
    (_("Illnesses of heart and vessels"), (_("High blood pressure"), _("Heart disease"))),
    (_("Illnesses of the airways"), (_("Asthma"), _("Allergy"))),
    (_("Pregnancy"), ()),
)


def first_illnesses(session: Session, context: Context) -> None:
    """Enter the first kinds of illness."""
    for title, narrower in FIRST_ILLNESSES:
        wide = _illness(context, title, None)
        session.add(wide)
        session.flush()
        session.add_all([_illness(context, each, wide.id) for each in narrower])


def _illness(context: Context, title: LazyText, parent_id: int | None) -> Illness:
    words = context.text(title)
    return Illness(title=words, parent_id=parent_id, search_key=squeeze(words), sort_key=sort_key(words))
