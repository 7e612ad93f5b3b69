"""What the nightly jobs run, and what follows the kernel's own records. All of it may be repeated."""

from __future__ import annotations

from sqlalchemy import select

from kernel.api import Context, Party, _, command
from plugins.club import caring
from plugins.club.joining import member_of, name_member, title_of
from plugins.club.telling import tell_of_ranks


@command("club.settle", _("Let points count and expire"), resource="club.entry", action="care")
def settle(context: Context) -> int:
    """Bring all accounts to today; gives how many had something to do."""
    with context.system("points count and expire") as system:
        return caring.settle_all(system)


@command("club.decay", _("Let points of idle members decay"), resource="club.entry", action="care")
def decay(context: Context) -> int:
    """Let points of idle members decay by the formula of the settings; gives how many members lost some."""
    with context.system("points decay") as system:
        return caring.decay_all(system)


@command("club.congratulate", _("Give points on birthdays"), resource="club.entry", action="care")
def congratulate(context: Context) -> int:
    """Give points to whoever has a birthday; gives how many got some."""
    with context.system("birthdays") as system:
        return caring.congratulate(system)


@command("club.judge_ranks", _("Judge the ranks of all members"), resource="club.member", action="set_rank")
def judge_ranks(context: Context) -> int:
    """Judge all ranks by the window that ends today, and tell of changes; gives how many changed."""
    with context.system("ranks") as system:
        changes = caring.judge_all(system)
        tell_of_ranks(system, changes)
        return len(changes)


@command("club.join_by_rules", _("Make members by rules"), resource="club.member", action="create")
def join_by_rules(context: Context) -> int:
    """Make members of all whom the rules find; gives how many joined."""
    with context.system("rules of joining") as system:
        return caring.join_by_rules(system)


@command("club.rename", _("Call a member by the party's new name"), resource="club.member", action="edit")
def rename(context: Context, *, party_id: int) -> None:
    """Follow a party whose name was changed; nothing where it is no member."""
    with context.system("name of a member") as system:
        member = member_of(system.session, party_id)
        name = system.session.execute(
            select(Party.display_name).where(Party.id == party_id)
        ).scalar_one_or_none()
        if member is not None and name is not None and member.title != title_of(name, member.number):
            name_member(member, name)
            system.session.flush()
