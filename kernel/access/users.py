"""Users, patterns and grants as plain functions, for the command line, editions and commands; as the system.

Who may call them is decided by those: users and rights are for administrators alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kernel.access.actor import Right
from kernel.access.api_tokens import revoke_all
from kernel.access.errors import AccessProblem
from kernel.access.models import (
    AccessGrant,
    HalfSignIn,
    LoginSession,
    PasswordLink,
    Pattern,
    UserAccount,
    UserPassword,
    UserPattern,
)
from kernel.access.passwords import hashed
from kernel.access.scopes import scope_names, scopes_of
from kernel.i18n import _

USERNAME = re.compile(r"\S{2,60}")
LAST_ADMINISTRATOR = "ck_user_account_last_administrator"
"""The name under which the database refuses to lose the last active administrator."""
EMAIL_TAKEN = "uq_user_account_email"
"""The index that keeps addresses apart."""


def folded(username: str) -> str:
    """The form in which user names are kept and compared: no case, no look-alike forms, no blanks around."""
    return unicodedata.normalize("NFKC", username).strip().casefold()


def create_user(
    session: Session,
    username: str,
    password: str | None = None,
    *,
    display_name: str = "",
    is_administrator: bool = False,
    locale: str = "fa",
    party_id: int | None = None,
    email: str | None = None,
    site_title: str = "",
) -> int:
    """Add a user, and give his number. Without a password he cannot sign in yet.

    Raises `AccessProblem` for a name that is malformed or taken, an e-mail address that another user has, or a password
    that is too weak.
    """
    name = folded(username)
    if not USERNAME.fullmatch(name):
        text = _("A user name has 2 to 60 characters and no blanks.")
        raise AccessProblem("malformed-username", text, "username")
    secret = None if password is None else hashed(password, name, names=(display_name, site_title))
    made = UserAccount(
        username=name,
        display_name=display_name.strip() or username.strip(),
        is_administrator=is_administrator,
        locale=locale,
        party_id=party_id,
        email=email,
    )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as error:
        if constraint_of(error) == EMAIL_TAKEN:
            raise email_taken() from None
        text = _("There is already a user of this name.")
        raise AccessProblem("taken-username", text, "username") from None
    if secret is not None:
        session.add(UserPassword(user_id=made.id, password_hash=secret))
        session.flush()
    return made.id


def email_taken() -> AccessProblem:
    """Give the refusal of an e-mail address that another user has."""
    return AccessProblem("taken-email", _("Another user has this e-mail address."), "email")


def constraint_of(error: IntegrityError) -> str | None:
    """Give the name of the constraint that was broken."""
    name: str | None = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    return name


def user_id_of(session: Session, username: str) -> int:
    """Give the number of a user. Raises `AccessProblem` if there is none of this name."""
    found = session.scalar(select(UserAccount.id).where(UserAccount.username == folded(username)))
    if found is None:
        raise AccessProblem("unknown-user", _("There is no user of this name."), "username")
    return found


def set_password(
    session: Session, user_id: int, password: str, *, keep_session: int | None = None, site_title: str = ""
) -> None:
    """Give a user another password: all sessions but `keep_session` end, and open links are worth nothing any more.

    Raises `AccessProblem` for a weak one.
    """
    account = session.get_one(UserAccount, user_id)
    secret = hashed(password, account.username, names=(account.display_name, site_title))
    kept = session.get(UserPassword, user_id)
    if kept is None:
        session.add(UserPassword(user_id=user_id, password_hash=secret))
    else:
        kept.password_hash = secret
        session.execute(
            update(UserPassword).where(UserPassword.user_id == user_id).values(changed_at=func.now())
        )
    session.flush()
    withdraw_links(session, user_id)
    end_sessions(session, user_id, keep=keep_session)


def withdraw_links(session: Session, user_id: int) -> None:
    """Make the open links by which a user may set a password worthless."""
    open_ones = (
        PasswordLink.user_id == user_id,
        PasswordLink.used_at.is_(None),
        PasswordLink.withdrawn_at.is_(None),
    )
    session.execute(update(PasswordLink).where(*open_ones).values(withdrawn_at=func.now()))


def end_sessions(
    session: Session, user_id: int, *, keep: int | None = None, now: datetime | None = None
) -> None:
    """Sign a user out everywhere, or everywhere but in the session `keep`."""
    open_ones = (LoginSession.user_id == user_id, LoginSession.ended_at.is_(None))
    others = () if keep is None else (LoginSession.id != keep,)
    session.execute(update(LoginSession).where(*open_ones, *others).values(ended_at=now or func.now()))
    owed = (HalfSignIn.user_id == user_id, HalfSignIn.ended_at.is_(None))
    session.execute(update(HalfSignIn).where(*owed).values(ended_at=now or func.now()))


def set_active(session: Session, user_id: int, active: bool) -> None:
    """Let a user sign in, or no longer. Raises `AccessProblem` for the last administrator."""
    _change(session, user_id, active=active)
    if not active:
        end_sessions(session, user_id)
        withdraw_links(session, user_id)
        revoke_all(session, user_id)


def set_administrator(session: Session, user_id: int, is_administrator: bool) -> None:
    """Make a user an administrator, or no longer. Raises `AccessProblem` for the last one."""
    _change(session, user_id, is_administrator=is_administrator)


def save_pattern(
    session: Session,
    name: str,
    title: str,
    grants: Mapping[Right, str | Iterable[str]],
    *,
    origin: str | None = None,
) -> int:
    """Make or replace the pattern `name` with exactly these grants (scopes by resource and action)."""
    pattern = session.scalar(select(Pattern).where(Pattern.name == name))
    if pattern is None:
        pattern = Pattern(name=name, title=title, origin=origin)
        session.add(pattern)
    pattern.title = title
    session.flush()
    set_grants(session, pattern.id, grants)
    return pattern.id


def set_grants(session: Session, pattern_id: int, grants: Mapping[Right, str | Iterable[str]]) -> None:
    """Give a pattern exactly these grants. Raises `AccessProblem` for a scope that nobody declares.

    Those of plugins, which have a dot in their names, are taken as they are: where nobody declares one, it reaches nothing.
    """
    rows = [
        {"pattern_id": pattern_id, "resource": resource, "action": action, "scope": scope}
        for (resource, action), scopes in grants.items()
        for scope in sorted(scopes_of(scopes))
    ]
    plain = {row["scope"] for row in rows if "." not in str(row["scope"])}
    unknown = sorted(plain - set(scope_names()), key=str)
    if unknown:
        text = _("There is no scope called “%(name)s”.", name=str(unknown[0]))
        raise AccessProblem("unknown-scope", text, "scope")
    session.execute(delete(AccessGrant).where(AccessGrant.pattern_id == pattern_id))
    if rows:
        session.execute(insert(AccessGrant), rows)


def give_patterns(session: Session, user_id: int, pattern_ids: Iterable[int]) -> None:
    """Give a user exactly these patterns."""
    session.execute(delete(UserPattern).where(UserPattern.user_id == user_id))
    rows = [{"user_id": user_id, "pattern_id": number} for number in sorted(set(pattern_ids))]
    if rows:
        session.execute(insert(UserPattern), rows)


def _change(session: Session, user_id: int, **values: bool) -> None:
    account = session.get_one(UserAccount, user_id)
    try:
        with session.begin_nested():
            for name, value in values.items():
                setattr(account, name, value)
    except IntegrityError as error:
        if constraint_of(error) != LAST_ADMINISTRATOR:
            raise
        text = _("This is the last administrator. Make somebody else administrator first.")
        raise AccessProblem("last-administrator", text) from None
