"""Pages on which documents are entered and changed, and what is done with issued ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import redirect, request
from flask.typing import ResponseReturnValue

from kernel.api import (
    CommandForm,
    Context,
    NotFound,
    _,
    current,
    editable,
    load,
    render,
    run_command,
    stored_number,
    tell,
    veiled,
)
from plugins.sales.choosing import suggest
from plugins.sales.commands.common import RESOURCE_OF, lines_of, resource_of
from plugins.sales.commands.parting import left_of
from plugins.sales.commands.returning import DAY, WHY
from plugins.sales.doing import title_of
from plugins.sales.entry import QUANTITY, Entry
from plugins.sales.kept import require_amounts
from plugins.sales.models import Document
from plugins.sales.suggesting import UP, Suggested, suggested
from plugins.sales.views.comparing import Difference, differences
from plugins.sales.views.form import DocumentForm, asked_party
from plugins.sales.words import DIRECTIONS, DISCOUNT_KINDS, KINDS, OFFERED, OFFERED_TONES

LONGEST = 200
CONFLICT = 409
"""Somebody else changed what was edited."""


def new() -> ResponseReturnValue:
    """Show the form of a new document, or enter it."""
    context = current()
    kind, direction = _asked(request.values.get("kind", "invoice"), request.values.get("direction", "sale"))
    require_amounts(context, RESOURCE_OF[kind])
    form = DocumentForm(context, kind, direction)
    if request.method == "GET":
        given: dict[str, Any] = {"day": context.today, "taxed": True}
        party = asked_party(request.args.get("party", ""))
        if party is not None:
            given["party"] = party
        return _form(form.start(given))
    form.read(request.form)
    outcome = run_command(
        "sales.create_document", form=form, kind=kind, direction=direction, **form.arguments
    )
    if not outcome.done:
        return _form(form, outcome.status)
    return _saved(outcome.value)


def edit(number: int) -> ResponseReturnValue:
    """Show a draft's form, or change the draft."""
    context = current()
    document = _document(context, number)
    editable(context, RESOURCE_OF[document.kind], number)
    require_amounts(context, RESOURCE_OF[document.kind])
    form = DocumentForm(context, document.kind, document.direction, document)
    if request.method == "GET":
        return _form(form.stored())
    form.read(request.form)
    outcome = run_command(
        "sales.edit_document", form=form, document=number, version=_version(), **form.arguments
    )
    if not outcome.done:
        form.context = current()
        form.document = _document(form.context, number)
        if outcome.status == CONFLICT:
            form.head.form_errors = []
            return _form(form, CONFLICT, changed=True, other=differences(form))
        return _form(form, outcome.status)
    return _saved(number)


def _saved(number: int) -> ResponseReturnValue:
    if request.form.get("then") == "issue":
        issued = run_command("sales.issue", document=number)
        if issued.done:
            tell(_("The document is saved and issued."))
        return redirect(address(current(), number), code=303)
    tell(_("The draft is saved."))
    return redirect(address(current(), number), code=303)


def reckon() -> ResponseReturnValue:
    """Give the amounts of what is entered so far: the totals, and for each line its price and sum."""
    context = current()
    kind, direction = _asked(request.form.get("kind", ""), request.form.get("direction", ""))
    require_amounts(context, RESOURCE_OF[kind])
    number = stored_number(request.form.get("document", ""))
    document = _document(context, number) if number is not None else None
    form = DocumentForm(context, kind, direction, document).read(request.form)
    entry, offers = form.reckon()
    places = {line.place: line for line in entry.lines}
    return render(
        "sales/reckoned.html",
        totals=entry.totals,
        rows=[(row.index, places.get(place)) for place, row in enumerate(form.lines)],
        offers=offers,
        suggested=_suggested(context, form, entry, direction),
        how=OFFERED,
        tones=OFFERED_TONES,
        spending=form.spending,
        problems=[context.text(problem.message) for problem in entry.problems if problem.field != "what"],
    )


def _suggested(context: Context, form: DocumentForm, entry: Entry, direction: str) -> list[Suggested]:
    """Give what is offered beside the goods that are entered so far, at the prices of the customer."""
    if direction != "sale":
        return []
    party = stored_number(str(form.head.values.get("party") or ""))
    items = [line.item_id for line in entry.lines if line.item_id is not None]
    return suggested(context, items, day=context.today, party_id=party)


def take() -> ResponseReturnValue:
    """Give the form with an offer taken up; nothing is saved."""
    context = current()
    kind, direction = _asked(request.form.get("kind", ""), request.form.get("direction", ""))
    require_amounts(context, RESOURCE_OF[kind])
    number = stored_number(request.form.get("document", ""))
    document = _document(context, number) if number is not None else None
    form = DocumentForm(context, kind, direction, document).read(request.form)
    item, beside = (stored_number(request.args.get(name, "")) for name in ("item", "beside"))
    if item is not None:
        form.take(item, beside, better=request.args.get("how") == UP)
    return _form(form, changed=True)


def choose() -> ResponseReturnValue:
    """Give the goods that fit what was typed, as rows of a lookup."""
    return render("sales/options.html", options=suggest(current(), request.args.get("q", "")[:LONGEST]))


def issue(number: int) -> ResponseReturnValue:
    """Issue a draft."""
    if run_command("sales.issue", document=number).done:
        tell(_("The document is issued."))
    return redirect(address(current(), number), code=303)


def convert(number: int, to: str) -> ResponseReturnValue:
    """Make an order or an invoice of a document, and open its form."""
    outcome = run_command("sales.convert", document=number, to=to)
    if not outcome.done:
        return redirect(address(current(), number), code=303)
    tell(_("It was made with the same values; it has no number until you issue it."))
    return redirect(address(current(), outcome.value), code=303)


def state(number: int, to: str) -> ResponseReturnValue:
    """Take a document on to another state."""
    if run_command("sales.set_state", document=number, state=to).done:
        tell(_("It is noted."))
    return redirect(address(current(), number), code=303)


def reject(number: int) -> ResponseReturnValue:
    """Ask why the customer refuses a quote, and note it."""
    return _with_reason(number, "sales.set_state", _("The customer refuses"), state="rejected")


def cancel(number: int) -> ResponseReturnValue:
    """Ask why a document is cancelled, and cancel it."""
    return _with_reason(number, "sales.cancel", _("Cancel this document"))


def revise(number: int) -> ResponseReturnValue:
    """Make a new version of a quote, and open its form."""
    return _made(number, "sales.revise", _("The earlier version counts until you issue this one."))


def copy(number: int) -> ResponseReturnValue:
    """Make a draft with the same things, and open its form."""
    return _made(
        number, "sales.copy", _("A new draft was made with the same things, at the prices of today.")
    )


def _made(number: int, command: str, words: Any) -> ResponseReturnValue:
    outcome = run_command(command, document=number)
    if not outcome.done:
        return redirect(address(current(), number), code=303)
    tell(words)
    return redirect(f"/sales/documents/{outcome.value}/edit", code=303)


def tell_customer(number: int) -> ResponseReturnValue:
    """Tell the customer how far his order is, or remind him of what he is to pay."""
    outcome = run_command("sales.tell_customer", document=number)
    if outcome.done and outcome.value:
        tell(_("The message is on its way."))
    elif outcome.done:
        tell(_("The customer cannot be reached by SMS; the outbox says why."), "error")
    return redirect(address(current(), number), code=303)


def discard(number: int) -> ResponseReturnValue:
    """Ask whether a draft is thrown away, and do so."""
    context = current()
    document = _document(context, number)
    back = address(context, number)
    if request.method == "GET":
        return render("sales/discard.html", document=document, title=title_of(document), back=back)
    resource = RESOURCE_OF[document.kind]
    if not run_command("sales.discard_document", document=number).done:
        return redirect(back, code=303)
    tell(_("The draft is thrown away."))
    return redirect(f"/{resource.path}", code=303)


def take_back(number: int) -> ResponseReturnValue:
    """Ask how much of each line comes back, and issue the return."""
    context = current()
    document = _document(context, number)
    form = CommandForm(context, (WHY, DAY))
    if request.method == "GET":
        return _quantities("take_back", document, form.start({"day": context.today}), {}, {})
    form.read(request.form)
    entered, shown = _entered(), _Lines(form)
    outcome = run_command(
        "sales.take_back",
        form=shown,
        invoice=number,
        quantities=entered,
        reason=form.values["reason"],
        day=form.values["day"],
    )
    if not outcome.done:
        document = _document(current(), number)
        return _quantities("take_back", document, form, entered, shown.errors, outcome.status)
    tell(_("The return is issued."))
    return redirect(address(current(), outcome.value), code=303)


def part(number: int) -> ResponseReturnValue:
    """Ask how much of each line of an order is invoiced now, and make the draft of it."""
    context = current()
    document = _document(context, number)
    if document.kind != "order":
        raise NotFound()
    form = CommandForm(context, ())
    if request.method == "GET":
        filled = QUANTITY.fill
        left = {line: filled(much, context) for line, much in left_of(context, number).items() if much}
        return _quantities("part", document, form, left, {})
    entered, shown = _entered(), _Lines(form)
    outcome = run_command(
        "sales.invoice_part", form=shown, order=number, quantities=entered, version=_version()
    )
    if not outcome.done:
        document = _document(current(), number)
        return _quantities("part", document, form, entered, shown.errors, outcome.status)
    tell(_("The draft of the invoice holds this part; it has no number until you issue it."))
    return redirect(address(current(), outcome.value), code=303)


def _entered() -> dict[int, str]:
    """Give the quantities that were typed, by the number of their line."""
    prefix = "quantity-"
    found = {}
    for key, value in request.form.items():
        line = stored_number(key.removeprefix(prefix)) if key.startswith(prefix) else None
        if line is not None:
            found[line] = value
    return found


class _Lines:
    """Shows problems of quantities beside their lines, the others beside their fields."""

    def __init__(self, form: CommandForm) -> None:
        self.form = form
        self.errors: dict[int, str] = {}

    def attach(self, problems: Any) -> None:
        others = []
        for problem in problems:
            line = stored_number((problem.field or "").removeprefix("quantity-"))
            if line is None:
                others.append(problem)
            else:
                self.errors[line] = self.form.context.text(problem.message)
        self.form.attach(others)


def _quantities(
    page: str,
    document: Document,
    form: CommandForm,
    entered: Mapping[int, str],
    errors: Mapping[int, str],
    status: int = 200,
) -> ResponseReturnValue:
    """Show a page on which a quantity is typed for each line of a document."""
    context = current()
    return render(
        f"sales/{page}.html",
        status=status,
        document=veiled(context, RESOURCE_OF[document.kind], document),
        lines=lines_of(context, document.id),
        quantity=lambda value: QUANTITY.show(value, context),
        form=form,
        entered=entered,
        errors=errors,
        version=document.version,
        back=address(context, document.id),
    )


def _with_reason(number: int, command: str, title: Any, **more: Any) -> ResponseReturnValue:
    context = current()
    document = _document(context, number)
    back = address(context, number)
    form = CommandForm(context, (WHY,))
    if request.method == "GET":
        page = {"form": form.start({}), "title": title, "document": document, "back": back}
        return render("sales/reason.html", **page)
    form.read(request.form)
    outcome = run_command(command, form=form, document=number, reason=form.values["reason"], **more)
    if not outcome.done:
        fresh = _document(current(), number)
        return render(
            "sales/reason.html", status=outcome.status, form=form, title=title, document=fresh, back=back
        )
    tell(_("It is noted."))
    return redirect(back, code=303)


def _form(
    form: DocumentForm, status: int = 200, *, changed: bool = False, other: Sequence[Difference] = ()
) -> ResponseReturnValue:
    context = form.context = current()
    document = form.document
    kind = title_of(document or Document(kind=form.kind, direction=form.direction))
    back = f"/{RESOURCE_OF[form.kind].path}" if document is None else address(context, document.id)
    return render(
        "sales/form.html",
        status=status,
        form=form,
        changed=changed,
        other=other,
        head=form.head,
        title=kind,
        document=document,
        list_title=RESOURCE_OF[form.kind].plural,
        list_url=f"/{RESOURCE_OF[form.kind].path}",
        back=back,
        blank=form.blank("__index__"),
        discount_kinds=[(key, DISCOUNT_KINDS[key]) for key in DISCOUNT_KINDS],
        serials=context.has_feature("serial"),
        may_issue=context.may("sales.document", "issue"),
        may_discount=context.may("sales.document", "discount"),
        version=document.version if document is not None else None,
    )


def _asked(kind: str, direction: str) -> tuple[str, str]:
    if kind not in KINDS or kind == "return" or direction not in DIRECTIONS:
        raise NotFound()
    return kind, direction


def _document(context: Context, number: int) -> Document:
    found: Document = load(context, resource_of(context, number), number)
    return found


def _version() -> int | None:
    return stored_number(request.form.get("version", ""))


def address(context: Context, number: int) -> str:
    """Give the address of a document's page."""
    return f"/{resource_of(context, number).path}/{number}"
