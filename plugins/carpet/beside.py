"""What stands beside the facts of records: counts of carpets, the guarantee of one, former owners, claims, both sides."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from sqlalchemy import func, select

from kernel.api import Context, LazyText, Party, _, fragment, veiled
from plugins.carpet.blocks import bar, state_of
from plugins.carpet.commands.claims import origin_of
from plugins.carpet.models import Claim, Dispute, Guarantee, Serial, Transfer
from plugins.carpet.resources.words import (
    CLAIM_COLOURS,
    CLAIM_STATES,
    SERIAL_STATES,
    TRANSFER_REASONS,
)
from plugins.carpet.wording import day_text, number_text, serial_text

Note = tuple[str, str, str, str]
"""Label, text, address and tone."""


def slot(context: Context, name: str, subject: Any) -> Markup | None:
    """Give the buttons above lists, and what stands below the facts of a record."""
    if name == "list.top":
        return bar(context, subject)
    if name != "record.facts" or subject[0] not in FACTS:
        return None
    resource, number = subject
    return FACTS[resource](context, number)


def _facts(title: Any, notes: list[Note], **more: Any) -> Markup | None:
    if not notes and not any(more.values()):
        return None
    return fragment("carpet/facts.html", title=title, notes=notes, **{"transfers": [], "claims": [], **more})


def _counts(context: Context, title: LazyText, name: str, column: Any, number: int) -> Markup | None:
    """How many carpets of a batch, dealer or model are in each state, each leading to them."""
    if not context.may("carpet.serial", "view"):
        return None
    wanted = select(Serial.state, func.count()).where(column == number).group_by(Serial.state)
    counts = {row[0]: row[1] for row in context.session.execute(wanted)}
    listed = f"/carpet/serials?f.{name}.is={number}"
    notes = [
        (context.text(words), number_text(context, counts[state]), f"{listed}&f.state.is={state}", "")
        for state, words in SERIAL_STATES.items()
        if state in counts
    ]
    return _facts(title, notes)


def _batch(context: Context, number: int) -> Markup | None:
    return _counts(context, _("Carpets of this batch"), "batch", Serial.batch_id, number)


def _dealer(context: Context, number: int) -> Markup | None:
    return _counts(context, _("Carpets of this dealer"), "dealer", Serial.dealer_id, number)


def _model(context: Context, number: int) -> Markup | None:
    return _counts(context, _("Carpets of this model"), "model", Serial.model_id, number)


def _serial(context: Context, number: int) -> Markup | None:
    if not context.may("carpet.guarantee", "view"):
        return None
    row = context.session.execute(select(Guarantee).where(Guarantee.serial_id == number)).scalar_one_or_none()
    if row is None:
        return None
    return _facts(_("Guarantee"), _guarantee_notes(context, row))


def _guarantee_notes(context: Context, row: Guarantee) -> list[Note]:
    state, tone = state_of(context, row)
    ends = veiled(context, context.runtime.resource("carpet.guarantee"), row).ends_on
    return [
        (context.text(_("Guarantee")), serial_text(context, row.number), f"/carpet/guarantees/{row.id}", ""),
        (context.text(_("State")), state, "", tone),
        (context.text(_("Last day")), day_text(context, ends), "", ""),
    ]


def _guarantee(context: Context, number: int) -> Markup | None:
    row = context.session.get(Guarantee, number)
    if row is None:
        return None
    state, tone = state_of(context, row)
    notes: list[Note] = [(context.text(_("Today")), state, "", tone)]
    if context.may("carpet.serial", "view"):
        address = f"/carpet/serials/{row.serial_id}"
        notes.append((context.text(_("Carpet")), serial_text(context, row.number), address, ""))
    new = context.session.execute(
        select(Guarantee).where(Guarantee.replaces_id == number)
    ).scalar_one_or_none()
    if new is not None:
        address = f"/carpet/guarantees/{new.id}"
        notes.append((context.text(_("Replaced by")), serial_text(context, new.number), address, ""))
    return _facts(
        _("Guarantee"), notes, transfers=_transfers(context, number), claims=_claims(context, number)
    )


def _transfers(context: Context, number: int) -> list[dict[str, Any]]:
    wanted = (
        select(Transfer, Party.display_name)
        .outerjoin(Party, Party.id == Transfer.from_id)
        .where(Transfer.guarantee_id == number)
        .order_by(Transfer.id.desc())
    )
    return [
        {
            "from_name": name,
            "reason": context.text(TRANSFER_REASONS[row.reason]),
            "note": row.note,
            "day": row.day,
        }
        for row, name in context.session.execute(wanted)
    ]


def _claims(context: Context, number: int) -> list[dict[str, Any]]:
    if not context.may("carpet.claim", "view"):
        return []
    wanted = select(Claim).where(Claim.guarantee_id == number).order_by(Claim.id.desc())
    return [
        {
            "id": row.id,
            "number": row.number,
            "reported_on": veiled(context, context.runtime.resource("carpet.claim"), row).reported_on,
            "state": context.text(CLAIM_STATES[row.state]),
            "tone": CLAIM_COLOURS[row.state],
        }
        for row in context.session.execute(wanted).scalars()
    ]


def _claim(context: Context, number: int) -> Markup | None:
    claim = context.session.get(Claim, number)
    row = context.session.get(Guarantee, claim.guarantee_id) if claim is not None else None
    if row is None:
        return None
    notes = _guarantee_notes(context, row)
    if claim is not None and claim.replacement_id is not None:
        new = context.session.execute(
            select(Guarantee).where(Guarantee.serial_id == claim.replacement_id)
        ).scalar_one_or_none()
        if new is not None:
            address = f"/carpet/guarantees/{new.id}"
            notes.append((context.text(_("Replaced by")), serial_text(context, new.number), address, ""))
    return _facts(_("Guarantee"), [*notes, *_bill_notes(context, number)])


def _bill_notes(context: Context, claim_id: int) -> list[Note]:
    """The invoice of what the owner pays, for those who may see invoices."""
    if "sales" not in context.plugins or not context.may("sales.document", "view"):
        return []
    from plugins.sales.api import bill_of

    found = bill_of(context, origin_of(claim_id))
    if found is None:
        return []
    return [(context.text(_("Invoice")), found.number or context.text(_("Draft")), found.address, "")]


def _dispute(context: Context, number: int) -> Markup | None:
    """Both who claim the carpet, how to reach them, and what the second one wrote."""
    dispute = context.session.get(Dispute, number)
    row = context.session.get(Guarantee, dispute.guarantee_id) if dispute is not None else None
    if dispute is None or row is None:
        return None
    since = veiled(context, context.runtime.resource("carpet.guarantee"), row).registered_on
    notes = [
        *_guarantee_notes(context, row),
        (context.text(_("Registered on")), day_text(context, since), "", ""),
        *_reached(context, _("Owner"), row.party_id),
        *_reached(context, _("Who else claims it"), dispute.party_id),
    ]
    return _facts(_("Both sides"), notes)


def _reached(context: Context, label: LazyText, party_id: int) -> list[Note]:
    """A party with its mobile, as far as the reader may see them."""
    party = context.session.get(Party, party_id)
    if party is None:
        return []
    notes: list[Note] = [(context.text(label), party.display_name, f"/{party.kind}s/{party.id}", "")]
    person = context.runtime.resource("person")
    if party.mobile and context.runtime.may_see_field(context, person, person.by_name["mobile"]):
        shown = person.by_name["mobile"].show(party.mobile, context)
        notes.append((context.text(_("Mobile")), shown, "", ""))
    return notes


FACTS = {
    "carpet.model": _model,
    "carpet.dealer": _dealer,
    "carpet.batch": _batch,
    "carpet.serial": _serial,
    "carpet.guarantee": _guarantee,
    "carpet.claim": _claim,
    "carpet.dispute": _dispute,
}
