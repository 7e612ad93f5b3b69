"""Users of the site: who may sign in, as what, and with which patterns. For administrators alone.

One active administrator always remains, whoever presses what at the same time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from kernel.access.api_tokens import revoke_all
from kernel.access.errors import AccessProblem
from kernel.access.links import asking
from kernel.access.models import LoginSession, Pattern, Unit, UserAccount, UserPassword, UserPattern
from kernel.access.users import USERNAME as WELL_FORMED
from kernel.access.users import (
    create_user,
    email_taken,
    end_sessions,
    folded,
    give_patterns,
    set_password,
    withdraw_links,
)
from kernel.i18n import _
from kernel.resources import fields
from kernel.resources.administrators import administrators_only
from kernel.resources.audit import note
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import EditConflict, Forbidden, Invalid, NotFound, Problem
from kernel.resources.fields import Field, read_all

USERNAME = fields.Code("username", _("User name"), required=True, limit=60)
DISPLAY_NAME = fields.Text("display_name", _("Display name"), required=True, limit=100)
EMAIL = fields.Email(
    "email", _("E-mail"), help=_("Invitations and links for a forgotten password are sent there.")
)
LOCALE = fields.Choice(
    "locale", _("Language"), options={"fa": _("Persian"), "en": _("English")}, required=True, default="fa"
)
PERSON = fields.Link("person", _("Linked person"), to="person", help=_("This user as one of your persons."))
ADMINISTRATOR = fields.YesNo(
    "is_administrator",
    _("Administrator"),
    help=_("May see and do everything, and alone manages users, patterns and plugins."),
)
ACTIVE = fields.YesNo("active", _("May sign in"), default=True)
PASSWORD = fields.Text("password", _("Password"), required=True, limit=200)
FIRST_PASSWORD = fields.Text(
    "password",
    _("Password"),
    limit=200,
    help=_("Leave it empty to invite the user: a link lets him choose the password himself."),
)
FIELDS: tuple[Field, ...] = (USERNAME, DISPLAY_NAME, EMAIL, LOCALE, PERSON, ADMINISTRATOR, ACTIVE)
"""What is entered of a user besides password and patterns."""


@dataclass(frozen=True)
class UserRow:
    """A user in the list."""

    id: int
    username: str
    display_name: str
    is_administrator: bool
    active: bool
    patterns: tuple[str, ...]
    seen_at: datetime | None
    has_password: bool
    asked: bool
    """Whether he has asked for a new password, and nobody has seen to it."""


def user_rows(context: Context) -> list[UserRow]:
    """Give all users with their patterns and when they were last seen; five queries."""
    session = context.session
    titles: dict[int, list[str]] = {}
    for row in session.execute(
        select(UserPattern.user_id, Pattern.title)
        .join(Pattern, Pattern.id == UserPattern.pattern_id)
        .order_by(Pattern.title)
    ):
        titles.setdefault(row.user_id, []).append(row.title)
    last = select(LoginSession.user_id, func.max(LoginSession.seen_at)).group_by(LoginSession.user_id)
    seen = {row[0]: row[1] for row in session.execute(last)}
    with context.system("who has no password yet, or asked for a new one") as system:
        secured = set(system.session.execute(select(UserPassword.user_id)).scalars())
        asked = asking(system.session, context.now)
    users = session.execute(
        select(UserAccount).order_by(UserAccount.active.desc(), UserAccount.display_name, UserAccount.id)
    ).scalars()
    return [
        UserRow(
            user.id,
            user.username,
            user.display_name,
            user.is_administrator,
            user.active,
            tuple(titles.get(user.id, ())),
            seen.get(user.id),
            user.id in secured,
            user.id in asked,
        )
        for user in users
    ]


def find_user(context: Context, user_id: int, *, lock: bool = False) -> UserAccount:
    """Give a user; raise `NotFound`."""
    statement = select(UserAccount).where(UserAccount.id == user_id)
    if lock:
        statement = statement.with_for_update()
    user = context.session.execute(statement).scalar_one_or_none()
    if user is None:
        raise NotFound()
    return user


def patterns_of(context: Context, user_id: int) -> set[int]:
    """Give the ids of the patterns that a user holds."""
    statement = select(UserPattern.pattern_id).where(UserPattern.user_id == user_id)
    return set(context.session.execute(statement).scalars())


def open_sessions(context: Context, user_id: int) -> list[LoginSession]:
    """Give the browsers in which a user is signed in, the last seen first."""
    statement = (
        select(LoginSession)
        .where(
            LoginSession.user_id == user_id,
            LoginSession.ended_at.is_(None),
            LoginSession.expires_at > context.now,
        )
        .order_by(LoginSession.seen_at.desc())
    )
    return list(context.session.execute(statement).scalars())


@command("user.create", _("Add a user"), resource="user", action="create")
def create(
    context: Context, *, values: Mapping[str, Any], password: str, patterns: Iterable[int] = ()
) -> int:
    """Add a user; gives the id. Without a password he cannot sign in before he is invited and has set one.

    `values` may name a `unit` of the house by its id.

    Raises `Invalid` naming each field.
    """
    administrators_only(context)
    read, problems = _read(context, values)
    if problems:
        raise Invalid(problems)
    with context.system("a new user") as system, explained():
        number = create_user(
            system.session,
            read["username"],
            password or None,
            display_name=read["display_name"],
            is_administrator=bool(read["is_administrator"]),
            locale=read["locale"],
            email=read["email"],
            site_title=context.site.title,
        )
    user = find_user(context, number)
    _fill(user, {**read, "username": user.username})
    _give_patterns(context, number, patterns)
    context.session.flush()
    note(context, "user.create", resource="user", record_id=number, detail={"username": user.username})
    return number


@command("user.edit", _("Change a user"), resource="user", action="edit")
def edit(
    context: Context,
    *,
    user_id: int,
    values: Mapping[str, Any],
    patterns: Iterable[int],
    version: int | None = None,
) -> None:
    """Change a user and give exactly these patterns. Whoever may not sign in any longer is signed out at once.

    The `unit` of the house stays where `values` do not name one.
    """
    administrators_only(context)
    read, problems = _read(context, values)
    if problems:
        raise Invalid(problems)
    administrators = lock_administrators(context)
    user = find_user(context, user_id, lock=True)
    if version is not None and user.version != version:
        raise EditConflict()
    read["username"] = _free_username(context, read["username"], user_id)
    _check_email(context, read["email"], user_id)
    keep_one_administrator(user, read, administrators)
    _fill(user, read)
    _give_patterns(context, user_id, patterns)
    context.session.flush()
    if not user.active:
        with context.system("a user who may not sign in any longer") as system:
            end_sessions(system.session, user_id, now=context.now)
            withdraw_links(system.session, user_id)
            revoke_all(system.session, user_id, now=context.now, by=context.actor.user_id or 0)
    note(context, "user.edit", resource="user", record_id=user_id)


@command(
    "user.set_password", _("Set a user's password"), resource="user", action="edit", allowed_when_ended=True
)
def change_password(context: Context, *, user_id: int, password: str) -> None:
    """Give a user another password; all sessions of the user end."""
    administrators_only(context)
    find_user(context, user_id)
    if not password:
        raise Invalid([Problem("password", _("%(field)s is required.", field=PASSWORD.title))])
    with context.system("a new password") as system, explained():
        set_password(system.session, user_id, password, site_title=context.site.title)
    note(context, "user.set_password", resource="user", record_id=user_id)


@command(
    "user.end_sessions",
    _("Sign a user out everywhere"),
    resource="user",
    action="edit",
    allowed_when_ended=True,
)
def sign_out(context: Context, *, user_id: int) -> None:
    """End all sessions of a user."""
    administrators_only(context)
    find_user(context, user_id)
    with context.system("sign out everywhere") as system:
        end_sessions(system.session, user_id, now=context.now)
    note(context, "user.end_sessions", resource="user", record_id=user_id)


def _read(context: Context, values: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    read, problems = read_all(FIELDS, {item.name: item.default for item in FIELDS} | dict(values), context)
    if read.get("email"):
        read["email"] = read["email"].casefold()
    if "unit" in values:
        read["unit"] = values["unit"]
        wanted = select(Unit.id).where(Unit.id == values["unit"])
        if values["unit"] is not None and context.session.execute(wanted).scalar_one_or_none() is None:
            problems.append(Problem("unit", _("There is no such unit any more.")))
    return read, problems


@contextmanager
def explained() -> Iterator[None]:
    """Tell what is wrong with a user name or password beside its field."""
    try:
        yield
    except AccessProblem as error:
        raise Invalid([Problem(error.field, error.text)]) from error


def _free_username(context: Context, username: str, user_id: int) -> str:
    name = folded(username)
    if not WELL_FORMED.fullmatch(name):
        raise Invalid([Problem("username", _("A user name has 2 to 60 characters and no blanks."))])
    twin = select(UserAccount.id).where(UserAccount.username == name, UserAccount.id != user_id)
    if context.session.execute(twin).scalar_one_or_none() is not None:
        raise Invalid([Problem("username", _("There is already a user of this name."))])
    return name


def _check_email(context: Context, email: str | None, user_id: int) -> None:
    twin = select(UserAccount.id).where(UserAccount.email == email, UserAccount.id != user_id)
    if email is not None and context.session.execute(twin).scalar_one_or_none() is not None:
        raise Invalid([Problem("email", email_taken().text)])


def lock_administrators(context: Context) -> set[int]:
    """Give the active administrators, locked in one order, so that two changes at once see each other.

    Raises `Forbidden` where the actor was an administrator until a moment ago.
    """
    statement = (
        select(UserAccount.id)
        .where(UserAccount.is_administrator, UserAccount.active)
        .order_by(UserAccount.id)
        .with_for_update()
    )
    found = set(context.session.execute(statement).scalars())
    if context.actor.kind == "user" and context.actor.user_id not in found:
        raise Forbidden()
    return found


def keep_one_administrator(user: UserAccount, read: Mapping[str, Any], administrators: set[int]) -> None:
    """Raise `Invalid` where a change would leave the site without an administrator who may sign in."""
    if read["is_administrator"] and read["active"]:
        return
    if administrators == {user.id}:
        name = "active" if not read["active"] else "is_administrator"
        message = _("This is the last administrator. Make somebody else administrator first.")
        raise Invalid([Problem(name, message)])


def _fill(user: UserAccount, read: Mapping[str, Any]) -> None:
    user.username = read["username"]
    user.display_name = read["display_name"]
    user.email = read["email"]
    user.locale = read["locale"]
    user.party_id = read["person"]
    if "unit" in read:
        user.unit_id = read["unit"]
    user.is_administrator = bool(read["is_administrator"])
    user.active = bool(read["active"])


def _give_patterns(context: Context, user_id: int, patterns: Iterable[int]) -> None:
    wanted = set(patterns)
    known = set(context.session.execute(select(Pattern.id).where(Pattern.id.in_(wanted))).scalars())
    if wanted - known:
        raise Invalid([Problem("patterns", _("One of these patterns is gone; reload the form."))])
    if wanted != patterns_of(context, user_id):
        with context.system("patterns of a user") as system:
            give_patterns(system.session, user_id, wanted)
