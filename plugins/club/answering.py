"""What members ask by SMS and USSD: their points, and to take part in draws."""

from __future__ import annotations

from functools import partial

from sqlalchemy import select

from kernel.api import Context, Inbound, UssdAnswer, UssdEntry, UssdStep, _, squeeze
from plugins.club.accounts import open_account
from plugins.club.caring import expires_within
from plugins.club.commands.draws import enrol
from plugins.club.joining import member_of
from plugins.club.models import Draw, Member, Wish
from plugins.club.surveys.by_sms import answer_by_sms
from plugins.club.telling import SOON, balance_places, shown

WISH_LIMIT = 200
"""Characters of a wish's title; a longer one stands in its note."""


def answer_message(context: Context, message_id: int) -> str | None:
    """Answer an SMS that asks for points, or that registers for draws; leave all others alone."""
    message = context.session.get(Inbound, message_id)
    if message is None or message.channel != "sms" or message.party_id is None:
        return None
    answered = _answered(context, message)
    if answered is not None:
        return answered
    asked = squeeze(message.keyword)
    words = {
        squeeze(context.runtime.setting(f"club.{name}") or ""): answer
        for name, answer in (
            ("points_word", balance_words),
            ("draw_word", register_words),
            ("wish_word", partial(wish_words, message.body)),
        )
    }
    answer = words.get(asked) if asked else None
    if answer is None:
        return None
    with context.system("an SMS to the club") as system:
        member = member_of(system.session, message.party_id)
        if member is None or member.state == "left":
            return None
        return context.text(answer(system, member, "sms"))


def _answered(context: Context, message: Inbound) -> str | None:
    """Take a number as the answer to a survey, where one waits for it."""
    with context.system("a number by SMS") as system:
        member = member_of(system.session, message.party_id or 0)
        if member is None or member.state == "left":
            return None
        return answer_by_sms(system, member, message.body)


def balance_words(system: Context, member: Member, channel: str) -> object:
    """Tell the balance."""
    del channel
    held = open_account(system.session, member.id, system.today).member
    places = balance_places(system, held)
    return _(
        "You have %(points)s points, worth %(value)s Rials. Rank: %(rank)s",
        points=places["points"],
        value=places["value"],
        rank=places["rank"],
    )


def wish_words(body: str, system: Context, member: Member, channel: str) -> object:
    """Write down what a member would like to buy: what follows the word."""
    del channel
    title = body.strip().partition(" ")[2].strip() or body.strip().partition("\n")[2].strip()
    if not title:
        return _("Write after the word what you would like to buy.")
    wish = Wish(
        member_id=member.id,
        title=title[:WISH_LIMIT],
        search_key=squeeze(title[:WISH_LIMIT]),
        note=_note(title),
    )
    system.session.add(wish)
    system.session.flush()
    return _("We have noted your wish, and will tell you. Thank you!")


def _note(title: str) -> str | None:
    return title if len(title) > WISH_LIMIT else None


def register_words(system: Context, member: Member, channel: str) -> object:
    """Register for all draws that ask for it, and say for how many."""
    if member.state != "active":
        return _("Your membership rests.")
    there = open_draws(system)
    for draw in there:
        enrol(system, draw, member.id, channel)
    if not there:
        return _("There is no draw at present for which one can register.")
    return _("You take part in %(count)s draws. Good luck!", count=shown(system, len(there)))


def open_draws(system: Context) -> list[Draw]:
    """Give the draws for which one can register today."""
    statement = select(Draw).where(
        Draw.state == "planned",
        Draw.registered_only,
        Draw.begins <= system.today,
        Draw.ends >= system.today,
    )
    return list(system.session.execute(statement.order_by(Draw.id)).scalars())


def _is_member(context: Context, party_id: int) -> bool:
    with context.system("who sees the club's menu") as system:
        member = member_of(system.session, party_id)
        return member is not None and member.state == "active"


def _may_register(context: Context, party_id: int) -> bool:
    if not _is_member(context, party_id):
        return False
    with context.system("draws that are open") as system:
        return bool(open_draws(system))


def _points(context: Context, step: UssdStep) -> UssdAnswer:
    with context.system("points by USSD") as system:
        member = member_of(system.session, step.party_id)
        if member is None:
            return UssdAnswer(text=_("You are not a member of the club."), end=True)
        held = open_account(system.session, member.id, system.today).member
        text = _(
            "%(points)s points; %(soon)s expire soon",
            points=shown(system, held.balance),
            soon=shown(system, expires_within(system, held.id, SOON)),
        )
        return UssdAnswer(text=text, end=True)


def _draw(context: Context, step: UssdStep) -> UssdAnswer:
    with context.system("registering by USSD") as system:
        member = member_of(system.session, step.party_id)
        if member is None or member.state != "active":
            return UssdAnswer(text=_("You are not a member of the club."), end=True)
        return UssdAnswer(text=register_words(system, member, "ussd"), end=True)  # type: ignore[arg-type]


USSD = (
    UssdEntry(key="points", title=_("My points"), answer=_points, shown=_is_member, order=300),
    UssdEntry(key="draw", title=_("Take part in the draw"), answer=_draw, shown=_may_register, order=310),
)
