"""What stands on each piece: the lines of a label, the address of an envelope, the words of a letter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from kernel.documents import targets as why
from kernel.documents.formats import sheet_of
from kernel.documents.geometry import fitting_size
from kernel.documents.models import ENVELOPES, LABELS, EnvelopeFormat, LabelFormat
from kernel.documents.ordered import Words
from kernel.documents.postal import Postal, postal_addresses
from kernel.documents.targets import EITHER, FIRM, Target, may_print
from kernel.documents.variables import house_values, in_digits, party_values
from kernel.documents.wording import EmptyVariable, fill, variables_in
from kernel.i18n import _
from kernel.parties.addressing import addressed_as
from kernel.parties.models import Employment, Party
from kernel.parties.periods import holds_on
from kernel.resources.context import Context
from kernel.resources.errors import Refused
from kernel.resources.lists.searching import any_of
from kernel.resources.models import BaseValue

SAMPLE = "…"
"""Stands for the number of a letter before it has one."""
RECIPIENT_LARGEST = 14.0
"""Size of letters on an envelope at most."""
CAPTION = 5.0
"""Millimetres that the caption above the recipient takes."""


@dataclass(frozen=True)
class Piece:
    """What is printed for a target, as the layout takes it; with a reason in the target, nothing."""

    target: Target
    values: Mapping[str, Any]
    subject: str = ""
    text: str = ""
    """What an interaction says of a letter."""


def compose(
    context: Context,
    kind: str,
    options: Mapping[str, Any],
    targets: Sequence[Target],
    numbers: Sequence[str] = (),
    words: Sequence[Words | None] = (),
) -> list[Piece]:
    """Give for each target what is printed for it as the actor sees it now, or the target with the reason why nothing is.

    `numbers` are those of letters, in the order of the targets, and so are `words`, where letters have words of their own
    instead of those of the options. A constant number of queries.
    """
    open_ones = [each for each in targets if not each.reason]
    if kind == LABELS:
        sheet = sheet_of(find_format(context, LabelFormat, options))
        room = (sheet.label_width - 2 * sheet.padding, sheet.label_height - 2 * sheet.padding)
        made = _addresses(context, options, open_ones, room, largest=12.0)
    elif kind == ENVELOPES:
        row = find_format(context, EnvelopeFormat, options)
        room = (
            float(row.width - row.recipient_side - row.margin),
            float(row.height - row.recipient_top - row.margin) - CAPTION,
        )
        made = _addresses(context, options, open_ones, room, largest=RECIPIENT_LARGEST)
    else:
        # By place, not by target: two letters are to one party once it was merged with another.
        own = [place for place, each in enumerate(targets) if not each.reason]
        made = _letters(
            context,
            options,
            open_ones,
            [numbers[place] if numbers else "" for place in own],
            [words[place] if words else None for place in own],
        )
    found = iter(made)
    return [Piece(each, {}) if each.reason else next(found) for each in targets]


def find_format(context: Context, model: Any, options: Mapping[str, Any]) -> Any:
    """Give the chosen format; raise `Refused` where it is gone."""
    row = context.session.get(model, int(options["format"]))
    if row is None:
        raise Refused(_("The chosen format is no longer there."))
    return row


def _addresses(
    context: Context,
    options: Mapping[str, Any],
    targets: Sequence[Target],
    room: tuple[float, float],
    *,
    largest: float,
) -> list[Piece]:
    firms = {each.organisation for each in targets if each.organisation is not None}
    people = [each.party for each in targets]
    postal = postal_addresses(context, [*people, *firms])
    names = addressed_as(context, [*people, *firms])
    allowed = may_print(context, firms)
    pieces = []
    for each in targets:
        where, at_firm = _where(each, options, postal, allowed)
        if each.party not in names:
            pieces.append(Piece(replace(each, reason=why.GONE), {}))
            continue
        if where is None or not where.complete:
            reason = why.NO_ADDRESS if where is None else why.NO_STREET
            pieces.append(Piece(replace(each, reason=reason), {}))
            continue
        firm = names.get(each.organisation or 0, "") if at_firm else ""
        lines = {
            "place": where.place,
            "street": where.street,
            "code": where.code,
            "firm": in_digits(firm, "fa"),
            "name": in_digits(names[each.party], "fa"),
        }
        size = fitting_size([line for line in lines.values() if line], *room, largest=largest)
        if size is None:
            pieces.append(Piece(replace(each, reason=why.TOO_LONG), {}))
            continue
        pieces.append(Piece(each, {**lines, "size": size}))
    return pieces


def _where(
    each: Target, options: Mapping[str, Any], postal: Mapping[int, Postal], allowed: set[int]
) -> tuple[Postal | None, bool]:
    """Give the address of a target, and whether it is that of the firm."""
    own = postal.get(each.party)
    firm = postal.get(each.organisation) if each.organisation in allowed else None
    if each.organisation is None or options.get("whose") not in (FIRM, EITHER):
        return own, False
    if options["whose"] == EITHER and own is not None and own.complete:
        return own, False
    return firm, True


def _letters(
    context: Context,
    options: Mapping[str, Any],
    targets: Sequence[Target],
    numbers: Sequence[str],
    words: Sequence[Words | None],
) -> list[Piece]:
    language = options["language"]
    texts = (options["subject"], options["body"])
    house = house_values(context, language)
    people = [each.party for each in targets]
    firms = [each.organisation for each in targets if each.organisation is not None]
    values = party_values(context, people, language)
    names = addressed_as(context, [*people, *firms])
    posts = _posts(context, targets)
    used = variables_in(texts[0]) | variables_in(texts[1])
    pieces = []
    for each, number, own in zip(targets, numbers, words, strict=True):
        if each.party not in names or (each.organisation and each.organisation not in names):
            pieces.append(Piece(replace(each, reason=why.GONE), {}))
            continue
        firm = names.get(each.organisation or 0, "")
        given = {
            **house,
            **values.get(each.party, {}),
            "letter.number": number or (SAMPLE if options["numbering"] != "none" else ""),
            "letter.organisation": firm,
            "letter.position": posts.get(each, ""),
        }
        try:
            if own is not None:
                subject, body = own.subject, own.text
            else:
                subject, body = (fill(text, given) if used else text.strip() for text in texts)
        except EmptyVariable as error:
            pieces.append(Piece(replace(each, reason=f"{why.EMPTY}:{error.name}"), {}))
            continue
        shown = {
            "number": number,
            "date": house["today"],
            "name": names[each.party],
            "role": _role(posts.get(each, ""), firm, language),
            "subject": subject,
            "paragraphs": [line.strip() for line in body.splitlines()],
        }
        pieces.append(Piece(each, _in_digits(shown, language), subject, body))
    return pieces


def _role(position: str, firm: str, language: str) -> str:
    return ("، " if language == "fa" else ", ").join(part for part in (position, firm) if part)


def _in_digits(values: dict[str, Any], language: str) -> dict[str, Any]:
    return {
        name: [in_digits(line, language) for line in value]
        if isinstance(value, list)
        else in_digits(value, language)
        for name, value in values.items()
    }


def _posts(context: Context, targets: Sequence[Target]) -> dict[Target, str]:
    """Give the position of each target at the firm where it is addressed, as of today."""
    wanted = {(each.party, each.organisation): each for each in targets if each.organisation is not None}
    statement = (
        select(Employment.person_id, Employment.organisation_id, BaseValue.title)
        .join(BaseValue, BaseValue.id == Employment.position_id)
        .join(Party, Party.id == Employment.person_id)
        .where(
            any_of(Employment.person_id, sorted({person for person, _firm in wanted})),
            holds_on(Employment, context.today),
        )
        .order_by(Employment.id.desc())
    )
    found: dict[Target, str] = {}
    for person, firm, title in context.session.execute(statement):
        if (person, firm) in wanted:
            found[wanted[person, firm]] = title
    return found
