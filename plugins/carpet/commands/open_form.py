"""Registration by the open form of the website: whoever holds a card, without signing in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kernel.api import Context, Invalid, LazyText, Problem, _, command, fields
from plugins.carpet import guessing, points
from plugins.carpet.kinds import ScratchCode, serial_field
from plugins.carpet.outcomes import GUESSED, REGISTERED, Outcome
from plugins.carpet.registering import Wish, buyer_by_mobile, parties_of, register

HINT = _("Eleven digits, such as 1001 0000 017.")
SERIAL = serial_field("serial", _("Serial on the card"), help=HINT)
CODE = ScratchCode(
    "code", _("Code under the scratch panel"), limit=20, required=True, help=_("Eight digits.")
)
FIRST_NAME = fields.Text("first_name", _("First name"), limit=100)
LAST_NAME = fields.Text("last_name", _("Last name"), required=True, limit=100)
MOBILE = fields.Phone("mobile", _("Mobile"), only="mobile", required=True)
SOLD_ON = fields.Day("sold_on", _("Day of purchase"), past_only=True)
CONSENT = fields.YesNo("consent", _("I agree to hear of offers"))
FIELDS = (SERIAL, CODE, FIRST_NAME, LAST_NAME, MOBILE, SOLD_ON, CONSENT)


@dataclass(frozen=True)
class Answer:
    """What the form is answered: an outcome, or why nothing is looked at for now."""

    outcome: Outcome | None
    stopped: LazyText | None = None


@command(
    "carpet.register_by_web",
    _("Register a guarantee by the web form"),
    resource="carpet.guarantee",
    action="create",
)
def register_by_web(
    context: Context,
    *,
    network: str,
    serial: Any,
    code: Any,
    last_name: Any,
    mobile: Any,
    first_name: Any = None,
    sold_on: Any = None,
    consent: Any = False,
) -> Answer:
    """Register a carpet from a network address. Wrong tries are written down, so they are answers and no refusals."""
    entered = dict(
        zip(
            (each.name for each in FIELDS),
            (serial, code, first_name, last_name, mobile, sold_on, consent),
            strict=True,
        )
    )
    values, problems = fields.read_all(FIELDS, entered, context)
    if problems:
        raise Invalid(problems)
    names = values["first_name"] or "", values["last_name"]
    phone, day = values["mobile"], values["sold_on"]
    if day is not None and day > context.today:
        raise Invalid([Problem("sold_on", _("This day is in the future."))])
    with context.system("a guarantee by the web form") as system:
        guard = guessing.of_network(system, network)
        guard.lock(system)
        stopped = guard.stopped(system)
        if stopped is not None:
            return Answer(None, stopped)
        wish = Wish(
            channel="web",
            party=lambda: buyer_by_mobile(system, phone, *names),
            known=parties_of(system, phone),
            sure=False,
            consent=bool(values["consent"]),
            sold_on=day,
        )
        found = register(system, values["serial"], values["code"], wish)
        if found.kind in GUESSED:
            guard.note(system)
        if found.kind == REGISTERED and found.guarantee_id is not None:
            points.reward(system, [found.guarantee_id])
        return Answer(found)


@command(
    "carpet.note_unknown",
    _("Count who asks for carpets that there are not"),
    resource="carpet.guarantee",
    action="create",
)
def note_unknown(context: Context, *, network: str) -> LazyText | None:
    """Write down that a network address asked for a serial that nobody has; gives the words for whom it was too often."""
    with context.system("somebody asks for a carpet that there is not") as system:
        guard = guessing.of_looking(system, network)
        guard.lock(system)
        stopped = guard.stopped(system)
        if stopped is None:
            guard.note(system)
        return stopped
