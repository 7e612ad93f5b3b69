"""Setting up the ladders of reminders that an agency begins with; each may be changed afterwards like any other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from kernel.api import Context, LazyText, Refused, _, command, language_of, squeeze


@dataclass(frozen=True)
class Ladder:
    """One ladder: of which date, on which way, so many days before, with which words."""

    key: str
    name: LazyText
    source: str
    days: Sequence[int]
    channel: str
    body: LazyText | str = ""
    kind: str = "service"
    on_day_off: str = "earlier"


LADDERS = (
    Ladder(
        "end",
        _("End of a policy, to the insured"),
        "insurance.end",
        (30, 15, 7, 1),
        "sms",
        _(
            "{{ party.addressed }}, your insurance policy ends on {{ reminder.day }}, in {{ reminder.days }} days."
            " To renew it call us. {{ own.name }}"
        ),
    ),
    Ladder("call", _("End of a policy, for the expert"), "insurance.end", (20, 10, 3), "list"),
    Ladder(
        "instalment",
        _("Instalment of a premium, to the insured"),
        "insurance.instalment",
        (3, 0),
        "sms",
        _(
            "{{ party.addressed }}, an instalment of your premium comes due on {{ reminder.day }}. {{ own.name }}"
        ),
    ),
    Ladder("unpaid", _("Instalment of a premium, for the expert"), "insurance.instalment", (0,), "list"),
    Ladder("claim", _("Next step of a claim, for the expert"), "insurance.claim_step", (0,), "list"),
    Ladder(
        "birthday",
        _("Birthday of an insured"),
        "insurance.birthday",
        (0,),
        "sms",
        _("{{ party.addressed }}, happy birthday. {{ own.name }}"),
        "greeting",
        "keep",
    ),
    Ladder(
        "wedding",
        _("Wedding day of an insured"),
        "insurance.wedding",
        (0,),
        "sms",
        _("{{ party.addressed }}, we congratulate you on the anniversary of your wedding. {{ own.name }}"),
        "greeting",
        "keep",
    ),
)


ALONE = "insurance.set_up_reminders"
"""What two users who press the button at once wait for."""
GREETINGS = ("birthday", "wedding")
"""Dates of everybody of which a ladder greets the insured too: they are not greeted twice."""


def present(context: Context) -> set[str]:
    """Give the sources for which somebody has a ladder already, each with its way."""
    ladder = context.runtime.resource("reminder_ladder").model
    with context.system("which ladders there are") as system:
        found = system.session.execute(select(ladder.source, ladder.channel))
        known = {(source, channel) for source, channel in found}
    known |= {
        (f"insurance.{name}", way)
        for name in GREETINGS
        for source, way in known
        if source == f"kernel.{name}"
    }
    return {f"{source} {channel}" for source, channel in known}


def missing(context: Context) -> list[Ladder]:
    """Give the ladders that nobody has yet and that the actor may plan."""
    known = present(context)
    sources = context.runtime.declared.declarations.of("record_dates")
    running = {f"{each.plugin}.{each.value.key}" for each in sources}
    return [
        each
        for each in LADDERS
        if f"{each.source} {each.channel}" not in known
        and each.source in running
        and (each.channel == "list" or context.may("message", "send"))
        and (each.source != "insurance.wedding" or context.may("party_family", "view"))
    ]


@command(
    "insurance.set_up_reminders",
    _("Set up the reminders of the agency"),
    resource="insurance.policy",
    action="assign",
    fields=(),
)
def set_up_reminders(context: Context) -> int:
    """Make the ladders that are missing, in the name of the actor, whose rights say whom they reach; gives how many."""
    context.require("reminder_ladder", "create")
    with context.system("one at a time sets up reminders") as system:
        system.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(ALONE, 0))))
    wanted = missing(context)
    if not wanted:
        raise Refused(_("All of them are there already."))
    for each in wanted:
        template = _template(context, each) if each.channel == "sms" else None
        context.run(
            "record.create",
            resource="reminder_ladder",
            values={
                "name": context.text(each.name),
                "source": each.source,
                "channel": each.channel,
                "template": template,
                "recipient": "party",
                "on_day_off": each.on_day_off,
                "nowruz_off": True,
                "active": True,
            },
            parts={"rungs": [{"days_before": day, "at": "09:00"} for day in each.days]},
        )
    return len(wanted)


def _template(context: Context, ladder: Ladder) -> int:
    """Make the text of a ladder; where one of its name was left behind, that is taken, with the site's own words."""
    kinds = context.runtime.resource("message_kind").model
    texts = context.runtime.resource("message_template").model
    named = squeeze(context.text(ladder.name))
    language = language_of(context.site.locale)
    with context.system("the kind of message, and a text that is there") as system:
        kind = system.session.execute(select(kinds.id).where(kinds.code == ladder.kind)).scalar_one()
        there = select(texts.id).where(
            texts.channel == "sms", texts.language == language, texts.search_key == named
        )
        held: int | None = system.session.execute(there.limit(1)).scalar_one_or_none()
    if held is not None:
        return held
    made = context.run(
        "record.create",
        resource="message_template",
        values={
            "name": context.text(ladder.name),
            "channel": "sms",
            "language": language,
            "kind": kind,
            "body": context.text(ladder.body),
        },
    )
    return int(made)
