"""What is asked before something is printed: the fields of each kind, and what is wrong with the answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from kernel.documents.formats import active_formats, sheet_of
from kernel.documents.letters import WORDS, letter_problems
from kernel.documents.models import ENVELOPES, KINDS, LABELS, LETTERS, EnvelopeFormat, LabelFormat
from kernel.documents.postal import closed_addresses
from kernel.documents.targets import ADDRESSES, CONTACTS, OWN, POSITION, READERS
from kernel.i18n import LazyText, _
from kernel.parties.employments import POSITIONS
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, NotFound, Problem
from kernel.resources.fields import BaseChoice, Choice, Field, Text, Whole, YesNo
from kernel.resources.records.values import read_values

KIND_TITLES: Mapping[str, LazyText] = {
    LABELS: _("Postal labels"),
    ENVELOPES: _("Envelopes"),
    LETTERS: _("Letters"),
}
NONE, ONE, FIRST, SERIES = "none", "one", "first", "series"
NUMBERINGS: Mapping[str, LazyText] = {
    NONE: _("Without a number"),
    ONE: _("One number for all, entered by hand"),
    FIRST: _("A first number, entered by hand and counted up"),
    SERIES: _("By the number series of letters"),
}
"""Where the numbers of letters come from; nothing counts by itself unless it is chosen."""
PAPERS: Mapping[str, LazyText] = {"A4": _("A4"), "A5": _("A5")}
_LAST_DIGITS = re.compile(r"\d+(?=\D*$)")


def fields_for(context: Context, kind: str) -> tuple[Field, ...]:
    """Give the fields of the form of a kind; raise `NotFound` for another kind."""
    if kind == LABELS:
        return (_format(context, LabelFormat), _START, _WHOSE)
    if kind == ENVELOPES:
        sender = YesNo("sender", _("With our own address as the sender"), default=True)
        return (_format(context, EnvelopeFormat), _WHOSE, sender)
    if kind == LETTERS:
        return (*WORDS, *_READERS, *_NUMBERING, *_LOOKS, _record(context))
    raise NotFound()


def checked_options(context: Context, kind: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Read the answers and give them as they are stored; raise `Invalid` naming each field."""
    if kind not in KINDS:
        raise NotFound()
    fields = fields_for(context, kind)
    read = read_values(fields, {item.name: raw.get(item.name) for item in fields}, context, all_required=True)
    problems = list(read.problems)
    options = dict(read.values)
    if not problems:
        problems += _letter(context, options) if kind == LETTERS else _sheet(context, kind, options)
    if problems:
        raise Invalid(problems)
    return options


def counted_up(first: str, place: int) -> str:
    """Give the number that is `place` after the first: its last digits counted up, in their width and script.

    Raises `ValueError` where there are no digits.
    """
    found = _LAST_DIGITS.search(first)
    if found is None:
        raise ValueError(first)
    digits = found[0]
    persian = any("۰" <= digit <= "۹" for digit in digits)
    counted = str(int(digits) + place).zfill(len(digits))
    if persian:
        counted = "".join(chr(ord("۰") + int(digit)) for digit in counted)
    return first[: found.start()] + counted + first[found.end() :]


_START = Whole(
    "start",
    _("Begin at label"),
    required=True,
    least=1,
    most=2000,
    default=1,
    help=_(
        "For a sheet of which some labels are used: the first free one, counted from the right, row by row."
    ),
)
_WHOSE = Choice("whose", _("Address of persons"), options=ADDRESSES, required=True, default=OWN)
_READERS = (
    Choice("readers", _("Addressed to"), options=READERS, required=True, default=CONTACTS),
    BaseChoice("position", _("Position"), source=POSITIONS, help=_("For letters to whoever holds it.")),
    YesNo("without_contact", _("Also to organisations without a contact person"), default=False),
)
_NUMBERING = (
    Choice("numbering", _("Numbers of the letters"), options=NUMBERINGS, required=True),
    Text(
        "number", _("Number, entered by hand"), limit=40, help=_("The one number, or the first: ۱۴۰۵/ص/۱۲۰.")
    ),
)
_LOOKS = (
    Choice("paper", _("Paper"), options=PAPERS, required=True, default="A4"),
    YesNo(
        "letterhead",
        _("With a letterhead"),
        default=True,
        help=_("Logo and name of the site; without it, room is left for printed paper."),
    ),
)


def _record(context: Context) -> Field:
    return YesNo(
        "record", _("Record each letter on the timeline"), default=context.may("interaction", "create")
    )


def _format(context: Context, model: Any) -> Field:
    offered = {str(row.id): _("%(text)s", text=row.name) for row in active_formats(context, model)}
    first = next(iter(offered), None)
    return Choice("format", _("Format"), options=offered, required=True, default=first)


def _sheet(context: Context, kind: str, options: Mapping[str, Any]) -> list[Problem]:
    problems = closed_addresses(context)
    if kind == LABELS:
        labels = sheet_of(context.session.get_one(LabelFormat, int(options["format"]))).labels
        if options["start"] > labels:
            problems.append(Problem("start", _("The sheet has %(count)d labels only.", count=labels)))
    return problems


def _letter(context: Context, options: dict[str, Any]) -> list[Problem]:
    options |= {name: options[name] or "" for name in ("subject", "body", "signature", "number")}
    problems = letter_problems(context, options)
    if options["readers"] == POSITION and not options["position"]:
        problems.append(Problem("position", _("Choose the position.")))
    if options["numbering"] in (ONE, FIRST):
        if not options["number"]:
            problems.append(Problem("number", _("Enter the number of the letters.")))
        elif options["numbering"] == FIRST and _LAST_DIGITS.search(options["number"]) is None:
            problems.append(Problem("number", _("A number that is counted up needs digits.")))
    elif options["number"]:
        message = _("A number is entered only where letters are numbered by hand.")
        problems.append(Problem("number", message))
    if options["record"] and not context.may("interaction", "create"):
        message = _("You may not record interactions, so letters cannot be recorded.")
        problems.append(Problem("record", message))
    return problems
