"""Entering grades, and changing final ones with a reason."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from kernel.api import (
    Context,
    Forbidden,
    Invalid,
    Problem,
    Refused,
    _,
    changeable,
    clean,
    command,
    fields,
    load,
    to_ascii_digits,
)
from plugins.education import marks, seats
from plugins.education.grading import ABSENT, EMPTY, EXCUSED, MARK, Given
from plugins.education.models import Enrolment, Grade, GradeChange, Item, Offering
from plugins.education.resources import ENROLMENT, ITEM, OFFERING

ABSENT_WORDS = frozenset(("a", "absent", "غ", "غایب", "غائب", "غیبت"))
EXCUSED_WORDS = frozenset(("e", "excused", "م", "موجه", "معاف"))
NUMBER = fields.Decimal("mark", _("Mark"), least=0)
POINT = re.compile(r"[/,،٬](?=\d{1,2}$)")
"""What stands for the point of a mark besides: 17/5. With three digits after it, it stands for thousands."""
AROUND_POINT = re.compile(r"\s*([/.٫,،٬])\s*")
"""Spaces are no part of a mark beside its point; between two digits they are a slip: 1 7 is not 17."""
NUMERAL = re.compile(r"[+-]?[\d.٫,،٬]+")


def typed(entered: Any, context: Context) -> Given:
    """Read what stands in a cell: nothing, a mark, or a word for absent or excused. `FieldError` for anything else."""
    text = clean("" if entered is None else str(entered))
    text = to_ascii_digits(AROUND_POINT.sub(r"\1", text)).lower().strip()
    if not text:
        return Given()
    if text in ABSENT_WORDS:
        return Given(ABSENT)
    if text in EXCUSED_WORDS:
        return Given(EXCUSED)
    text = POINT.sub(".", text)
    if not NUMERAL.fullmatch(text):
        raise fields.FieldError(_("Enter a mark, A for absent or E for excused, or leave it empty."))
    return Given(MARK, NUMBER.read(text, context))


def shown(given: Given, context: Context) -> str:
    """Write it as it is typed."""
    if given.kind == MARK:
        return NUMBER.show(given.mark, context)
    return {EMPTY: "", ABSENT: context.text(_("A (absent)")), EXCUSED: context.text(_("E (excused)"))}[
        given.kind
    ][:1]


@dataclass(frozen=True)
class Cell:
    """One change: the item, the enrolment, what was typed, and what stood there when the page was opened."""

    item: int
    enrolment: int
    entered: Any
    before: Any = None

    @property
    def name(self) -> str:
        """The name of its field."""
        return f"cell-{self.item}-{self.enrolment}"


@command("education.enter_grades", _("Enter grades"), resource=ITEM.permission, action="edit")
def enter_grades(
    context: Context, *, offering: int, cells: Sequence[Mapping[str, Any]], reason: Any = None
) -> int:
    """Enter grades of a calendar course, all or none; gives how many changed.

    A cell is a mapping of `item`, `enrolment`, `entered`, and `before` where somebody else's change is not to be run over.
    Every change of what was entered already is kept. After the results are final it needs a reason and a right of its own.
    """
    record: Offering = load(context, OFFERING, offering)
    wanted = [Cell(**cell) for cell in cells]
    with context.system("grades of a calendar course") as system:
        _hold(system, {cell.item for cell in wanted})
        late = seats.locked(system, record.id).results_on is not None
    items = _items(context, offering, {cell.item for cell in wanted})
    students = _students(context, offering, {cell.enrolment for cell in wanted})
    held = _held(context, items, students)
    changes, problems = _changes(context, wanted, items, students, held)
    said = str(reason or "").strip()[:500] or None
    if changes and late:
        if not context.may(ITEM.permission, "change_late"):
            raise Refused(_("The results are final; you may not change them."))
        if said is None:
            problems.append(Problem("reason", _("The results are final: say why they are changed.")))
    if problems:
        raise Invalid(problems)
    for cell, given in changes:
        _write(context, cell, given, held.get((cell.item, cell.enrolment)), late, said)
    context.session.flush()
    if changes:
        marks.refresh(context, offering, {cell.enrolment for cell, _given in changes})
    return len(changes)


def _hold(system: Context, items: set[int]) -> None:
    """Hold items before their calendar course, as whoever changes one does: else the two wait for each other in a circle."""
    wanted = select(Item.id).where(Item.id.in_(items)).order_by(Item.id)
    system.session.execute(wanted.with_for_update(read=True, key_share=True)).all()


def _items(context: Context, offering: int, ids: set[int]) -> dict[int, Item]:
    wanted = select(Item).where(Item.id.in_(ids), Item.offering_id == offering)
    found_now = context.session.execute(wanted, execution_options={"populate_existing": True})
    found = {item.id: item for item in found_now.scalars()}
    if len(changeable(context, ITEM, list(ids))) < len(ids) or len(found) < len(ids):
        raise Forbidden()
    return found


def _students(context: Context, offering: int, ids: set[int]) -> set[int]:
    wanted = select(Enrolment.id).where(
        Enrolment.id.in_(ids), Enrolment.offering_id == offering, Enrolment.state != "waiting"
    )
    return set(context.session.execute(wanted).scalars())


def _held(context: Context, items: Mapping[int, Item], students: set[int]) -> dict[tuple[int, int], Grade]:
    wanted = select(Grade).where(Grade.item_id.in_(list(items)), Grade.enrolment_id.in_(students))
    return {(row.item_id, row.enrolment_id): row for row in context.session.execute(wanted).scalars()}


def _of(row: Grade | None) -> Given:
    return Given() if row is None else Given(row.kind, row.mark)


def _changes(
    context: Context,
    wanted: Sequence[Cell],
    items: Mapping[int, Item],
    students: set[int],
    held: Mapping[tuple[int, int], Grade],
) -> tuple[list[tuple[Cell, Given]], list[Problem]]:
    changes, problems = [], []
    for cell in wanted:
        try:
            given = typed(cell.entered, context)
            before = None if cell.before is None else typed(cell.before, context)
        except fields.FieldError as error:
            problems.append(Problem(cell.name, error.message))
            continue
        now = _of(held.get((cell.item, cell.enrolment)))
        if given == now or (before is not None and given == before):
            continue
        if cell.enrolment not in students:
            problems.append(Problem(cell.name, _("Whoever waits has no grades.")))
        elif before is not None and before != now:
            problems.append(
                Problem(
                    cell.name,
                    _("Somebody else has entered %(mark)s meanwhile.", mark=shown(now, context) or "—"),
                )
            )
        elif given.mark is not None and given.mark > items[cell.item].maximum:
            highest = NUMBER.show(items[cell.item].maximum, context)
            problems.append(Problem(cell.name, _("It is marked out of %(n)s.", n=highest)))
        else:
            changes.append((cell, given))
    return changes, problems


def _write(
    context: Context, cell: Cell, given: Given, row: Grade | None, late: bool, reason: str | None
) -> None:
    before = _of(row)
    if before.kind != EMPTY or late:
        context.session.add(
            GradeChange(
                item_id=cell.item,
                enrolment_id=cell.enrolment,
                old_kind=before.kind,
                old_mark=before.mark,
                new_kind=given.kind,
                new_mark=given.mark,
                late=late,
                reason=reason,
            )
        )
    if given.kind == EMPTY:
        if row is not None:
            context.session.delete(row)
    elif row is None:
        context.session.add(
            Grade(item_id=cell.item, enrolment_id=cell.enrolment, kind=given.kind, mark=given.mark)
        )
    else:
        row.kind, row.mark = given.kind, _mark(given)


def _mark(given: Given) -> Decimal | None:
    return given.mark if given.kind == MARK else None


WHICH_ITEM = fields.Link("item", _("Graded item"), to=ITEM.name, required=True)
WHOSE = fields.Link("enrolment", _("Enrolment"), to=ENROLMENT.name, required=True)
ENTERED = fields.Text(
    "entered", _("Mark"), limit=20, help=_("A mark, A for absent or E for excused; empty takes it back.")
)
WHY = fields.Text("reason", _("Reason"), limit=500, help=_("Needed once the results are final."))


@command(
    "education.enter_grade",
    _("Enter one grade"),
    resource=ITEM.permission,
    action="edit",
    fields=(WHICH_ITEM, WHOSE, ENTERED, WHY),
)
def enter_grade(
    context: Context, *, item: Any, enrolment: Any, entered: Any = None, reason: Any = None
) -> bool:
    """Enter what one student has in one item, for programs; says whether it changed."""
    number = WHICH_ITEM.read(item, context)
    offering = load(context, ITEM, number).offering_id
    cell = Cell(number, WHOSE.read(enrolment, context), ENTERED.read(entered, context))
    try:
        return bool(enter_grades(context, offering=offering, cells=[asdict(cell)], reason=reason))
    except Invalid as error:
        raise Invalid([_at_entered(each, cell) for each in error.problems]) from error


def _at_entered(problem: Problem, cell: Cell) -> Problem:
    return replace(problem, field=ENTERED.name) if problem.field == cell.name else problem
