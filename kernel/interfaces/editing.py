"""Webhooks as administrators manage them: entered, given another secret, paused, looked at, sent again by hand."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from socket import inet_aton
from typing import Any

from sqlalchemy import delete as delete_rows
from sqlalchemy import func, select, update

from kernel.access.models import UserAccount
from kernel.data.config import inner_networks
from kernel.data.sealing import SealBroken
from kernel.extension.markers import Rule
from kernel.extension.state import raise_epoch
from kernel.i18n import _
from kernel.interfaces.capture import ACTIONS, DELIVER
from kernel.interfaces.models import Webhook, WebhookAttempt, WebhookDelivery
from kernel.interfaces.sending import INSIDE, CannotSend, is_outside, target_of
from kernel.resources import fields
from kernel.resources.administrators import administrators_only
from kernel.resources.audit import note
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import EditConflict, Invalid, NotFound, Problem, Refused
from kernel.resources.fields import Field, read_all
from kernel.resources.queue import enqueue

OVERLAP = timedelta(days=1)
"""How long what is sent is signed with the former secret as well."""
SECRET_BYTES = 32
SHOWN = 100
"""Deliveries that a page shows at most."""

NAME = fields.Text("name", _("Name"), required=True, limit=80)
URL = fields.Text("url", _("Address"), required=True, limit=2000)
USER = fields.UserLink("user", _("As this user sees the records"), required=True)
FIELDS: tuple[Field, ...] = (NAME, URL, USER)


@dataclass(frozen=True)
class HookRow:
    """A webhook as pages show it."""

    id: int
    name: str
    url: str
    user: str
    deaf: bool
    """Whether its user may not sign in any more: it is told nothing then."""
    active: bool
    waiting: int
    oldest: datetime | None
    """Since when the oldest waits."""
    given_up_at: datetime | None


@dataclass(frozen=True)
class DeliveryRow:
    """A delivery with its attempts, the latest first."""

    id: int
    event_id: str
    event: str
    subject_id: int
    at: datetime
    state: str
    due_at: datetime
    sent: Mapping[str, Any] | None
    attempts: Sequence[WebhookAttempt]


def hooks(context: Context) -> list[HookRow]:
    """Give all webhooks; for administrators."""
    administrators_only(context)
    waiting = (
        select(
            WebhookDelivery.webhook_id,
            func.count().label("number"),
            func.min(WebhookDelivery.at).label("oldest"),
        )
        .where(WebhookDelivery.state == "due")
        .group_by(WebhookDelivery.webhook_id)
        .subquery()
    )
    statement = (
        select(
            Webhook,
            UserAccount.display_name,
            UserAccount.active,
            waiting.c.number,
            waiting.c.oldest,
        )
        .join(UserAccount, UserAccount.id == Webhook.user_id)
        .outerjoin(waiting, waiting.c.webhook_id == Webhook.id)
        .order_by(Webhook.name, Webhook.id)
    )
    with context.system("webhooks") as system:
        return [
            HookRow(
                hook.id,
                hook.name,
                hook.url,
                user,
                not there,
                hook.active,
                number or 0,
                oldest,
                hook.given_up_at,
            )
            for hook, user, there, number, oldest in system.session.execute(statement)
        ]


def find(context: Context, webhook_id: int) -> Webhook:
    """Give a webhook, apart from any session; raise `NotFound`. For administrators."""
    administrators_only(context)
    with context.system("a webhook") as system:
        found = system.session.get(Webhook, webhook_id)
        if found is None:
            raise NotFound()
        system.session.expunge(found)
        return found


def deliveries(context: Context, webhook_id: int) -> list[DeliveryRow]:
    """Give what a webhook was told last, the newest first; for administrators."""
    find(context, webhook_id)
    newest = (
        select(WebhookDelivery)
        .where(WebhookDelivery.webhook_id == webhook_id)
        .order_by(WebhookDelivery.id.desc())
        .limit(SHOWN)
    )
    with context.system("what a webhook was told") as system:
        rows = list(system.session.execute(newest).scalars())
        made: dict[int, list[WebhookAttempt]] = {}
        tried = select(WebhookAttempt).where(WebhookAttempt.delivery_id.in_([row.id for row in rows]))
        for attempt in system.session.execute(tried.order_by(WebhookAttempt.id.desc())).scalars():
            system.session.expunge(attempt)
            made.setdefault(attempt.delivery_id, []).append(attempt)
        return [
            DeliveryRow(
                row.id,
                str(row.event_id),
                row.event,
                row.subject_id,
                row.at,
                row.state,
                row.due_at,
                row.sent,
                made.get(row.id, ()),
            )
            for row in rows
        ]


def choices(context: Context) -> tuple[list[tuple[str, str]], list[str]]:
    """Give what a webhook may listen to: kinds of records by title, and events that plugins hear."""
    kinds = [(each.name, context.text(each.plural)) for each in context.runtime.resources.values()]
    return sorted(kinds, key=lambda each: each[1]), known_events(context)


def known_events(context: Context) -> list[str]:
    """Give the names of the hooks by which events are published."""
    found = context.runtime.hooks.discovery.specifications
    return sorted(each.name for each in found if each.rule is Rule.PUBLISH)


@command("webhook.save", _("Save a webhook"), resource="setting", action="edit")
def save(
    context: Context,
    *,
    values: Mapping[str, Any],
    kinds: Sequence[str],
    actions: Sequence[str],
    events: Sequence[str] = (),
    webhook_id: int | None = None,
    version: int | None = None,
    secret: str | None = None,
) -> int:
    """Enter or change a webhook and give its number; `secret` is that of a new one, by which what is sent is signed."""
    administrators_only(context)
    read = _read(context, values, kinds, actions, events)
    with context.system("a webhook") as system:
        if webhook_id is None:
            hook = Webhook(**read, secret=_sealed(context, secret or new_secret()))
            system.session.add(hook)
        else:
            hook = _locked(system, webhook_id)
            if version is not None and hook.version != version:
                raise EditConflict()
            for name, value in read.items():
                setattr(hook, name, value)
        system.session.flush()
        number = hook.id
        raise_epoch(system.session)
    note(context, "webhook.save", resource="webhook", record_id=number, detail={"name": read["name"]})
    return number


@command("webhook.rotate", _("Make a new secret for a webhook"), resource="setting", action="edit")
def rotate(context: Context, *, webhook_id: int) -> str:
    """Give a webhook a new secret and give it: nobody can read it again. The former one counts for another day."""
    administrators_only(context)
    secret = new_secret()
    with context.system("a webhook") as system:
        hook = _locked(system, webhook_id)
        hook.former_secret, hook.former_until = hook.secret, context.now + OVERLAP
        hook.secret = _sealed(context, secret)
        system.session.flush()
    note(context, "webhook.rotate", resource="webhook", record_id=webhook_id)
    return secret


@command("webhook.set_active", _("Pause or resume a webhook"), resource="setting", action="edit")
def set_active(context: Context, *, webhook_id: int, active: bool) -> None:
    """Tell a webhook nothing for a while, or go on; what happens meanwhile is not written down for it."""
    administrators_only(context)
    with context.system("a webhook") as system:
        hook = _locked(system, webhook_id)
        hook.active = active
        system.session.flush()
        raise_epoch(system.session)
    note(context, "webhook.set_active", resource="webhook", record_id=webhook_id, detail={"active": active})
    if active:
        enqueue(context, DELIVER, webhook_id=webhook_id)


@command("webhook.delete", _("Delete a webhook"), resource="setting", action="edit")
def delete(context: Context, *, webhook_id: int) -> None:
    """Delete a webhook with its log."""
    administrators_only(context)
    with context.system("a webhook") as system:
        hook = _locked(system, webhook_id)
        name = hook.name
        system.session.execute(delete_rows(Webhook).where(Webhook.id == webhook_id))
        raise_epoch(system.session)
    note(context, "webhook.delete", resource="webhook", record_id=webhook_id, detail={"name": name})


@command("webhook.redeliver", _("Send a delivery again"), resource="setting", action="edit")
def redeliver(context: Context, *, webhook_id: int, delivery_id: int) -> None:
    """Send once more what was taken, given up or withheld, under the same id; what waits is sent at once."""
    administrators_only(context)
    with context.system("a delivery") as system:
        mine = (WebhookDelivery.id == delivery_id, WebhookDelivery.webhook_id == webhook_id)
        again = (
            update(WebhookDelivery)
            .where(*mine)
            .values(state="due", due_at=context.now, at=context.now, ended_at=None)
            .returning(WebhookDelivery.id)
        )
        if system.session.execute(again).first() is None:
            raise NotFound()
    note(context, "webhook.redeliver", resource="webhook", record_id=webhook_id)
    enqueue(context, DELIVER, webhook_id=webhook_id)


def _locked(system: Context, webhook_id: int) -> Webhook:
    hook = system.session.get(Webhook, webhook_id, with_for_update=True)
    if hook is None:
        raise NotFound()
    return hook


def _read(
    context: Context,
    values: Mapping[str, Any],
    kinds: Sequence[str],
    actions: Sequence[str],
    events: Sequence[str],
) -> dict[str, Any]:
    read, problems = read_all(FIELDS, values, context)
    if "url" in read:
        problems += _of_address(read["url"])
    offered = (set(kinds) <= set(context.runtime.resources), set(actions) <= set(ACTIONS.values()))
    if not all(offered) or not set(events) <= set(known_events(context)):
        problems.append(Problem(None, _("This choice is not offered (any more).")))
    if not events and not (kinds and actions):
        problems.append(Problem(None, _("Choose kinds of records and what may become of them, or an event.")))
    if problems:
        raise Invalid(problems)
    return {
        "name": read["name"],
        "url": read["url"],
        "user_id": read["user"],
        "kinds": sorted(set(kinds)),
        "actions": sorted(set(actions)),
        "events": sorted(set(events)),
    }


def _of_address(url: str) -> list[Problem]:
    """Refuse what can be seen to be wrong without asking the net; the rest shows when something is sent."""
    try:
        target = target_of(url)
    except CannotSend as refusal:
        return [Problem("url", refusal.reason)]
    literal = _literal(target.host)
    if literal is not None and not is_outside(literal, inner_networks()):
        return [Problem("url", INSIDE)]
    return []


def _literal(host: str) -> Any:
    """Give the address that a host is without asking the net: `localhost` and shortened numbers (`127.1`) too."""
    if host.rstrip(".").lower().rpartition(".")[2] == "localhost":
        return ip_address("127.0.0.1")
    try:
        return ip_address(host)
    except ValueError:
        pass
    try:
        return ip_address(inet_aton(host))
    except OSError:
        return None


def _sealed(context: Context, secret: str) -> str:
    try:
        return context.site.sealer.seal(secret)
    except SealBroken:
        raise Refused(
            _("This cannot be kept: the site has no sound key for its secrets. See “peyvand doctor”.")
        ) from None


def new_secret() -> str:
    """Make a secret from the system's source of randomness."""
    return secrets.token_urlsafe(SECRET_BYTES)
