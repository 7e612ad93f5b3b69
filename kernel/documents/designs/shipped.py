"""The kernel's own kinds of documents: labels, envelopes, letters, and the sheet of a record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kernel.documents.designs.declaring import word_values
from kernel.documents.designs.kinds import DocumentKind
from kernel.documents.designs.values import DocumentGroup, DocumentRows, DocumentValue
from kernel.documents.engine import LAYOUTS
from kernel.documents.models import ENVELOPES, LABELS, LETTERS
from kernel.documents.postal import postal_addresses
from kernel.documents.targets import may_print
from kernel.i18n import LazyText, _
from kernel.parties.addressing import addressed_as
from kernel.resources.context import Context

RECORD = "record"
LABEL_SIZE, ENVELOPE_SIZE = 10.5, 13.0
"""Sizes of letters in previews."""
_PLACE, _STREET = _("Tehran Province, Tehran"), _("Valiasr Street, No. 1204")
WORDS: Mapping[str, LazyText] = {
    "number": _("Number:"),
    "date": _("Date:"),
    "subject": _("Subject:"),
    "page": _("Page"),
    "to": _("To:"),
    "from": _("From:"),
    "printed": _("Printed on"),
}
"""The words that layouts print themselves, in the language of the layout."""


def document_kinds() -> Iterable[DocumentKind]:
    """Give the kinds of every site."""
    return KINDS


def addresses_of(context: Context, ids: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
    """Give what labels and envelopes of parties hold; those that the actor may not print are left out."""
    allowed = sorted(may_print(context, ids))
    names, postal = addressed_as(context, allowed), postal_addresses(context, allowed)
    found = {}
    for number in allowed:
        if number in names:
            where = postal.get(number)
            lines = {"place": where.place, "street": where.street, "code": where.code} if where else {}
            found[number] = {"recipient": {**lines, "name": names[number], "role": ""}}
    return found


def _file(name: str) -> str:
    return (LAYOUTS / "shipped" / name).read_text("utf-8")


def _words(*names: str) -> DocumentGroup:
    return word_values({name: WORDS[name] for name in names}, _("Words in the language of the layout"))


_ADDRESS = (
    DocumentValue(name="place", title=_("Province and city"), sample=_PLACE),
    DocumentValue(name="street", title=_("Street"), sample=_STREET),
    DocumentValue(name="code", title=_("Postal code"), sample=_("Postal code: %(code)s", code="15956-34811")),
    DocumentValue(name="firm", title=_("Organisation"), sample=_("Name of the organisation")),
    DocumentValue(name="name", title=_("Name of the recipient"), sample=_("Name of the recipient")),
)
_RECIPIENT = DocumentGroup(name="recipient", title=_("Recipient"), items=_ADDRESS)
_LETTER = DocumentGroup(
    name="letter",
    title=_("Letter"),
    items=(
        DocumentValue(name="number", title=_("Number of the letter"), sample="۱۴۰۵/۱۲۰"),
        DocumentValue(name="date", title=_("Date of the letter"), sample="۱۴۰۵/۰۸/۳۰"),
        DocumentValue(name="subject", title=_("Subject"), sample=_("Subject of the letter")),
        DocumentValue(
            name="text", title=_("Text of the letter"), kind="lines", sample=[_("Text of the letter")] * 3
        ),
        DocumentValue(
            name="signature", title=_("Signature"), kind="lines", sample=[_("Name of the user"), _("Manager")]
        ),
    ),
)
KINDS = (
    DocumentKind(
        key=LABELS,
        title=_("Postal labels"),
        values=(_RECIPIENT,),
        body=_file("labels.html"),
        style=_file("labels.css"),
        find=addresses_of,
        resource="party",
        page=None,
        languages=("fa",),
        order=10,
        frame=LABELS,
    ),
    DocumentKind(
        key=ENVELOPES,
        title=_("Envelopes"),
        values=(
            _RECIPIENT,
            DocumentValue(
                name="sender", title=_("Lines of the sender"), kind="lines", sample=[_("Our name"), _PLACE]
            ),
            _words("from", "to"),
        ),
        body=_file("envelopes.html"),
        style=_file("envelopes.css"),
        find=addresses_of,
        resource="party",
        page=None,
        languages=("fa",),
        order=20,
        frame=ENVELOPES,
    ),
    DocumentKind(
        key=LETTERS,
        title=_("Letters"),
        values=(
            _LETTER,
            DocumentGroup(
                name="recipient",
                title=_("Recipient"),
                items=(
                    _ADDRESS[-1],
                    DocumentValue(name="role", title=_("Position and organisation"), sample=_("Manager")),
                ),
            ),
            DocumentValue(
                name="letterhead", title=_("Whether a letterhead is wanted"), kind="flag", sample=True
            ),
            _words("number", "date", "subject", "page"),
        ),
        body=_file("letters.html"),
        style=_file("letters.css"),
        find=addresses_of,
        resource="party",
        page=None,
        order=30,
        frame=LETTERS,
    ),
    DocumentKind(
        key=RECORD,
        title=_("Sheet of a record"),
        values=(
            DocumentGroup(
                name="record",
                title=_("The record"),
                items=(
                    DocumentValue(name="name", title=_("Name"), sample=_("Name of the record")),
                    DocumentValue(name="kind", title=_("Kind of record"), sample=_("Person")),
                    DocumentValue(name="number", title=_("Number of the record"), kind="number", sample=1204),
                ),
            ),
            DocumentRows(
                name="sections",
                title=_("Sections of the record"),
                samples=2,
                items=(
                    DocumentValue(name="title", title=_("Title of the section"), sample=_("Section")),
                    DocumentRows(
                        name="facts",
                        title=_("Facts of the section"),
                        items=(
                            DocumentValue(name="label", title=_("Label"), sample=_("Label")),
                            DocumentValue(name="value", title=_("Value"), sample=_("Value")),
                        ),
                    ),
                ),
            ),
            _words("printed"),
        ),
        body=_file("record.html"),
        style=_file("record.css"),
        order=40,
    ),
)
"""In the order of the designer."""
