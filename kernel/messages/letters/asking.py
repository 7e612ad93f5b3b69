"""What is asked of a sending of letters besides its words, and what one letter costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.documents.asking import NONE, checked_options, fields_for
from kernel.documents.letters import letter_problems
from kernel.documents.models import LETTERS
from kernel.documents.postal import closed_addresses
from kernel.documents.targets import RIGHT
from kernel.extension.contributions import Setting
from kernel.i18n import _
from kernel.messages.models import Sending
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, Problem
from kernel.resources.fields import Field, YesNo

PRICE = "messages.letter_price"
SETTINGS = (
    Setting(
        key=PRICE,
        title=_("What one letter costs, in Rials"),
        help=_("Paper, envelope and postage; sendings of letters are reckoned with it."),
        kind="whole",
        default=0,
        bounds=(0, 100_000_000),
        order=72,
    ),
)
WORDS = ("language", "subject", "body")
"""Words that a sending has on every channel."""
EACH = YesNo(
    "each",
    _("A letter for each recipient, also at the same address"),
    default=False,
    help=_("Otherwise one letter goes to each address."),
)


def letter_fields(context: Context) -> tuple[Field, ...]:
    """Give the fields of a sending of letters; a sending stands on the timeline itself, so nothing is recorded besides."""
    return (*(each for each in fields_for(context, LETTERS) if each.name != "record"), EACH)


def checked(context: Context, words: Mapping[str, str], raw: Mapping[str, Any]) -> dict[str, Any]:
    """Read what was chosen for letters and give it as it is stored, without the words. Raises `Invalid` and `Forbidden`."""
    context.require(*RIGHT)
    problems: list[Problem] = []
    options: dict[str, Any] = {}
    try:
        options = checked_options(context, LETTERS, {**raw, **words, "record": None})
    except Invalid as error:
        problems += error.problems
    problems += closed_addresses(context)
    if problems:
        raise Invalid(problems)
    each = EACH.read(raw.get(EACH.name), context)
    return {name: value for name, value in options.items() if name not in WORDS} | {EACH.name: bool(each)}


def options_of(row: Sending) -> dict[str, Any]:
    """Give the options of the run that prints a sending's letters."""
    return {**row.options, "language": row.language, "subject": row.subject, "body": row.body}


def still_sound(context: Context, row: Sending) -> None:
    """Raise `Invalid` where the actor may meanwhile not write or print what the sending says."""
    problems = letter_problems(context, options_of(row)) + closed_addresses(context)
    if problems:
        raise Invalid(problems)


def numbered(row: Sending) -> bool:
    """Say whether the letters of a sending get numbers."""
    return bool(row.options.get("numbering", NONE) != NONE)
