"""The report card of a student in a calendar course: each item, how it was treated, and how the grade comes about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import select

from kernel.api import Context, LazyText, _, fields, is_persian, to_persian_digits
from plugins.education.grading import MARK, Given, Result, Rule, rule_of
from plugins.education.marks import Sheet, sheet_of
from plugins.education.models import Enrolment, GradeChange, Item, Offering
from plugins.education.words import (
    ABSENT_AS,
    EMPTY_AS,
    GRADE_KINDS,
    REASONS,
    STEPS,
    TREATMENTS,
    WAYS_OF_ROUNDING,
)

NUMBER = fields.Decimal("mark", _("Mark"))
WHO = fields.UserLink("by", _("Changed by"))


@dataclass(frozen=True)
class CardLine:
    """An item on the card, in words."""

    item: Item
    given: Given
    mark: str
    treatment: LazyText
    share: str
    brings: str
    dropped: bool
    below: bool


@dataclass(frozen=True)
class Card:
    """A report card."""

    result: Result
    lines: Sequence[CardLine]
    exact: str
    reasons: Sequence[LazyText]
    rule: Sequence[LazyText | str]
    rounding: LazyText


def number_text(value: Decimal | int | None, context: Context) -> str:
    """Write a mark without needless noughts."""
    return NUMBER.show(value, context)


def exact_text(value: Fraction | None, context: Context) -> str:
    """Write an exact share with three decimals, cut off; `…` tells that there is more."""
    if value is None:
        return ""
    thousandths = value.numerator * 1000 // value.denominator
    text = f"{thousandths // 1000}.{thousandths % 1000:03d}".rstrip("0").rstrip(".")
    more = "…" if Fraction(thousandths, 1000) != value else ""
    if is_persian(context.locale):
        text = to_persian_digits(text).replace(".", "٫")
    return text + more


def mark_text(given: Given, context: Context) -> str:
    """Say what a student has in an item: the mark, or in words what stands in its place."""
    if given.kind == MARK:
        return number_text(given.mark, context)
    return context.text(GRADE_KINDS[given.kind])


def card_of(context: Context, sheet: Sheet, enrolment_id: int) -> Card:
    """Make the card of an enrolment."""
    result = sheet.result(enrolment_id)
    lines = [
        CardLine(
            item,
            given,
            mark_text(given, context),
            TREATMENTS[line.treatment],
            _percent(line.share, context),
            exact_text(line.brings, context),
            line.treatment == "dropped",
            line.below,
        )
        for item, given, line in zip(sheet.items, sheet.given(enrolment_id), result.lines, strict=True)
    ]
    reasons = [REASONS[reason] for reason in result.reasons]
    rounding = rounding_text(rule_of(sheet.offering))
    return Card(
        result, lines, exact_text(result.exact, context), reasons, rule_texts(context, sheet), rounding
    )


def _percent(share: Fraction | None, context: Context) -> str:
    if share is None:
        return ""
    sign = "٪" if is_persian(context.locale) else "%"
    return exact_text(share * 100, context) + sign


def rule_texts(context: Context, sheet: Sheet) -> list[LazyText | str]:
    """Say in words how the grade is made, as the card must."""
    rule: Rule = rule_of(sheet.offering)
    texts: list[LazyText | str] = [
        _(
            "The grade is %(scale)s × the sum of weight × mark ÷ maximum, divided by the weights that count.",
            scale=number_text(rule.scale, context),
        ),
        rounding_text(rule),
        _(
            "Passed from %(mark)s on, judged by the rounded grade.",
            mark=number_text(rule.pass_mark, context),
        ),
        _(
            "Items without an entry: %(how)s. Absence: %(absent)s. Whoever is excused: left out.",
            how=EMPTY_AS[rule.empty_as],
            absent=ABSENT_AS[rule.absent_as],
        ),
    ]
    if rule.drop_lowest:
        texts.append(
            _("The %(n)s lowest of the marked items are left out.", n=number_text(rule.drop_lowest, context))
        )
    if rule.least_attendance:
        texts.append(
            _("At least %(n)s per cent attendance is asked.", n=number_text(rule.least_attendance, context))
        )
    if any(item.least is not None for item in sheet.items):
        texts.append(_("Key items must be reached by themselves."))
    return texts


def rounding_text(rule: Rule) -> LazyText:
    """Say how a grade is rounded."""
    return _(
        "Rounding: %(step)s, %(way)s.",
        step=STEPS[rule.rounding_step],
        way=WAYS_OF_ROUNDING[rule.rounding_way],
    )


def cards_of(context: Context, enrolments: Sequence[Enrolment]) -> dict[int, Card]:
    """Make the cards of several enrolments; one sheet for each calendar course among them."""
    courses: dict[int, list[int]] = {}
    for enrolment in enrolments:
        courses.setdefault(enrolment.offering_id, []).append(enrolment.id)
    wanted = select(Offering).where(Offering.id.in_(courses))
    found = {}
    for offering in context.session.execute(wanted).scalars():
        sheet = sheet_of(context, offering, courses[offering.id])
        found.update({number: card_of(context, sheet, number) for number in courses[offering.id]})
    return found


def changes_of(context: Context, enrolment_id: int) -> list[Mapping[str, Any]]:
    """Give what was changed in the grades of an enrolment, newest first, with who did it and why."""
    wanted = (
        select(GradeChange, Item.title)
        .join(Item, Item.id == GradeChange.item_id)
        .where(GradeChange.enrolment_id == enrolment_id)
        .order_by(GradeChange.id.desc())
        .limit(100)
    )
    rows = context.session.execute(wanted).all()
    names = WHO.labels(sorted({change.created_by for change, _title in rows}), context) if rows else {}
    return [
        {
            "at": change.created_at,
            "item": title,
            "before": mark_text(Given(change.old_kind, change.old_mark), context),
            "after": mark_text(Given(change.new_kind, change.new_mark), context),
            "late": change.late,
            "reason": change.reason or "",
            "by": names.get(change.created_by, ""),
        }
        for change, title in rows
    ]
