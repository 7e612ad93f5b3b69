"""Claims: reported, inspected, decided, and settled by repair or by another carpet."""

from __future__ import annotations

from typing import Any

from kernel.api import (
    Context,
    Forbidden,
    Invalid,
    Problem,
    Refused,
    _,
    command,
    editable,
    fields,
    kept_from,
    load,
    localise_digits,
    squeeze,
    take_number,
)
from plugins.carpet import telling
from plugins.carpet.kinds import seen_serial, serial_field
from plugins.carpet.models import Batch, Claim, Guarantee, Serial
from plugins.carpet.registering import disputed, guarantee_of, locked_serial
from plugins.carpet.resources import CLAIM, GUARANTEE
from plugins.carpet.resources.catalogue import FAULTS

RIGHT = "carpet.claim"
GUARANTEE_FIELD = fields.Link("guarantee", _("Guarantee"), to=GUARANTEE.name, required=True)
WHICH = fields.Link("claim", _("Claim"), to=CLAIM.name, required=True)
FAULT = fields.BaseChoice("fault", _("Fault"), source=FAULTS, required=True)
DESCRIPTION = fields.LongText("description", _("Description"), required=True, limit=4000)
REPORTED = fields.Day("reported_on", _("Reported on"), past_only=True, help=_("Today where it is empty."))
GOODWILL = fields.YesNo(
    "goodwill",
    _("As goodwill, though the guarantee is over"),
    help=_("For those who have the right to it."),
)
INSPECTOR = fields.UserLink("inspector", _("Inspector"), required=True)
INSPECT_ON = fields.Day("inspect_on", _("Inspection due on"))
INSPECTED = fields.Day("inspected_on", _("Inspected on"), required=True, past_only=True)
FINDINGS = fields.LongText("findings", _("Findings"), required=True, limit=4000)
ACCEPTED = fields.Choice(
    "verdict",
    _("Decision"),
    options={"accepted": _("Accept"), "refused": _("Refuse")},
    required=True,
)
DECISION = fields.LongText("decision", _("Words of the decision"), required=True, limit=2000)
COST = fields.Money("cost", _("The owner pays (Rials)"), least=0)
SERIAL = serial_field("serial", _("Serial of the new carpet"))


@command(
    "carpet.report_claim",
    _("Enter a claim"),
    resource=RIGHT,
    action="create",
    of=CLAIM.name,
    fields=(GUARANTEE_FIELD, FAULT, DESCRIPTION, REPORTED, GOODWILL),
)
def report_claim(
    context: Context,
    *,
    guarantee: int,
    fault: Any,
    description: Any,
    reported_on: Any = None,
    goodwill: Any = False,
) -> int:
    """Enter a claim under a guarantee that is in force on the day of the report; gives the claim's id."""
    seen: Guarantee = load(context, GUARANTEE, guarantee)
    fault_id, text = FAULT.read(fault, context), DESCRIPTION.read(description, context)
    day = REPORTED.read(reported_on, context) or context.today
    if seen.state != "active":
        raise Refused(_("This guarantee is no longer in force."))
    if not seen.starts_on <= day <= seen.ends_on:
        willing = GOODWILL.read(goodwill, context) and context.may(RIGHT, "goodwill")
        if not willing:
            raise Invalid([Problem("reported_on", _("The guarantee does not cover this day."))])
    values = {"guarantee_id": seen.id, "model_id": seen.model_id, "dealer_id": seen.dealer_id}
    with context.system("a claim") as system:
        number = str(take_number(system, "carpet.claim"))
        made = Claim(
            number=number,
            reported_on=day,
            fault_id=fault_id,
            description=text,
            search_key="|".join((squeeze(number), squeeze(text)[:500])),
            **values,
        )
        system.session.add(made)
        system.session.flush()
        made.created_by = context.actor.user_id or 0
        system.session.flush()
        telling.tell_of_claim(system, made, context.actor.user_id)
        return made.id


@command(
    "carpet.send_inspector",
    _("Send an inspector"),
    resource=RIGHT,
    action="send",
    of=CLAIM.name,
    fields=(WHICH, INSPECTOR, INSPECT_ON),
)
def send_inspector(context: Context, *, claim: int, inspector: Any, inspect_on: Any = None) -> None:
    """Say who inspects the carpet, and until when; he is told."""
    editable(context, CLAIM, claim, "send")
    user, day = INSPECTOR.read(inspector, context), INSPECT_ON.read(inspect_on, context)
    with context.system("an inspector is sent") as system:
        held = _unsettled(system, claim, ("open", "inspection"))
        held.inspector_id, held.state = user, "inspection"
        if not kept_from(context, CLAIM, INSPECT_ON.name):
            held.inspect_on = day
        system.session.flush()
        telling.tell_inspector(system, held, user)


@command(
    "carpet.inspect",
    _("Enter what was found"),
    resource=RIGHT,
    action="inspect",
    of=CLAIM.name,
    fields=(WHICH, INSPECTED, FINDINGS),
)
def inspect(context: Context, *, claim: int, inspected_on: Any, findings: Any) -> None:
    """Enter what the inspector found; photos are put to the files of the claim."""
    editable(context, CLAIM, claim, "inspect")
    day, text = INSPECTED.read(inspected_on, context), FINDINGS.read(findings, context)
    with context.system("an inspection") as system:
        held = _unsettled(system, claim, ("open", "inspection"))
        if day < held.reported_on:
            raise Invalid([Problem("inspected_on", _("This is before the fault was reported."))])
        held.inspected_on, held.findings, held.state = day, text, "inspection"
        held.inspector_id = held.inspector_id or context.actor.user_id or None
        system.session.flush()
        telling.tell_of_findings(system, held, context.actor.user_id)


@command(
    "carpet.decide_claim",
    _("Decide a claim"),
    resource=RIGHT,
    action="decide",
    of={"verdict": CLAIM.name, "decision": CLAIM.name},
    fields=(WHICH, ACCEPTED, DECISION),
)
def decide_claim(context: Context, *, claim: int, verdict: Any, decision: Any) -> None:
    """Accept or refuse a claim that was inspected; the words say why."""
    editable(context, CLAIM, claim, "decide")
    state, text = ACCEPTED.read(verdict, context), DECISION.read(decision, context)
    with context.system("a claim is decided") as system:
        held = _unsettled(system, claim, ("inspection",))
        if held.inspected_on is None:
            raise Refused(_("The carpet has not been inspected yet."))
        held.state, held.decision, held.decided_on = state, text, system.today
        system.session.flush()


@command(
    "carpet.repair",
    _("Note a repair"),
    resource=RIGHT,
    action="decide",
    of=CLAIM.name,
    fields=(WHICH, COST),
)
def repair(context: Context, *, claim: int, cost: Any = None) -> None:
    """Note that an accepted claim was settled by repair, and what the owner pays for work beyond the guarantee.

    Where the plugin `sales` runs, that is an invoice; without it the amount is only noted.
    """
    editable(context, CLAIM, claim, "decide")
    if kept_from(context, CLAIM, COST.name):
        raise Forbidden()
    amount = COST.read(cost, context)
    with context.system("a carpet is repaired") as system:
        held = _unsettled(system, claim, ("accepted",))
        held.state, held.settled_on, held.cost = "repaired", system.today, amount
        system.session.flush()
        charge(system, held)


def charge(system: Context, claim: Claim) -> None:
    """Write the invoice of what the owner pays, where sales runs: one for each claim."""
    if not claim.cost or "sales" not in system.plugins:
        return
    from plugins.sales.api import BillLine, bill

    owner = system.session.get_one(Guarantee, claim.guarantee_id).party_id
    title = system.text(
        _("Repair of carpet, claim %(number)s", number=localise_digits(claim.number, system.locale))
    )
    bill(
        system,
        party_id=owner,
        lines=[BillLine(title=title, unit_price=claim.cost)],
        origin=origin_of(claim.id),
        subject=title,
    )


def origin_of(claim_id: int) -> str:
    """Name a claim as its invoice does."""
    return f"carpet.claim-{claim_id}"


@command(
    "carpet.replace",
    _("Give another carpet"),
    resource=RIGHT,
    action="decide",
    fields=(WHICH, SERIAL),
)
def replace(context: Context, *, claim: int, serial: Any) -> int:
    """Settle an accepted claim by another carpet; gives the id of its guarantee, which lasts as long as the former one.

    Both serials stay linked: the former guarantee is replaced, the new one stands in for it.
    """
    editable(context, CLAIM, claim, "decide")
    number = SERIAL.read(serial, context)
    new_id = seen_serial(context, number).id
    with context.system("a carpet is replaced") as system:
        held = _unsettled(system, claim, ("accepted",))
        _lock_serials(system, held, number)
        former: Guarantee = load(system, GUARANTEE, held.guarantee_id, lock=True)
        if former.state != "active":
            raise Refused(_("This guarantee is no longer in force."))
        if disputed(system, former.id):
            raise Refused(_("Two claim this carpet; decide the dispute first."))
        new = system.session.get_one(Serial, new_id)
        batch = system.session.get_one(Batch, new.batch_id)
        usable = new.state in ("stock", "sold") and batch.state != "void"
        if not usable or guarantee_of(system, new.id) is not None:
            raise Invalid([Problem("serial", _("This carpet is registered already, or not valid."))])
        made = _stand_in(system, former, new)
        held.state, held.settled_on, held.replacement_id = "replaced", system.today, new.id
        system.session.flush()
        return made.id


def _lock_serials(system: Context, claim: Claim, number: str) -> None:
    """Hold the faulty carpet and the new one, in the order in which buyers' messages hold theirs."""
    former = system.session.get_one(Guarantee, claim.guarantee_id).number
    for each in sorted({former, number}):
        locked_serial(system, each)


def _stand_in(system: Context, former: Guarantee, new: Serial) -> Guarantee:
    made = Guarantee(
        serial_id=new.id,
        number=new.number,
        party_id=former.party_id,
        model_id=new.model_id,
        dealer_id=former.dealer_id,
        region_id=former.region_id,
        registered_on=system.today,
        channel="replacement",
        starts_on=min(system.today, former.ends_on),
        ends_on=former.ends_on,
        consent=former.consent,
        consent_on=former.consent_on,
        replaces_id=former.id,
        search_key=squeeze(new.number),
    )
    system.session.add(made)
    former.state = "replaced"
    system.session.get_one(Serial, former.serial_id).state = "replaced"
    new.state, new.dealer_id = "registered", former.dealer_id
    system.session.flush()
    return made


def _unsettled(system: Context, claim_id: int, states: tuple[str, ...]) -> Claim:
    held: Claim = load(system, CLAIM, claim_id, lock=True)
    if held.state not in states:
        raise Refused(_("The claim has moved on meanwhile; look again."))
    return held
