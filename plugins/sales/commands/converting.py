"""Converting: an order or an invoice is made of a quote, an invoice of an order, with exactly what was entered, once."""

from __future__ import annotations

from typing import Any

from kernel.api import Context, Refused, _, command, fields
from plugins.sales.commands.common import VERSION, WHICH, lines_of, opened
from plugins.sales.doing import CONVERTIBLE, TARGETS
from plugins.sales.models import Document, DocumentLine
from plugins.sales.words import KINDS, RIGHT

HEAD = (
    "direction",
    "party_id",
    "subject",
    "marketer_id",
    "ends_on",
    "terms",
    "note",
    "delivery",
    "outer_number",
    "outer_link",
    "taxed",
    "discount_kind",
    "discount_value",
    "gross",
    "line_discount",
    "discount",
    "net",
    "tax",
    "payable",
    "search_key",
)
LINE = (
    "position",
    "item_id",
    "variant_id",
    "kind",
    "title",
    "description",
    "serials",
    "unit",
    "quantity",
    "unit_price",
    "by_hand",
    "origin",
    "discount_kind",
    "discount_value",
    "tax_percent",
    "gross",
    "discount",
    "shared",
    "net",
    "tax",
)
TO = fields.Choice(
    "to", _("What is made of it"), options={key: KINDS[key] for key in ("order", "invoice")}, required=True
)


@command(
    "sales.convert",
    _("Make an order or an invoice of a document"),
    resource=RIGHT,
    action="create",
    fields=(WHICH, TO, VERSION),
)
def convert(context: Context, *, document: int, to: str = "invoice", version: int | None = None) -> int:
    """Make a draft of a quote or order, with the same values and lines; gives its id. Of each, one can be made."""
    source = opened(context, document, "view", version)
    if to not in TARGETS.get(source.kind, ()):
        raise Refused(_("This cannot be made of such a document."))
    if source.converted:
        raise Refused(_("Somebody has made a document of this one already."))
    if source.state not in CONVERTIBLE:
        raise Refused(_("Issue the document first; a refused, expired or void one is not converted."))
    made = Document(
        kind=to,
        state="draft",
        day=context.today,
        owner_id=source.owner_id,
        source_id=source.id,
        **copied(source, HEAD),
    )
    with context.system("a document is made of another") as system:
        system.session.add(made)
        system.session.flush()
        number = made.id
        made.number = f"#{number}"
        made.search_key = made.search_key.replace(source.number, made.number, 1)
        for line in lines_of(system, document):
            system.session.add(DocumentLine(document_id=number, **copied(line, LINE)))
        original = system.session.get_one(Document, document)
        original.converted = True
        if original.kind == "quote" and original.state == "issued":
            original.state = "accepted"
        system.session.flush()
    context.session.expire_all()
    return number


def copied(source: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """Give values of a document or line by their names, for another one."""
    return {name: getattr(source, name) for name in names}
