"""What can be done with a document in its state, and the buttons of its page for whoever may do it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from kernel.api import Action, Context, LazyText, _
from plugins.sales.models import Document
from plugins.sales.words import KINDS, NEXT, RIGHT, STATES_OF, TELLABLE

TARGETS = {"quote": ("order", "invoice"), "order": ("invoice",)}
"""What can be made of each kind."""
REVISABLE = ("issued", "accepted", "rejected", "expired")
"""States in which a quote may get a new version."""
CONVERTIBLE = ("issued", "accepted", "ready", "delivered")
REST = _("Invoice what is left")
MAKE = {"order": _("Make an order of it"), "invoice": _("Make an invoice of it")}
SET = {
    "accepted": _("The customer accepts"),
    "ready": _("It is ready"),
    "delivered": _("It was handed over"),
}
PRINTED = {"quote": "quote", "order": "order", "invoice": "invoice", "return": "invoice"}
WAYBILLS = {"order": "order_waybill", "invoice": "waybill"}
"""The kind of paper that each kind of document is printed as."""


def states_after(document: Document) -> tuple[str, ...]:
    """Give the states that a document may be taken to by hand."""
    if document.converted and document.kind == "quote":
        return ()
    return tuple(state for state in NEXT.get(document.state, ()) if state in STATES_OF[document.kind])


def targets(document: Document) -> tuple[str, ...]:
    """Give what can be made of a document now."""
    if document.converted or document.state not in CONVERTIBLE:
        return ()
    return TARGETS.get(document.kind, ())


def actions_of(context: Context, number: int) -> Sequence[Action]:
    """Give the buttons of a document's page; each is shown to whoever holds its right."""
    document = context.session.scalar(select(Document).where(Document.id == number))
    return [] if document is None else list(_actions(document))


def _actions(document: Document) -> Iterator[Action]:
    base = f"/sales/documents/{document.id}"
    if document.state == "draft":
        yield _get(_("Edit"), f"{base}/edit", "pencil", "edit", 10)
        yield _post(_("Issue"), f"{base}/issue", "check", "issue", 20)
        yield _get(_("Throw away"), f"{base}/discard", "trash", "delete", 90)
        return
    for kind in targets(document):
        words = REST if document.invoicing == "partly" else MAKE[kind]
        yield _post(words, f"{base}/convert/{kind}", "arrow-right", "create", 30)
    if document.kind == "order" and targets(document):
        yield _get(_("Invoice a part"), f"{base}/part", "file-invoice", "create", 35)
    if document.kind == "quote" and document.state in REVISABLE and not document.converted:
        yield _post(_("New version"), f"{base}/revise", "copy", "create", 55)
    for state in states_after(document):
        if state == "rejected":
            yield _get(_("The customer refuses"), f"{base}/reject", "x", "edit", 50)
        else:
            yield _post(SET[state], f"{base}/state/{state}", "check", "edit", 40)
    yield _get(
        _("Print"),
        f"/printing/documents/sales.{PRINTED[document.kind]}/{document.id}",
        "printer",
        "print",
        60,
    )
    if document.kind in WAYBILLS and document.direction == "sale":
        yield _get(
            _("Waybill"),
            f"/printing/documents/sales.{WAYBILLS[document.kind]}/{document.id}",
            "truck",
            "print",
            65,
        )
    if document.kind != "return":
        yield _post(_("The same once more"), f"{base}/copy", "copy", "create", 68)
    if document.direction == "sale" and document.state in TELLABLE.get(document.kind, ()):
        yield from _telling(document, base)
    if document.kind == "invoice" and document.state == "issued":
        yield _get(_("Take goods back"), f"{base}/take-back", "arrow-back-up", "take_back", 70)
    if document.state != "cancelled" and not document.converted and document.invoicing != "partly":
        yield _get(_("Cancel this document"), f"{base}/cancel", "circle-x", "cancel", 80)


def _telling(document: Document, base: str) -> Iterator[Action]:
    if document.kind == "order":
        yield _post(_("Tell the customer by SMS"), f"{base}/tell", "device-mobile-message", "send", 67)
    elif document.settlement in ("unpaid", "partly"):
        yield _post(_("Remind of the payment by SMS"), f"{base}/tell", "device-mobile-message", "send", 67)


def _get(label: LazyText, url: str, icon: str, right: str, order: int) -> Action:
    return Action(label=label, url=url, icon=icon, permission=(RIGHT, right), order=order)


def _post(label: LazyText, url: str, icon: str, right: str, order: int) -> Action:
    return Action(
        label=label,
        url=url,
        icon=icon,
        method="post",
        permission=(RIGHT, right),
        order=order,
    )


def title_of(document: Document) -> LazyText:
    """Give what a document is called: its kind, and whether it is of purchase."""
    if document.direction == "purchase":
        return _("%(kind)s of purchase", kind=KINDS[document.kind])
    return KINDS[document.kind]
