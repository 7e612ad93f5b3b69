"""One visit: what is known of it, and what can be done about it."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from kernel.api import (
    CommandForm,
    Context,
    _,
    current,
    load,
    relations_of,
    render,
    run_command,
    stored_number,
    tell,
)
from plugins.medical import charging
from plugins.medical.commands import booking, stepping, visiting
from plugins.medical.hours import day_of
from plugins.medical.models import STANDING, Appointment, Facility, FacilityUse
from plugins.medical.resources import APPOINTMENT, BACK, COLOURS, STATES, STEPS
from plugins.medical.views.asking import version
from plugins.medical.wording import number_words

RIGHT = APPOINTMENT.permission
SHOWN_ELSEWHERE = ("state", "note", "queue_number", *charging.OF_PRICE)


def visit(number: int) -> ResponseReturnValue:
    """Show one appointment and what can be done about it."""
    context = current()
    record: Appointment = load(context, APPOINTMENT, number)
    facts = [
        (context.text(item.title), item.show(item.value_of(record), context))
        for item in APPOINTMENT.visible_fields(context)
        if item.name not in SHOWN_ELSEWHERE and item.value_of(record) not in (None, False)
    ]
    facts += _more_facilities(context, record)
    may_edit = context.may(RIGHT, "edit")
    notes = (item for item in APPOINTMENT.visible_fields(context) if item.name == "note")
    return render(
        "medical/visit.html",
        record=record,
        note=next((item.show(item.value_of(record), context) for item in notes), ""),
        patient=APPOINTMENT.by_name["patient"].show(record.patient_id, context),
        facts=facts,
        state=STATES[record.state],
        tone=COLOURS[record.state],
        next_states=[(key, STEPS[key]) for key in stepping.next_states(context, record)] if may_edit else [],
        before=STATES[BACK[record.state]] if may_edit and stepping.may_step_back(context, record) else None,
        may_print=context.may(RIGHT, "print"),
        may_move=may_edit and record.state in STANDING,
        may_cancel=may_edit and record.state in booking.CANCELLABLE,
        may_repeat=context.may(RIGHT, "create") and may_edit and record.state in STANDING,
        queue=number_words(context, record.queue_number) if record.queue_number is not None else "",
        charges=_charges(context, record),
        family=_family(context, record.patient_id),
        together=_together(context, record),
        may_refer=context.may("medical.referral", "create"),
        may_write=context.may("medical.document", "create"),
        day=day_of(record.starts_at, context.time_zone),
    )


def _more_facilities(context: Context, record: Appointment) -> list[tuple[str, str]]:
    """The rooms and devices besides the first ones, which are fields of the appointment."""
    shown = {item.name for item in APPOINTMENT.visible_fields(context)}
    if not shown >= {"room", "device"}:
        return []
    statement = (
        select(Facility.title)
        .join(FacilityUse, FacilityUse.facility_id == Facility.id)
        .where(
            FacilityUse.appointment_id == record.id,
            Facility.id.not_in([number for number in (record.room_id, record.device_id) if number]),
        )
        .order_by(Facility.sort_key)
    )
    titles = context.session.execute(statement).scalars().all()
    return [(context.text(_("Further rooms and devices")), "، ".join(titles))] if titles else []


def _charges(context: Context, record: Appointment) -> dict[str, Any]:
    """The price with the insurers' parts, and the invoice of it."""
    seen = {item.name: item for item in APPOINTMENT.visible_fields(context)}
    facts = [
        (seen[name].title, seen[name].show(seen[name].value_of(record), context))
        for name in charging.OF_PRICE
        if name in seen and seen[name].value_of(record) is not None
    ]
    with_sales = "sales" in context.plugins
    bill = charging.bill_of(context, record) if with_sales else None
    money = seen.get("price")
    billed = with_sales and charging.is_billed(context, record)
    return {
        "facts": facts,
        "own": money.show(charging.own_part(record), context) if money and record.price is not None else "",
        "bill": bill,
        "receipt": charging.receipt_of(context, bill),
        "may_charge": charging.may_charge(context),
        "may_bill": with_sales
        and context.may(RIGHT, "bill")
        and not billed
        and charging.own_part(record) > 0
        and record.state not in ("cancelled", "missed", "offered"),
    }


def _family(context: Context, party_id: int) -> list[Any]:
    """The relatives and companions of the patient, as far as they are to be seen."""
    return [
        bond
        for bond in relations_of(context, [party_id]).get(party_id, [])
        if bond.other_kind == "person" and bond.holds_on(context.today)
    ][:8]


def _together(context: Context, record: Appointment) -> list[tuple[int, str]]:
    """Who comes at the same time, where several do."""
    if record.capacity == 1:
        return []
    statement = select(Appointment.id, Appointment.patient_id).where(
        Appointment.doctor_id == record.doctor_id,
        Appointment.service_id == record.service_id,
        Appointment.starts_at == record.starts_at,
        Appointment.id != record.id,
        Appointment.state != "cancelled",
    )
    rows = context.session.execute(statement.order_by(Appointment.seat)).all()
    names = APPOINTMENT.by_name["patient"].labels([row.patient_id for row in rows], context)  # type: ignore[attr-defined]
    return [(row.id, names.get(row.patient_id, "—")) for row in rows]


def state(number: int) -> ResponseReturnValue:
    """Take the appointment on to its next state."""
    load(current(), APPOINTMENT, number)
    asked = request.form.get("state", "")[:20]
    if asked == "back":
        run_command("medical.step_back", appointment=number, version=version())
    else:
        run_command("medical.set_state", appointment=number, state=asked, version=version())
    if request.form.get("from") == "queue":
        return redirect(
            url_for("medical.queue", doctor=stored_number(request.form.get("doctor", ""))), code=303
        )
    return redirect(url_for("medical.visit", number=number), code=303)


def charge(number: int) -> ResponseReturnValue:
    """Ask for price and insurers, or note them."""
    context = current()
    charging.require_charging(context)
    record: Appointment = load(context, APPOINTMENT, number)
    if request.method == "GET":
        held = {
            "price": record.price,
            "insurer": record.insurer_id,
            "insurer_part": record.insurer_part,
            "supplementary": record.supplementary_id,
            "supplementary_part": record.supplementary_part,
        }
        form = CommandForm(context, visiting.CHARGES).start(held)
        return render("medical/charge.html", form=form, record=record)
    form = CommandForm(context, visiting.CHARGES).read(request.form)
    outcome = run_command("medical.charge", form=form, appointment=number, version=version(), **form.values)
    if not outcome.done:
        fresh = load(current(), APPOINTMENT, number)
        return render("medical/charge.html", status=outcome.status, form=form, record=fresh)
    tell(_("The price is noted."))
    return redirect(url_for("medical.visit", number=number), code=303)


def bill(number: int) -> ResponseReturnValue:
    """Write the invoice of the visit."""
    load(current(), APPOINTMENT, number)
    outcome = run_command("medical.bill", appointment=number)
    if outcome.done:
        tell(_("The invoice is written."))
    return redirect(url_for("medical.visit", number=number), code=303)


def invite(party_id: int) -> ResponseReturnValue:
    """Send a patient the link for booking."""
    context = current()
    load(context, context.runtime.resource("person"), party_id)
    if run_command("medical.invite", patient=party_id).done:
        tell(_("The link is on its way."))
    return redirect(f"/persons/{party_id}", code=303)
