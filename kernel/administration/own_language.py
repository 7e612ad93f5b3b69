"""The language in which a user reads the pages: his own to choose, as the form of users offers it to administrators."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import update

from kernel.access.models import UserAccount
from kernel.administration.users import LOCALE
from kernel.i18n import _
from kernel.resources.audit import note
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import Forbidden, Invalid
from kernel.resources.fields import FieldError

NAMES: Mapping[str, str] = {"fa": "فارسی", "en": "English"}
"""What each language is called in itself, so that whoever cannot read the present one finds his."""


@command("account.language", _("Change one's language"), checks_itself=True)
def choose(context: Context, *, language: str) -> None:
    """Let the actor read pages in another language from now on. Raises `Invalid` for one that there is not."""
    if context.actor.kind != "user" or context.actor.user_id is None:
        raise Forbidden()
    try:
        chosen = LOCALE.read(language, context)
    except FieldError as error:
        raise Invalid([LOCALE.problem(error)]) from error
    mine = update(UserAccount).where(UserAccount.id == context.actor.user_id)
    with context.system("the language of a user") as system:
        system.session.execute(mine.values(locale=chosen))
    note(
        context,
        "account.language",
        resource="user",
        record_id=context.actor.user_id,
        detail={"locale": chosen},
    )
