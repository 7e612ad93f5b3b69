"""A new version of a quote, and the same things once more in a new draft."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from kernel.api import Context, Refused, _, command
from plugins.sales.commands.common import VERSION, WHICH, lines_of, opened
from plugins.sales.commands.copying import HEAD, LINE, copied
from plugins.sales.commands.writing import enter_draft
from plugins.sales.doing import REVISABLE
from plugins.sales.models import Document, DocumentLine
from plugins.sales.words import RIGHT

LAST = 999
AGAIN = ("subject", "terms", "note", "delivery", "taxed", "discount_kind")


@command("sales.revise", _("Make a new version"), resource=RIGHT, action="create", fields=(WHICH, VERSION))
def revise(context: Context, *, document: int, version: int | None = None) -> int:
    """Make a draft with the values of a quote; once it is issued, the earlier one counts as replaced. Gives its id."""
    source = opened(context, document, "view", version)
    if source.kind != "quote" or source.state not in REVISABLE or source.converted:
        raise Refused(_("Only of an issued quote that nothing was made of there are new versions."))
    waiting = select(Document.id).where(Document.revises_id == document, Document.state != "cancelled")
    if context.session.scalar(waiting) is not None or source.edition >= LAST:
        raise Refused(_("There is a new version of this quote already."))
    made = Document(
        kind="quote",
        state="draft",
        day=context.today,
        valid_until=context.today + timedelta(days=context.runtime.setting("sales.validity")),
        owner_id=source.owner_id,
        revises_id=source.id,
        edition=source.edition + 1,
        **copied(source, HEAD),
    )
    with context.system("a new version of a quote") as system:
        system.session.add(made)
        system.session.flush()
        number = made.id
        made.number = f"#{number}"
        made.search_key = made.search_key.replace(source.number, made.number, 1)
        for line in lines_of(system, document):
            system.session.add(DocumentLine(document_id=number, **copied(line, LINE)))
        system.session.flush()
    context.session.expire_all()
    return number


def replace_earlier(system: Context, document: Document) -> None:
    """Let the version that this one replaces count no more, now that this one is issued."""
    if document.revises_id is None:
        return
    earlier = system.session.get_one(Document, document.revises_id, with_for_update=True)
    if earlier.converted or earlier.state not in REVISABLE:
        raise Refused(_("Something was made of the earlier version meanwhile: this one cannot replace it."))
    earlier.state = "replaced"


def bring_earlier_back(system: Context, document: Document) -> None:
    """Let the version that was replaced count again, now that the new one is void."""
    if document.revises_id is None:
        return
    earlier = system.session.get_one(Document, document.revises_id, with_for_update=True)
    if earlier.state == "replaced":
        over = earlier.valid_until is not None and earlier.valid_until < system.today
        earlier.state = "expired" if over else "issued"


@command("sales.copy", _("Make the same once more"), resource=RIGHT, action="create", fields=(WHICH,))
def copy(context: Context, *, document: int) -> int:
    """Make a new draft of the same kind with the same things, at the prices of today; gives its id.

    Prices that were typed by hand stay as they were typed, where the actor may type prices.
    """
    source = opened(context, document, "view", lock=False)
    if source.kind == "return":
        raise Refused(_("A return is made on the page of its invoice."))
    head: dict[str, Any] = {name: getattr(source, name) for name in AGAIN}
    head |= {"party": source.party_id, "marketer": source.marketer_id, "day": context.today.isoformat()}
    head["taxed"] = "1" if source.taxed else ""
    head["discount_value"] = _plain(source.discount_value)
    lines = [_again(context, line) for line in lines_of(context, document)]
    return enter_draft(context, source.kind, source.direction, head, lines, {})


def _again(context: Context, line: DocumentLine) -> dict[str, Any]:
    what = "" if line.item_id is None else str(line.item_id)
    if line.variant_id is not None:
        what += f"-{line.variant_id}"
    typed = line.item_id is None or (line.by_hand and context.may(RIGHT, "price"))
    return {
        "what": what,
        "title": "" if what else line.title,
        "quantity": str(line.quantity),
        "unit_price": str(line.unit_price) if typed else "",
        "discount_kind": line.discount_kind or "",
        "discount_value": _plain(line.discount_value),
        "description": line.description or "",
    }


def _plain(value: Any) -> str:
    return "" if value is None else f"{value.normalize():f}"
