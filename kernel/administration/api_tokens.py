"""Tokens by which programs act for a user: one's own, and those of service users, who have no password.

A user makes tokens for himself where the site lets him; administrators make them for users who cannot sign in themselves,
so that nobody acts in the name of a person who did not ask for it. Administrators see all tokens and revoke any.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from kernel.access import api_tokens, second_factor
from kernel.access.actor import Actor, Right
from kernel.access.api_models import ApiToken
from kernel.access.models import UserAccount, UserPassword
from kernel.administration.rights import ACTIONS, ResourceRights, grantable, grantable_rights
from kernel.administration.users import find_user
from kernel.extension.contributions import Setting
from kernel.i18n import LazyText, _
from kernel.resources import fields
from kernel.resources.administrators import administrators_only
from kernel.resources.audit import note
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import Forbidden, Invalid, NotFound, Problem, Refused
from kernel.resources.fields import Field, read_all
from kernel.resources.runtime import Runtime

OWN_TOKENS = "interfaces.own_tokens"
REQUESTS = "interfaces.requests_per_minute"
ORIGINS = "interfaces.origins"
MOST_DAYS = 366

SETTINGS = (
    Setting(
        key=OWN_TOKENS,
        title=_("Users may make tokens for programs of their own"),
        kind="yes_no",
        default=True,
        help=_(
            "A token never does more than its user may. Tokens that are there go on when this is switched off."
        ),
        order=10,
    ),
    Setting(
        key=REQUESTS,
        title=_("Requests that one token may make in a minute"),
        kind="whole",
        default=600,
        bounds=(10, 60_000),
        order=20,
    ),
    Setting(
        key=ORIGINS,
        title=_("Web pages of others that may call the interface"),
        kind="long_text",
        default="",
        help=_(
            "One address in each line, such as https://www.example.com. Empty: browsers refuse all of them."
        ),
        order=30,
    ),
)

NAME = fields.Text("name", _("Name of the token"), required=True, limit=80)
DAYS = fields.Whole("days", _("Days that it is good for"), required=True, least=1, most=MOST_DAYS)
FIELDS: tuple[Field, ...] = (NAME, DAYS)


@dataclass(frozen=True)
class TokenRow:
    """A token as pages show it."""

    id: int
    user_id: int
    user: str
    name: str
    hint: str
    kinds: Sequence[str]
    """Titles of the kinds of records that it is narrowed to; empty: all."""
    actions: Sequence[str]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    used_from: str
    state: str
    """`good`, `expired` or `revoked`."""


def own_tokens(context: Context) -> list[TokenRow]:
    """Give one's own tokens, the newest first."""
    return _rows(context, ApiToken.user_id == (context.actor.user_id or -1))


def all_tokens(context: Context) -> list[TokenRow]:
    """Give everybody's tokens; for administrators."""
    administrators_only(context)
    return _rows(context)


def tokens_of(context: Context, user_id: int) -> list[TokenRow]:
    """Give the tokens of a user; for administrators."""
    administrators_only(context)
    return _rows(context, ApiToken.user_id == user_id)


def narrowing_choices(context: Context) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Give what a token may be narrowed to: kinds of records and actions, each with its title."""
    held = [each for each in grantable(context.runtime) if _held(context, each)]
    special = {name: title for each in held for name, title in each.special.items()}
    actions = [(name, _in_words(context, title)) for name, title in {**ACTIONS, **special}.items()]
    return [(each.name, _in_words(context, each.title)) for each in held], actions


def may_make_own(context: Context) -> bool:
    """Say whether users make tokens for themselves on this site; administrators do in any case."""
    return bool(context.runtime.setting(OWN_TOKENS)) or context.actor.is_administrator


def is_service_user(context: Context, user_id: int) -> bool:
    """Say whether a user has no password: a program's account, for which administrators make tokens."""
    administrators_only(context)
    find_user(context, user_id)
    with context.system("whether a user can sign in") as system:
        return system.session.get(UserPassword, user_id) is None


@command("token.make", _("Make a token for a program"), checks_itself=True)
def make(
    context: Context,
    *,
    values: Mapping[str, Any],
    user_id: int | None = None,
    kinds: Sequence[str] = (),
    actions: Sequence[str] = (),
) -> str:
    """Make a token for oneself, or for a service user, and give it: nobody can read it again.

    `kinds` and `actions` narrow it, each to all where empty. `Invalid` names each field; whoever must have a second step
    and has none makes no token.
    """
    mine = context.actor.user_id
    holder = mine if user_id is None else user_id
    if holder is None or context.actor.kind != "user":
        raise Forbidden()
    _may_make(context, holder)
    read, problems = read_all(FIELDS, values, context)
    if problems:
        raise Invalid(problems)
    rights = _rights(context, kinds, actions)
    with context.system("a token of a user") as system:
        if api_tokens.count_alive(system.session, holder, context.now) >= api_tokens.MOST_OF_A_USER:
            raise Refused(
                _("There are %(count)d tokens already. Revoke one first.", count=api_tokens.MOST_OF_A_USER)
            )
        expires = context.now + timedelta(days=read["days"])
        number, token = api_tokens.make(
            system.session, holder, read["name"], expires, context.now, by=mine or 0, rights=rights
        )
    detail = {"user": holder, "name": read["name"], "days": read["days"], "rights": rights or {}}
    note(context, "token.make", resource="api_token", record_id=number, detail=detail)
    return token


@command("token.revoke", _("Revoke a token"), checks_itself=True, allowed_when_ended=True)
def revoke(context: Context, *, token_id: int) -> None:
    """Make a token worthless at once: one's own, or as an administrator anybody's."""
    with context.system("a token of a user") as system:
        row = system.session.get(ApiToken, token_id, with_for_update=True)
        if row is None or (row.user_id != context.actor.user_id and not context.actor.is_administrator):
            raise NotFound()
        holder = row.user_id
        if row.revoked_at is None:
            row.revoked_at, row.revoked_by = context.now, context.actor.user_id or 0
    note(context, "token.revoke", resource="api_token", record_id=token_id, detail={"user": holder})


def narrowed(runtime: Runtime, bearer: api_tokens.Bearer) -> Actor:
    """Give the actor on whose behalf a program with a token works."""
    if not bearer.rights:
        return bearer.actor
    every: set[Right] = grantable_rights(runtime) if bearer.actor.is_administrator else set()
    return api_tokens.narrowed(bearer.actor, bearer.rights, every)


def _may_make(context: Context, holder: int) -> None:
    if holder == context.actor.user_id:
        if not may_make_own(context):
            raise Forbidden(_("On this site only administrators make tokens."))
    elif not is_service_user(context, holder):
        raise Refused(_("This user signs in with a password, and makes tokens for himself."))
    with context.system("whether a second step is demanded") as system:
        owed = second_factor.is_required(system.session, holder)
        if owed and holder == context.actor.user_id and not second_factor.is_set_up(system.session, holder):
            raise Refused(_("This site demands a second step of you. Set it up first."))


def _rights(context: Context, kinds: Sequence[str], actions: Sequence[str]) -> dict[str, Any] | None:
    known = {each.name for each in grantable(context.runtime)}
    usual = {action for each in grantable(context.runtime) for action in each.actions}
    for field, given, offered in (("kinds", kinds, known), ("actions", actions, usual)):
        if set(given) - offered:
            raise Invalid([Problem(field, _("This choice is not offered (any more)."))])
    rights: dict[str, Any] = {}
    if kinds:
        rights["kinds"] = sorted(set(kinds))
    if actions:
        rights["actions"] = sorted(set(actions))
    return rights or None


def _held(context: Context, right: ResourceRights) -> bool:
    return any(context.may(right.name, action) for action in right.actions)


def _in_words(context: Context, title: LazyText | str) -> str:
    return context.text(title) if isinstance(title, LazyText) else str(title)


def _rows(context: Context, *conditions: Any) -> list[TokenRow]:
    known = grantable(context.runtime)
    titles = {each.name: _in_words(context, each.title) for each in known}
    special = {name: title for each in known for name, title in each.special.items()}
    actions = {name: _in_words(context, title) for name, title in {**special, **ACTIONS}.items()}
    statement = (
        select(ApiToken, UserAccount.display_name)
        .join(UserAccount, UserAccount.id == ApiToken.user_id)
        .where(*conditions)
        .order_by(ApiToken.revoked_at.is_not(None), ApiToken.id.desc())
        .limit(200)
    )
    with context.system("tokens of users") as system:
        found = system.session.execute(statement).all()
        return [_row(context, row, name, titles, actions) for row, name in found]


def _row(
    context: Context, row: ApiToken, user: str, titles: Mapping[str, str], actions: Mapping[str, str]
) -> TokenRow:
    rights = row.rights or {}
    state = "revoked" if row.revoked_at else "expired" if row.expires_at <= context.now else "good"
    return TokenRow(
        id=row.id,
        user_id=row.user_id,
        user=user,
        name=row.name,
        hint=row.hint,
        kinds=[titles.get(name, name) for name in rights.get("kinds", ())],
        actions=[actions.get(name, name) for name in rights.get("actions", ())],
        created_at=row.created_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
        used_from=row.used_from,
        state=state,
    )
