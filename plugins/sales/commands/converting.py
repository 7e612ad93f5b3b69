"""Converting: an order or an invoice is made of a quote, an invoice of an order, with exactly what was entered, once."""

from __future__ import annotations

from kernel.api import Context, Refused, _, command, fields
from plugins.sales.commands.common import VERSION, WHICH, lines_of, opened
from plugins.sales.commands.copying import HEAD, LINE, copied
from plugins.sales.commands.following import follow_order, live_invoice
from plugins.sales.commands.parting import invoice_part, left_of
from plugins.sales.doing import CONVERTIBLE, TARGETS
from plugins.sales.models import Document, DocumentLine
from plugins.sales.words import KINDS, RIGHT

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
    """Make a draft of a quote or order, with the same values and lines; gives its id. Of each, one can be made.

    Of an order of which a part is invoiced already, it is an invoice of all that is left.
    """
    source = opened(context, document, "view", version)
    if to not in TARGETS.get(source.kind, ()):
        raise Refused(_("This cannot be made of such a document."))
    if source.converted:
        raise Refused(_("Somebody has made a document of this one already."))
    if source.state not in CONVERTIBLE:
        raise Refused(_("Issue the document first; a refused, expired or void one is not converted."))
    if source.kind == "order" and _is_begun(context, document):
        rest: int = invoice_part(context, order=document, quantities=left_of(context, document))
        return rest
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
            ordered = line.id if source.kind == "order" else None
            system.session.add(DocumentLine(document_id=number, source_line_id=ordered, **copied(line, LINE)))
        original = system.session.get_one(Document, document)
        original.converted = True
        follow_order(system, document)
        if original.kind == "quote" and original.state == "issued":
            original.state = "accepted"
        system.session.flush()
    context.session.expire_all()
    return number


def _is_begun(context: Context, order: int) -> bool:
    with context.system("whether a part of an order is invoiced") as system:
        return live_invoice(system, order)
