"""What members and staff are told: changes of rank, the balance on demand."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from kernel.api import (
    Context,
    MessageTemplate,
    NoticeKind,
    Party,
    _,
    is_persian,
    notify,
    queue_message,
    to_persian_digits,
)
from plugins.club.caring import expires_within, rank_title
from plugins.club.models import Member, RankChange
from plugins.club.terms import terms_of

ROSE = NoticeKind(
    key="rose", title=_("A customer of yours rose to another rank"), icon="trending-up", order=10
)
FELL = NoticeKind(
    key="fell", title=_("A customer of yours fell to another rank"), icon="trending-down", order=20
)
WON = NoticeKind(key="won", title=_("A customer of yours won in a draw"), icon="trophy", order=30)
UNHAPPY = NoticeKind(
    key="unhappy", title=_("A customer of yours answered a survey unhappily"), icon="alert-triangle", order=40
)
NOTICES = (ROSE, FELL, WON, UNHAPPY)
WORDS = {
    "up": (ROSE, _("Rose to another rank of the club")),
    "down": (FELL, _("Fell to another rank of the club")),
}
SOON = 30
"""Days within which expiring points are told of."""

ASKED = {
    "name": _("Name of the member"),
    "survey": _("Title of the survey"),
    "question": _("The first question"),
    "link": _("Address of the survey"),
}
TEMPLATES = (
    MessageTemplate(
        key="contact",
        title=_("Planned message to members"),
        body=_("{name}\n{words}"),
        places={"name": _("Name of the member"), "words": _("Words of the plan")},
        order=45,
    ),
    MessageTemplate(
        key="wish_ready",
        title=_("What a member wished for is there"),
        body=_("{name}\n“{wish}” that you asked for is there. We look forward to your visit."),
        places={"name": _("Name of the member"), "wish": _("What is wished for")},
        order=47,
    ),
    MessageTemplate(
        key="survey",
        title=_("Survey, by SMS"),
        body=_("{name}\n{question}\nAnswer here, or send a number back: {link}"),
        places=ASKED,
        order=50,
    ),
    MessageTemplate(
        key="survey_email",
        title=_("Survey, by e-mail"),
        body=_("{name}\nWe would like to hear from you: {survey}\n{link}"),
        places=ASKED,
        channel="email",
        order=60,
    ),
    MessageTemplate(
        key="balance",
        title=_("Balance of points"),
        body=_(
            "{name}\nYou have {points} points, worth {value} Rials. {expiring} of them expire within 30 days. Rank: {rank}"
        ),
        places={
            "name": _("Name of the member"),
            "points": _("Points"),
            "value": _("Value of the points"),
            "expiring": _("Points that expire soon"),
            "rank": _("Rank"),
        },
        order=10,
    ),
    MessageTemplate(
        key="rank_up",
        title=_("Rise of rank"),
        body=_("{name}\nYou have come to the rank “{rank}” of our club. Thank you for your loyalty."),
        places={"name": _("Name of the member"), "rank": _("Rank")},
        order=20,
    ),
    MessageTemplate(
        key="rank_down",
        title=_("Fall of rank"),
        body=_("{name}\nYour rank in our club is now “{rank}”. We look forward to your next visit."),
        places={"name": _("Name of the member"), "rank": _("Rank")},
        order=30,
    ),
    MessageTemplate(
        key="winner",
        title=_("Winner of a draw"),
        body=_("{name}\nYou have won in our draw “{draw}”. Congratulations!"),
        places={"name": _("Name of the member"), "draw": _("Title of the draw")},
        order=40,
    ),
)


def tell_of_ranks(system: Context, changes: Iterable[RankChange]) -> None:
    """Tell whoever is in charge of a member, and the member where the site wishes it."""
    wish = terms_of(system.runtime).tell_rank
    for change in changes:
        if change.kind not in WORDS:
            continue
        member = system.session.get_one(Member, change.member_id)
        tell_owner(system, member, WORDS[change.kind][0], WORDS[change.kind][1], f"rank {change.id}")
        if wish in ("both", change.kind):
            queue_message(
                system,
                purpose="club.rank",
                occasion=str(change.id),
                party_id=member.party_id,
                template=f"club.rank_{change.kind}",
                values={"name": name_of(member), "rank": rank_title(system, change.after_id) or "—"},
            )


def tell_owner(system: Context, member: Member, kind: NoticeKind, text: object, occasion: str) -> None:
    """Tell the user who is in charge of a member's party, where there is one."""
    owner = system.session.execute(
        select(Party.owner_id).where(Party.id == member.party_id)
    ).scalar_one_or_none()
    if owner is not None:
        notify(
            system,
            [owner],
            kind=f"club.{kind.key}",
            text=text,  # type: ignore[arg-type]
            record=("club.member", member.id),
            occasion=occasion,
        )


def balance_places(system: Context, member: Member) -> dict[str, str]:
    """Give the values of the message that tells a member the balance."""
    terms = terms_of(system.runtime)
    return {
        "name": name_of(member),
        "points": shown(system, member.balance),
        "value": shown(system, member.balance * terms.point_value),
        "expiring": shown(system, expires_within(system, member.id, SOON)),
        "rank": rank_title(system, member.rank_id) or "—",
    }


def name_of(member: Member) -> str:
    """Give the name without the number."""
    return member.title.rpartition(" · ")[0] or member.title


def shown(context: Context, number: int) -> str:
    """Write a number as readers of the site's language read it."""
    text = f"{number:,}"
    return to_persian_digits(text).replace(",", "٬") if is_persian(context.site.locale) else text
