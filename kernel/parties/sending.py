"""To which parties an actor may send messages: the right `send`, in its scopes. Every way of sending asks here."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement

from kernel.access.session import allowed, allowed_ids
from kernel.parties.models import Party
from kernel.resources.context import Context

RIGHT = ("party", "send")
"""What patterns grant."""


def may_send(context: Context, party_ids: Sequence[int]) -> list[int]:
    """Give those of the parties to which the actor may send, in the order given; each of them he also sees.

    Hidden and absent parties are missing alike. One query however many ids.
    """
    wanted = list(dict.fromkeys(party_ids))
    if not wanted or not context.may(*RIGHT):
        return []
    found = allowed_ids(context.session, Party, wanted, RIGHT[1])
    return [number for number in wanted if number in found]


def sendable(context: Context) -> ColumnElement[bool]:
    """Give the condition of the parties to which the actor may send, for `where()` in a select of `Party`."""
    return allowed(context.session, Party, RIGHT[1])
