"""Telling a user that he is in charge of a record from now on."""

from __future__ import annotations

from kernel.extension.contributions import NoticeKind
from kernel.i18n import _, ngettext_lazy
from kernel.resources.context import Context
from kernel.resources.notices.telling import notify
from kernel.resources.resource import Resource

HANDED_OVER = NoticeKind(
    key="kernel.handed_over", title=_("A record was handed over to you"), icon="user-check", order=10
)


def tell_receiver(
    context: Context, resource: Resource, record_id: int, owner: int | None, former: int | None
) -> None:
    """Tell whoever has received a record from another; many of a kind from one user within an hour are one notice."""
    if owner is None or owner in (former, context.actor.user_id):
        return
    text = ngettext_lazy(
        "%(kind)s: %(name)s handed one over to you",
        "%(kind)s: %(name)s handed %(n)d over to you",
        n=1,
        kind=resource.title,
        name=context.actor.name,
    )
    notify(
        context,
        [owner],
        kind=HANDED_OVER.key,
        text=text,
        record=(resource.name, record_id),
        address=f"/{resource.path}",
        occasion=f"{resource.name} {context.actor.user_id} {context.now:%Y-%m-%d %H}",
        counted=True,
    )


def tell_of_many(context: Context, resource: Resource, receiver: int, count: int, occasion: str) -> None:
    """Tell whoever has received many records of a kind at once, from one who leaves."""
    if receiver == context.actor.user_id:
        return
    text = ngettext_lazy(
        "%(kind)s: %(name)s handed one over to you",
        "%(kind)s: %(name)s handed %(n)d over to you",
        n=count,
        kind=resource.title,
        name=context.actor.name,
    )
    notify(
        context,
        [receiver],
        kind=HANDED_OVER.key,
        text=text,
        address=f"/{resource.path}",
        occasion=f"{occasion} {context.now:%Y-%m-%d %H:%M}",
    )
