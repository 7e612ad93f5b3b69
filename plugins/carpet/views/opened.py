"""Open pages: whether a carpet is guaranteed, and the form by which buyers register. Never the owner."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from kernel.api import (
    CommandForm,
    Context,
    Invalid,
    LazyText,
    Problem,
    _,
    current,
    guest,
    open_page,
    record_labels,
    render,
    run_for_guest,
    wrong_try,
)
from plugins.carpet import guessing
from plugins.carpet.commands import open_form
from plugins.carpet.documents import line_of
from plugins.carpet.kinds import WRONG_SERIAL, serial_in
from plugins.carpet.models import Batch, Guarantee, Serial
from plugins.carpet.outcomes import REGISTERED, WRONG, YOURS, said
from plugins.carpet.serials import grouped, is_serial

TRIES = 30
UNKNOWN_SERIAL = _(
    "We know no carpet of this serial. Please look at the card again; if it is so, call us: the card may not be ours."
)
TITLES = {
    "registered": _("Under guarantee"),
    "over": _("The guarantee is over"),
    "free": _("Not registered yet"),
    "replaced": _("Replaced by another carpet"),
    "void": _("This card is not valid"),
    "closed": _("The time for registering is over"),
}
TONES = {
    "registered": "ok",
    "over": "warn",
    "free": "info",
    "replaced": "warn",
    "void": "bad",
    "closed": "warn",
}


@open_page(tries=TRIES)
def check() -> ResponseReturnValue:
    """Ask for a serial, and lead to its page."""
    asked = request.args.get("serial", "")[:200]
    number = serial_in(current(), asked)
    if number is not None:
        return redirect(url_for("carpet.card", serial=number), code=303)
    return _check_page(422 if asked else 200, asked, WRONG_SERIAL if asked else "")


def _check_page(status: int, asked: str = "", wrong: LazyText | str = "") -> ResponseReturnValue:
    return render(
        "carpet/open_check.html",
        status=status,
        asked=asked,
        wrong=wrong,
        hint=open_form.HINT,
        line=line_of(current()),
    )


def _form_page(form: CommandForm, status: int = 200, done: LazyText | str = "") -> ResponseReturnValue:
    return render("carpet/open_register.html", status=status, form=form, done=done, line=line_of(current()))


@open_page(tries=TRIES)
def card(serial: str) -> ResponseReturnValue:
    """Show the state of a carpet and its last day; a serial that nobody has is a wrong try, counted over all processes."""
    number = serial_in(current(), serial)
    if number is not None and number != serial:
        return redirect(url_for("carpet.card", serial=number), code=303)
    found: dict[str, Any] | None = None
    stopped: LazyText | None = None
    network = request.remote_addr or ""
    if is_serial(serial):
        with guest("somebody looks at a carpet's guarantee") as context:
            stopped = guessing.of_looking(context, network).stopped(context)
            found = _state(context, serial) if stopped is None else None
        if stopped is None and found is None:
            stopped = run_for_guest("carpet.note_unknown", network=network)
    if stopped is not None:
        return _check_page(429, wrong=stopped)
    if found is None:
        wrong_try()
        return _check_page(404, serial[:200], UNKNOWN_SERIAL if is_serial(serial) else WRONG_SERIAL)
    return render(
        "carpet/open_card.html",
        serial=grouped(serial),
        title=TITLES[found["state"]],
        tone=TONES[found["state"]],
        register=url_for("carpet.activate", serial=serial) if found["state"] == "free" else "",
        **found,
    )


def _state(context: Context, number: str) -> dict[str, Any] | None:
    wanted = (
        select(Serial, Batch.state, Batch.closes_on, Guarantee)
        .join(Batch, Batch.id == Serial.batch_id)
        .outerjoin(Guarantee, Guarantee.serial_id == Serial.id)
        .where(Serial.number == number)
    )
    row = context.session.execute(wanted).one_or_none()
    if row is None:
        return None
    carpet, batch_state, closes_on, guarantee = row
    key = ("carpet.model", carpet.model_id)
    model = record_labels(context, [key]).get(key, "")
    shown = {"model": model, "starts_on": None, "ends_on": None}
    if guarantee is None:
        closed = closes_on is not None and context.today > closes_on
        void = carpet.state in ("void", "replaced") or batch_state == "void"
        return {**shown, "state": "void" if void else "closed" if closed else "free"}
    if guarantee.state != "active":
        return {**shown, "state": guarantee.state}
    days = {"starts_on": guarantee.starts_on, "ends_on": guarantee.ends_on}
    return {**shown, **days, "state": "over" if guarantee.ends_on < context.today else "registered"}


@open_page(tries=TRIES)
def activate() -> ResponseReturnValue:
    """Take serial, code, name and mobile of a buyer; what is wrong is counted for the network address."""
    asked = serial_in(current(), request.args.get("serial", ""))
    form = CommandForm(current(), open_form.FIELDS)
    if request.method == "GET":
        form.start({"serial": asked} if asked else {})
        return _form_page(form)
    form.read(request.form)
    try:
        answer = run_for_guest("carpet.register_by_web", network=request.remote_addr or "", **form.values)
    except Invalid as error:
        form.attach(error.problems)
        return _form_page(form, 422)
    found = answer.outcome
    if found is None:
        form.attach([Problem(None, answer.stopped)])
        return _form_page(form, 429)
    if found.kind in (REGISTERED, YOURS):
        return _form_page(form, done=said(found))
    form.attach([Problem("code" if found.kind == WRONG else "serial", said(found))])
    return _form_page(form, 422)
