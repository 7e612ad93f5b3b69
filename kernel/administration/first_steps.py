"""The first steps of a new administrator and a new user, ticked by facts, until they are done or put away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from kernel.access.models import UserAccount
from kernel.extension.contributions import FirstStep
from kernel.i18n import _
from kernel.interactions.models import Interaction
from kernel.parties.models import Party
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.opened.models import Favourite, OpenedRecord
from kernel.resources.own_choices import choose, own_choices

PUT_AWAY = "first_steps.put_away"


def steps(context: Context) -> list[FirstStep]:
    """Give the steps that the actor can take, in their order; none where he has put them away or has taken all."""
    if context.read_only or context.actor.user_id is None or own_choices(context, PUT_AWAY):
        return []
    answers = context.runtime.items("first_steps", ctx=context)
    found = [each.value for each in answers]
    usable = [each for each in found if each.permission is None or context.may(*each.permission)]
    return [] if all(each.done for each in usable) else usable


@command("first_steps.show", _("Show or put away the first steps"), checks_itself=True)
def show(context: Context, *, shown: bool) -> None:
    """Put the actor's list of first steps away, or show it again as far as something is left."""
    choose(context, {PUT_AWAY: None if shown else True})


def first_steps(ctx: Context) -> Iterator[FirstStep]:
    """Give the kernel's own steps: those of an administrator before those of everybody."""
    if ctx.actor.is_administrator:
        yield from _of_administrators(ctx)
    yield FirstStep(
        key="person",
        title=_("Enter the first person, or import your list from a file"),
        url="/persons/new",
        done=_any(ctx, Party.id),
        permission=("party", "create"),
        order=40,
    )
    yield FirstStep(
        key="open",
        title=_("Open the page of a person and look around"),
        url="/persons",
        done=_any(ctx, OpenedRecord.id),
        permission=("party", "view"),
        order=50,
    )
    yield FirstStep(
        key="interaction",
        title=_("Record a call or a visit: F9 on any page"),
        url="/interactions",
        done=_any(ctx, Interaction.id, Interaction.created_by == ctx.actor.user_id),
        permission=("interaction", "create"),
        order=60,
    )
    yield FirstStep(
        key="favourite",
        title=_("Give a star to a record that you need often"),
        url="/favourites",
        done=_any(ctx, Favourite.id),
        permission=("party", "view"),
        order=70,
    )


def _of_administrators(ctx: Context) -> Iterator[FirstStep]:
    branding = ctx.runtime.branding
    yield FirstStep(
        key="name",
        title=_("Enter the name of your office, and its logo"),
        url="/administration/branding",
        done=bool(branding.name or branding.logo_kind),
        order=10,
    )
    with ctx.system("whether there are other users") as system:
        others = _any(system, UserAccount.id, UserAccount.id != ctx.actor.user_id)
    yield FirstStep(
        key="user",
        title=_("Add the users who work with you"),
        url="/administration/users/new",
        done=others,
        order=20,
    )


def _any(context: Context, column: Any, *conditions: Any) -> bool:
    return context.session.execute(select(column).where(*conditions).limit(1)).first() is not None
