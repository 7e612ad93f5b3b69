"""Templates of letters, and what the words of a letter may be made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from kernel.documents.models import LetterTemplate
from kernel.documents.variables import HOUSE, LETTER, PARTY, closed
from kernel.documents.wording import faults, variables_in
from kernel.fa.text import squeeze
from kernel.i18n import LazyText, _
from kernel.resources.context import Context
from kernel.resources.errors import Problem
from kernel.resources.fields import Choice, Field, LongText, Text, YesNo
from kernel.resources.resource import Resource, Search, Section, Sort

LANGUAGES: Mapping[str, LazyText] = {"fa": _("Persian"), "en": _("English")}
VARIABLES = (*PARTY, *LETTER, *HOUSE)
"""What a letter may name."""
NAMES = frozenset(each.name for each in VARIABLES)
LONGEST_BODY = 12_000
HELP = _(
    "Variables stand in double braces, such as {{ party.addressed }}. What is to stand where one is empty: "
    "{{ letter.position|default('Manager') }}. An empty line begins a new paragraph."
)
WORDS: tuple[Field, ...] = (
    Choice("language", _("Language"), options=LANGUAGES, required=True, default="fa"),
    Text("subject", _("Subject"), limit=200, in_list=False),
    LongText("body", _("Text"), required=True, limit=LONGEST_BODY, help=HELP),
    LongText("signature", _("Signature"), limit=400, help=_("A line each: name, position.")),
)
"""The fields of a letter's words."""


def text_problems(field: str, text: str | None) -> list[Problem]:
    """Give the problems of a text of a letter, each naming the line."""
    return [
        Problem(field, _("Line %(line)d: %(problem)s", line=fault.line, problem=fault.message))
        for fault in faults(text or "", NAMES)
    ]


def letter_problems(context: Context, words: Mapping[str, Any]) -> list[Problem]:
    """Give what is wrong with the words of a letter that the actor would print."""
    problems = text_problems("subject", words["subject"]) + text_problems("body", words["body"])
    if problems:
        return problems
    return closed(context, variables_in(words["subject"] or "") | variables_in(words["body"]))


def active_templates(context: Context) -> list[LetterTemplate]:
    """Give the templates that may be chosen, by name."""
    statement = select(LetterTemplate).where(LetterTemplate.active).order_by(LetterTemplate.search_key)
    return list(context.session.execute(statement).scalars())


def prepare_template(context: Context, row: LetterTemplate, values: Mapping[str, Any]) -> list[Problem]:
    """Compute the folded name; check variables and what the text is made of."""
    row.search_key = squeeze(row.name or "")
    return text_problems("subject", row.subject) + text_problems("body", row.body)


LETTER_TEMPLATE = Resource(
    name="letter_template",
    model=LetterTemplate,
    title=_("Template of a letter"),
    plural=_("Templates of letters"),
    path="letter-templates",
    icon="template",
    fields=(
        Text("name", _("Name"), required=True, limit=100),
        YesNo("active", _("Offered for choice"), default=True),
        *WORDS,
    ),
    list_columns=("name", "language", "body", "active"),
    sections=(
        Section(_("Template"), ("name", "language", "active")),
        Section(_("Words"), ("subject", "body", "signature")),
    ),
    sorts=(Sort("name", _("Name"), ("search_key",)),),
    search=Search(),
    prepare=prepare_template,
    constraints={"uq_letter_template_search_key": ("name", _("There is already a template of this name."))},
)
"""Templates as a list and a form with history."""
