"""Conversations by USSD: an aggregator asks our address for each step and shows the caller what it is answered.

One engine with settings for the names of parameters and for the style of answers. The state stands in the database; a step
that is told again is answered as before, and nothing is done twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from kernel.fa.digits import to_ascii_digits, to_persian_digits
from kernel.i18n import _
from kernel.messages.gateways import (
    Callback,
    Gateway,
    GatewayField,
    GatewayProblem,
    Line,
)
from kernel.messages.inbound.making import MOBILE, make_person
from kernel.messages.inbound.matching import matched
from kernel.messages.inbound.menus import UssdAnswer, UssdEntry, UssdStep
from kernel.messages.inbound.models import UssdSession
from kernel.messages.inbound.words import sender_of
from kernel.resources.context import Context
from kernel.resources.runtime import Runtime

CHANNEL = "ussd"
LONGEST_SCREEN = 182
MOST_STEPS = 60
KEPT = timedelta(days=30)
"""How long conversations are kept."""
END_MARK, CON_END = "end_mark", "con_end"

USSD = Gateway(
    name="ussd",
    title=_("USSD over HTTP"),
    channels=(CHANNEL,),
    fields=(
        GatewayField(
            name="number",
            title=_("Parameter of the caller's number"),
            default="mobile",
            hint=_("As the aggregator calls it, such as mobile or phoneNumber."),
        ),
        GatewayField(name="session", title=_("Parameter of the session"), default="sessionid"),
        GatewayField(name="input", title=_("Parameter of what was entered"), default="call"),
        GatewayField(
            name="style",
            title=_("Style of answers"),
            default=END_MARK,
            hint=_("end_mark: [end] closes the conversation; con_end: answers begin with CON or END."),
        ),
        GatewayField(
            name="whole",
            title=_("What is entered comes"),
            default="whole",
            hint=_("whole: all inputs so far, joined by stars; single: the last one alone."),
        ),
    ),
)
"""The kernel's own gateway for short codes; the line's number is the code, such as *6655*123."""


def step(runtime: Runtime, line_id: int, line: Line, callback: Callback) -> str:
    """Answer one step. Raises `GatewayProblem` for a request without number or session."""
    told = callback.fields()
    names = {name: line.values.get(name, "").lower() for name in ("number", "session", "input")}
    number = sender_of(CHANNEL, told.get(names["number"], ""))
    key = told.get(names["session"], "").strip()[:100]
    if not MOBILE.fullmatch(number) or not key:
        raise GatewayProblem(_("The request names no caller or no session."))
    entered = told.get(names["input"], "")
    with runtime.system_work("USSD", "ussd.step", allowed_when_ended=True) as context:
        session = _session(context, line_id, key, number)
        answer = _next(context, session, line, entered)
    return styled(line, answer.said, answer.ended)


def inputs_of(code: str, entered: str) -> list[str]:
    """Give the inputs of a dialled string: what stands behind the short code, by stars, in Latin digits."""
    text = to_ascii_digits(entered).strip().rstrip("#").strip("*").strip()
    own = to_ascii_digits(code).strip().rstrip("#").strip("*")
    if own and (text == own or text.startswith(f"{own}*")):
        text = text[len(own) :].lstrip("*")
    return [each.strip()[:100] for each in text.split("*")] if text else []


def _session(context: Context, line_id: int, key: str, number: str) -> UssdSession:
    """Find the conversation or begin one, locked for this step; another caller's session of the same name is left alone."""
    key = f"{number}:{key}"
    values = {"line_id": line_id, "key": key, "number": number, "at": context.now}
    context.session.execute(insert(UssdSession).values(values).on_conflict_do_nothing())
    statement = select(UssdSession).where(UssdSession.line_id == line_id, UssdSession.key == key)
    return context.session.execute(statement.with_for_update()).scalar_one()


def _next(context: Context, session: UssdSession, line: Line, entered: str) -> UssdSession:
    inputs = inputs_of(line.sender, entered)
    if line.values.get("whole") == "single" and session.steps:
        inputs = [*session.inputs, *inputs]
    repeated = session.steps > 0 and inputs == session.inputs
    if session.ended or repeated or session.steps >= MOST_STEPS:
        return session
    if session.party_id is None:
        session.party_id = _caller(context, session.number)
    notes = dict(session.notes)
    answer = _answer(context, session, inputs, notes)
    session.said = shortened(context.runtime.translate(answer.text))
    session.inputs, session.notes, session.ended = inputs, notes, answer.end
    session.steps, session.at = session.steps + 1, context.now
    context.session.flush()
    return session


def _caller(context: Context, number: str) -> int:
    """Give the party of a caller; the first contact enters him as a person."""
    found = matched(context, CHANNEL, number)
    if found:
        return found[0]
    name = context.runtime.translate(_("USSD caller %(number)s", number=to_persian_digits(f"0{number[3:]}")))
    return make_person(context, number, {"last_name": name})


def _answer(
    context: Context, session: UssdSession, inputs: Sequence[str], notes: dict[str, Any]
) -> UssdAnswer:
    assert session.party_id is not None
    entries = entries_for(context, session.party_id)
    if not entries:
        return UssdAnswer(text=_("Welcome. There is nothing to choose from yet."), end=True)
    if not inputs:
        return UssdAnswer(text=_menu(context, entries))
    chosen = int(inputs[0]) if inputs[0].isdecimal() and len(inputs[0]) < 4 else 0
    if not 1 <= chosen <= len(entries):
        wrong = context.runtime.translate(_("This choice is not there."))
        return UssdAnswer(text=f"{wrong}\n{_menu(context, entries)}", end=True)
    kept: dict[str, Any] = notes.setdefault(entries[chosen - 1].key, {})
    asked = UssdStep(number=session.number, party_id=session.party_id, inputs=tuple(inputs[1:]), notes=kept)
    return entries[chosen - 1].answer(context, asked)


def entries_for(context: Context, party_id: int) -> list[UssdEntry]:
    """Give the entries that a caller sees, in their order."""
    found = context.runtime.declared.declarations.of("ussd_menus")
    entries = sorted(found, key=lambda answer: (answer.value.order, answer.plugin, answer.value.key))
    return [each.value for each in entries if each.value.shown is None or each.value.shown(context, party_id)]


def _menu(context: Context, entries: Sequence[UssdEntry]) -> str:
    translate = context.runtime.translate
    return "\n".join(f"{place}. {translate(each.title)}" for place, each in enumerate(entries, 1))


def shortened(text: str) -> str:
    """Keep a screen within what a phone shows."""
    return text if len(text) <= LONGEST_SCREEN else text[: LONGEST_SCREEN - 1].rstrip() + "…"


def styled(line: Line, text: str, end: bool) -> str:
    """Write an answer in the style of the aggregator."""
    if line.values.get("style") == CON_END:
        return f"{'END' if end else 'CON'} {text}"
    return f"{text}[end]" if end else text


def forget(context: Context) -> None:
    """Delete old conversations; a job of the system."""
    context.session.execute(delete(UssdSession).where(UssdSession.at < func.now() - KEPT))
