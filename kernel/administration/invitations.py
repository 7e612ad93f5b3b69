"""Inviting users, and new passwords for those who forgot theirs: by a link, mailed or handed over.

The token of a link stands nowhere but in the link: what is mailed is made by the worker that mails it, in the moment
before. A process that dies between the two leaves the link *unknown*; it is never mailed a second time by itself.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urljoin

from sqlalchemy import func, or_, select

from kernel.access import attempts, links
from kernel.access.models import PasswordLink, UserAccount
from kernel.access.users import folded
from kernel.administration.mail import MailFailed, can_send, send
from kernel.administration.users import explained, find_user
from kernel.i18n import LazyText, _
from kernel.resources.administrators import administrators_only
from kernel.resources.audit import note
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, Problem, Refused
from kernel.resources.queue import Progress, background, enqueue
from kernel.resources.runtime import Runtime

PATH = "/set-password/"
"""Where a link leads, below the address of the site."""
ASKED = "forgotten:"
"""Stands before the name in the row of a try, so that asking does not count against signing in."""


class LinkState(NamedTuple):
    """The newest link of a user, as an administrator sees it."""

    purpose: str
    delivery: str
    expires_at: datetime
    open: bool
    failure: str | None


def address_of(base: str, token: str) -> str:
    """Give the address by which a user sets the password; `base` is that of the site."""
    return urljoin(base, f"{PATH}{token}")


def link_state(context: Context, user_id: int) -> LinkState | None:
    """Give the state of a user's newest link; None where there never was one."""
    with context.system("the state of an invitation") as system:
        row = links.last_link(system.session, user_id)
        if row is None:
            return None
        open_ = row.used_at is None and row.withdrawn_at is None and row.expires_at > context.now
        return LinkState(row.purpose, row.delivery, row.expires_at, open_, row.failure)


@command(
    "user.make_link",
    _("Make a link by which a user sets the password"),
    resource="user",
    action="edit",
    allowed_when_ended=True,
)
def make_link(context: Context, *, user_id: int) -> str:
    """Make a link to be handed over, and give its token: nobody can read it again. Former links end."""
    administrators_only(context)
    find_user(context, user_id)
    with context.system("a link for a user") as system, explained():
        return links.make_link(system.session, user_id, context.now, by=context.actor.user_id or 0)


@command(
    "user.mail_link",
    _("Mail a user the link by which he sets the password"),
    resource="user",
    action="edit",
    allowed_when_ended=True,
)
def mail_link(context: Context, *, user_id: int, base: str) -> None:
    """Send a user a link, after the commit. Raises `Refused` without a mailbox or an address to send it to."""
    administrators_only(context)
    user = find_user(context, user_id)
    if not can_send(context.runtime):
        raise Refused(_("This site has no mail server; set one under Settings, Mail."))
    if user.email is None:
        raise Refused(_("%(name)s has no e-mail address.", name=user.display_name))
    if not user.active:
        raise Refused(_("%(name)s may not sign in; allow that first.", name=user.display_name))
    note(context, "user.mail_link", resource="user", record_id=user_id)
    enqueue(
        context,
        "account.mail_link",
        user_id=user_id,
        base=base,
        by=context.actor.user_id or 0,
        key=_new_key(),
    )


@command("account.forgotten", _("Ask for a new password"), checks_itself=True, allowed_when_ended=True)
def forgotten(context: Context, *, name: str, address: str, base: str) -> None:
    """Ask for a new password, by user name or e-mail; whoever asks learns nothing about which users there are.

    Raises `Invalid` where so much was asked from this address that the next question must wait.
    """
    if not name.strip():
        raise Invalid([Problem("name", _("Enter your user name or e-mail address."))])
    asked = attempts.clipped(f"{ASKED}{folded(name)}", address, context.now)
    with context.system("somebody forgot a password") as system:
        wait = attempts.time_to_wait(system.session, asked)
        if wait > timedelta(0):
            seconds = int(wait.total_seconds()) + 1
            text = _("Too many tries. Try again in %(seconds)d seconds.", seconds=seconds)
            raise Invalid([Problem("name", text)])
        attempts.note(system.session, asked)
    enqueue(
        context, "account.forgotten", name=folded(name)[: attempts.LONGEST_NAME], base=base, key=_new_key()
    )


@background("account.mail_link", _("Mail a link for setting a password"), allowed_when_ended=True)
def _mail_link(runtime: Runtime, _progress: Progress, *, user_id: int, base: str, by: int, key: str) -> None:
    _deliver(runtime, user_id, base, by, key)


@background("account.forgotten", _("See to a forgotten password"), allowed_when_ended=True)
def _see_to_forgotten(runtime: Runtime, _progress: Progress, *, name: str, base: str, key: str) -> None:
    """Mail a link where that can be done; else leave the wish for an administrator."""
    with runtime.system_work(
        "somebody forgot a password", "account.forgotten", allowed_when_ended=True
    ) as context:
        statement = select(UserAccount).where(
            or_(UserAccount.username == name, func.lower(UserAccount.email) == name), UserAccount.active
        )
        # A user name may look like the address of another: the name goes first.
        found = sorted(context.session.execute(statement).scalars(), key=lambda user: user.username != name)
        if not found:
            return
        user_id, mailed = found[0].id, found[0].email is not None and can_send(runtime)
        if not mailed:
            links.note_wish(context.session, user_id, context.now)
    if mailed:
        _deliver(runtime, user_id, base, 0, key)


def _deliver(runtime: Runtime, user_id: int, base: str, by: int, key: str) -> None:
    with runtime.system_work("mail a link", "account.mail_link", allowed_when_ended=True) as context:
        if links.begun(context.session, key):
            links.end_delivery(context.session, key, "unknown")
            return
        user = context.session.get(UserAccount, user_id)
        if user is None or not user.active or user.email is None:
            return
        token = links.make_link(
            context.session, user_id, context.now, by=by, delivery="sending", request_key=key
        )
        made = links.last_link(context.session, user_id)
        subject, body = _letter(runtime, user, made, address_of(base, token))
        to = user.email
    outcome: tuple[str, str | None] = ("sent", None)
    try:
        send(runtime, to=to, subject=subject, body=body)
    except MailFailed as failure:
        outcome = ("unknown" if failure.uncertain else "failed", str(failure))
    with runtime.system_work("mail a link", "account.mail_link", allowed_when_ended=True) as context:
        links.end_delivery(context.session, key, *outcome)


def _letter(runtime: Runtime, user: UserAccount, link: PasswordLink | None, address: str) -> tuple[str, str]:
    invited = link is not None and link.purpose == links.INVITATION
    site = runtime.site.title
    hours = int(links.LIVES[links.INVITATION if invited else links.RESET].total_seconds() // 3600)
    greeting: LazyText = _("Hello %(name)s,", name=user.display_name)
    if invited:
        subject = _("Invitation to %(site)s", site=site)
        why = _(
            "you are invited to %(site)s. Your user name is %(username)s.", site=site, username=user.username
        )
    else:
        subject = _("A new password for %(site)s", site=site)
        why = _("somebody, probably you, asked for a new password at %(site)s.", site=site)
    what = _("Choose your password here; the link is good once, for %(count)d hours:", count=hours)
    ignore = _("If you did not expect this, do nothing: nothing has changed.")
    lines = (greeting, why, "", what, address, "", ignore)
    return (
        runtime.translate(subject, user.locale),
        "\n".join(runtime.translate(line, user.locale) if line else "" for line in lines),
    )


def _new_key() -> str:
    return secrets.token_urlsafe(12)
