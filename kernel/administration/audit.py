"""The audit for administrators: who did what when, a page at a time, and how its seals stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from kernel.access.models import AuditEntry, UserAccount
from kernel.fa.clock import day_bounds
from kernel.i18n import LazyText, _
from kernel.lifecycle.seals.models import Seal
from kernel.resources.administrators import administrators_only
from kernel.resources.audit import note
from kernel.resources.commands import command
from kernel.resources.context import Context

SHOWN = 50
"""Entries of one page."""

WORDS: dict[str, LazyText] = {
    "sign_in": _("Signed in"),
    "party.print": _("Print a record"),
    "sign_in_full": _("Was refused: no seat was free"),
    "sign_out": _("Signed out"),
    "gave_way": _("A session gave way to another user"),
    "session.end": _("Ended one of his own sessions"),
    "session.end_others": _("Ended all his other sessions"),
    "second_factor.code": _("Entered a code"),
    "second_factor.recovery": _("Used a recovery code"),
    "second_factor.wrong": _("Entered a wrong code"),
    "second_factor.set_up": _("Set up the second step"),
    "second_factor.renewed": _("Made new recovery codes"),
    "second_factor.off": _("Switched the second step off"),
    "change_password": _("Changed his password"),
    "password_link.used": _("Set the password by a link"),
    "password_link.asked": _("Asked for a new password"),
    "password_link.invitation": _("Made an invitation"),
    "password_link.reset": _("Made a link for a new password"),
    "branding": _("Changed the branding"),
    "edition.apply": _("Applied an edition"),
    "site.rotate_key": _("Encrypted the secrets with a new key"),
}
"""Words of acts that are no commands; those of commands have their titles."""

SECOND_FACTOR = (
    *(key for key in WORDS if key.startswith("second_factor.")),
    "user.reset_second_factor",
)

GROUPS: dict[str, tuple[LazyText, tuple[str, ...]]] = {
    "sign-in": (
        _("Sign-in and sessions"),
        (
            "sign_in",
            "sign_in_full",
            "sign_out",
            "gave_way",
            "session.end",
            "session.end_others",
            "user.end_sessions",
            *SECOND_FACTOR,
        ),
    ),
    "out": (
        _("Data taken out"),
        ("record.export", "account.export", "record.print", "party.print", "backups.download", "audit.head"),
    ),
    "gone": (_("Deleted for good"), ("record.purge", "user_field.purge", "pattern.delete")),
    "rights": (
        _("Users and rights"),
        (
            "user.create",
            "user.edit",
            "user.hand_over",
            "pattern.save",
            "pattern.delete",
            "pattern.take_over",
            "token.make",
            "token.revoke",
        ),
    ),
    "passwords": (
        _("Passwords"),
        (
            "change_password",
            "user.set_password",
            "user.mail_link",
            "password_link.used",
            "password_link.asked",
            "password_link.invitation",
            "password_link.reset",
        ),
    ),
}
"""Kinds of entries that the page can be narrowed to: title, and what the entries say."""


@dataclass(frozen=True)
class Wanted:
    """What the reader asks for; None is no narrowing. Days are those of the site, both included."""

    user: int | None = None
    group: str | None = None
    since: date | None = None
    until: date | None = None
    before: int | None = None
    """Id of the last entry already shown."""


@dataclass(frozen=True)
class Line:
    """One entry in words."""

    id: int
    at: datetime
    who: str
    what: LazyText | str
    about: str
    address: str | None


def lines(context: Context, wanted: Wanted) -> tuple[list[Line], int | None]:
    """Give a page of entries, newest first, and where the next one begins."""
    administrators_only(context)
    statement = select(AuditEntry, UserAccount.display_name).outerjoin(
        UserAccount, UserAccount.id == AuditEntry.actor_id
    )
    if wanted.user is not None:
        statement = statement.where(AuditEntry.actor_id == wanted.user)
    if wanted.group in GROUPS:
        statement = statement.where(AuditEntry.what.in_(GROUPS[wanted.group][1]))
    if wanted.since is not None:
        statement = statement.where(AuditEntry.at >= day_bounds(wanted.since, context.time_zone)[0])
    if wanted.until is not None:
        statement = statement.where(AuditEntry.at < day_bounds(wanted.until, context.time_zone)[1])
    if wanted.before is not None:
        statement = statement.where(AuditEntry.id < wanted.before)
    with context.system("audit for an administrator") as system:
        statement = statement.order_by(AuditEntry.id.desc()).limit(SHOWN + 1)
        found = [_line(context, entry, name) for entry, name in system.session.execute(statement)]
    more = found[SHOWN - 1].id if len(found) > SHOWN else None
    return found[:SHOWN], more


def _line(context: Context, entry: AuditEntry, name: str | None) -> Line:
    known = context.runtime.declared.commands.get(entry.what)
    what = known.title if known else WORDS.get(entry.what, entry.what)
    return Line(
        entry.id, entry.at, name or context.text(_("The system")), what, _about(context, entry), entry.address
    )


def _about(context: Context, entry: AuditEntry) -> str:
    """Name what an entry is about: the kind in the reader's words where it has one, and the record's number."""
    resource = context.runtime.resources.get(str(entry.detail.get("kind", entry.resource)))
    parts = [context.text(resource.title)] if resource else []
    parts += [
        str(entry.detail[key]) for key in ("username", "title", "name", "format") if entry.detail.get(key)
    ]
    if entry.record_id is not None:
        parts.append(f"#{entry.record_id}")
    return " · ".join(parts)


def actors(context: Context) -> Sequence[tuple[int, str]]:
    """Give ids and names of all users, for narrowing."""
    administrators_only(context)
    statement = select(UserAccount.id, UserAccount.display_name).order_by(UserAccount.display_name)
    return [(row[0], row[1]) for row in context.session.execute(statement)]


def last_seal(context: Context) -> Seal | None:
    """Give the last seal, or None."""
    administrators_only(context)
    with context.system("state of the seals") as system:
        found = system.session.execute(select(Seal).order_by(Seal.number.desc()).limit(1)).scalar()
        if found is not None:
            system.session.expunge(found)
    return found


@command("audit.head", _("Export the head of the seals"), checks_itself=True, allowed_when_ended=True)
def head(context: Context) -> dict[str, Any] | None:
    """Give the last seal as it is exported, and write down that it was; None where nothing is sealed yet."""
    administrators_only(context)
    found = last_seal(context)
    if found is None:
        return None
    note(context, "audit.head", detail={"number": found.number})
    return {
        "site": context.site.name,
        "number": found.number,
        "hash": found.hash,
        "at": found.at.isoformat(),
    }
