"""The guarantee desk: a serial that is scanned opens its carpet; below, what waits for somebody."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from kernel.api import Context, Party, _, clean, current, fields, record_labels, render, veiled
from plugins.carpet.blocks import state_of
from plugins.carpet.kinds import serial_in
from plugins.carpet.models import Claim, Dispute, Guarantee, Serial
from plugins.carpet.models.care import UNSETTLED
from plugins.carpet.resources import CLAIM, DISPUTE, GUARANTEE
from plugins.carpet.resources.words import (
    CLAIM_COLOURS,
    CLAIM_STATES,
    SERIAL_COLOURS,
    SERIAL_STATES,
)

SHOWN = 12
MOBILE = fields.Phone("mobile", _("Mobile"))


def desk() -> ResponseReturnValue:
    """Find a carpet by its serial, or the guarantees of a mobile; show what waits."""
    context = current()
    asked = clean(request.args.get("q", "")[:200])
    serial, guarantees = _found(context, asked) if asked else (None, [])
    if serial is not None:
        return redirect(_page_of(context, serial), code=303)
    sees_all = "all" in context.actor.scopes("carpet.serial", "view")
    elsewhere = None if sees_all else serial_in(context, asked)
    writes = not context.read_only
    return render(
        "carpet/desk.html",
        asked=asked,
        elsewhere=url_for("carpet.card", serial=elsewhere) if elsewhere else "",
        guarantees=_named(context, guarantees),
        claims=_claims(context),
        disputes=_disputes(context),
        stock=_stock(context),
        may={
            "register": writes and context.may("carpet.guarantee", "create"),
            "batch": writes and context.may("carpet.batch", "create"),
            "give": writes and context.may("carpet.serial", "give"),
        },
        states={
            "claim": (CLAIM_STATES, CLAIM_COLOURS),
            "serial": (SERIAL_STATES, SERIAL_COLOURS),
        },
    )


def _found(context: Context, asked: str) -> tuple[Serial | None, list[Guarantee]]:
    number = serial_in(context, asked)
    if number is None:
        return None, _of_mobile(context, asked)
    wanted = select(Serial).where(Serial.number == number)
    return context.session.execute(wanted).scalar_one_or_none(), []


def _of_mobile(context: Context, asked: str) -> list[Guarantee]:
    person = context.runtime.resource("person")
    if not context.runtime.may_see_field(context, person, person.by_name["mobile"]):
        return []
    try:
        phone = MOBILE.read(asked, context)
    except (fields.FieldError, ValueError):
        return []
    owners = select(Party.id).where(Party.mobile == phone)
    wanted = select(Guarantee).where(Guarantee.party_id.in_(owners)).order_by(Guarantee.id.desc())
    return list(context.session.execute(wanted.limit(SHOWN)).scalars())


def _page_of(context: Context, serial: Serial) -> str:
    wanted = select(Guarantee.id).where(Guarantee.serial_id == serial.id)
    guarantee = context.session.execute(wanted).scalar_one_or_none()
    return f"/carpet/guarantees/{guarantee}" if guarantee is not None else f"/carpet/serials/{serial.id}"


def _named(context: Context, rows: list[Guarantee]) -> list[tuple[Guarantee, str, tuple[str, str]]]:
    named = record_labels(context, [("carpet.model", row.model_id) for row in rows])
    return [
        (
            veiled(context, GUARANTEE, row),
            named.get(("carpet.model", row.model_id), ""),
            state_of(context, row),
        )
        for row in rows
    ]


def _claims(context: Context) -> list[Any]:
    if not context.may("carpet.claim", "view"):
        return []
    wanted = (
        select(Claim, Guarantee.number)
        .join(Guarantee, Guarantee.id == Claim.guarantee_id)
        .where(Claim.state.in_(UNSETTLED))
        .order_by(Claim.inspect_on.nulls_last(), Claim.id)
        .limit(SHOWN)
    )
    return [(veiled(context, CLAIM, claim), serial) for claim, serial in context.session.execute(wanted)]


def _disputes(context: Context) -> list[Dispute]:
    if not context.may("carpet.dispute", "view"):
        return []
    wanted = select(Dispute).where(Dispute.state == "open").order_by(Dispute.id).limit(SHOWN)
    return [veiled(context, DISPUTE, row) for row in context.session.execute(wanted).scalars()]


def _stock(context: Context) -> dict[str, int]:
    if not context.may("carpet.serial", "view"):
        return {}
    wanted = select(Serial.state, func.count()).where(Serial.dealer_id.is_not(None)).group_by(Serial.state)
    return {row[0]: row[1] for row in context.session.execute(wanted)}
