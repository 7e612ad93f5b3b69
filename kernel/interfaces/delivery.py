"""Sending what subscriptions are to be told: in order, one at a time for each, again after a while, given up in the end.

An attempt is written down and committed before the request leaves, so a process that dies leaves its trace; the next worker
sends again, under the same id. Nothing is open in the database while a server is waited for.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, insert, or_, select, update

from kernel.access.actor import load_actor
from kernel.data.sealing import SealBroken
from kernel.extension.contributions import Job
from kernel.i18n import LazyText, _
from kernel.interfaces.capture import DELIVER
from kernel.interfaces.models import Webhook, WebhookAttempt, WebhookDelivery
from kernel.interfaces.payloads import payload
from kernel.interfaces.sending import Answer, CannotSend, post, signature
from kernel.resources.audit import note
from kernel.resources.context import Context
from kernel.resources.queue import Progress, background, enqueue
from kernel.resources.runtime import Runtime

LEASE = timedelta(minutes=2)
"""How long a worker may be silent before another sends in its place."""
GIVEN_UP = timedelta(days=3)
"""How long after an event it is given up."""
FIRST_BREATH = timedelta(seconds=10)
LONGEST_BREATH = timedelta(hours=3)
IN_ONE_GO = 200.0
"""Seconds after which a worker lets others have a turn."""
KEPT = timedelta(days=30)
"""How long the log of what was delivered is kept."""
NO_KEY = _("The secret of this webhook cannot be opened: the site has no sound key for its secrets.")


@dataclass(frozen=True)
class Turn:
    """One delivery that a worker is about to make."""

    delivery_id: int
    attempt_id: int
    url: str
    body: bytes
    headers: Mapping[str, str]
    failure: LazyText | None = None


@background(DELIVER, _("Tell other programs of changes"))
def deliver(runtime: Runtime, _progress: Progress, *, webhook_id: int) -> None:
    """Send all that is due to one subscription, the oldest first."""
    if not _lease(runtime, webhook_id):
        return
    until = time.monotonic() + IN_ONE_GO
    while (turn := _next(runtime, webhook_id)) is not None:
        began = time.monotonic()
        answer, reason = _sent(turn)
        took = int((time.monotonic() - began) * 1000)
        _settle(runtime, webhook_id, turn, answer, reason, took)
        if time.monotonic() > until:
            _release(runtime, webhook_id)
            return


def breath(attempts: int) -> timedelta:
    """Give the time before the next attempt: three times as long each time, three hours at most."""
    factor: int = 3 ** min(attempts - 1, 10)
    return min(FIRST_BREATH * factor, LONGEST_BREATH)


def find_due(context: Context) -> None:
    """Ask for the work of all subscriptions that have something due; called every minute, as the system."""
    free = or_(Webhook.leased_until.is_(None), Webhook.leased_until < context.now)
    waiting = (
        select(WebhookDelivery.webhook_id)
        .join(Webhook, Webhook.id == WebhookDelivery.webhook_id)
        .where(WebhookDelivery.state == "due", WebhookDelivery.due_at <= context.now, Webhook.active, free)
        .distinct()
    )
    for number in context.session.execute(waiting).scalars():
        enqueue(context, DELIVER, webhook_id=number)


def forget(context: Context) -> None:
    """Delete what was delivered, given up or withheld long ago, with its attempts."""
    before = context.now - KEPT
    context.session.execute(delete(WebhookDelivery).where(WebhookDelivery.ended_at < before))


JOBS = (
    Job(
        name="find-due-webhooks",
        title=_("Send again what other programs did not take"),
        function=find_due,
        every=timedelta(minutes=1),
    ),
    Job(name="forget-webhooks", title=_("Forget old deliveries"), function=forget, at="04:15"),
)


def _lease(runtime: Runtime, webhook_id: int) -> bool:
    with runtime.system_work("tell other programs", DELIVER) as context:
        free = or_(Webhook.leased_until.is_(None), Webhook.leased_until < context.now)
        taken = (
            update(Webhook)
            .where(Webhook.id == webhook_id, Webhook.active, free)
            .values(leased_until=context.now + LEASE)
            .returning(Webhook.id)
        )
        return context.session.execute(taken).first() is not None


def _release(runtime: Runtime, webhook_id: int) -> None:
    with runtime.system_work("tell other programs", DELIVER) as context:
        _let_go(context, webhook_id)
        enqueue(context, DELIVER, webhook_id=webhook_id)


def _let_go(context: Context, webhook_id: int) -> None:
    context.session.execute(update(Webhook).where(Webhook.id == webhook_id).values(leased_until=None))


def _next(runtime: Runtime, webhook_id: int) -> Turn | None:
    """Begin the attempt whose turn it is; without one the lease ends, in the same transaction."""
    with runtime.system_work("tell other programs", DELIVER) as context:
        hook = context.session.get(Webhook, webhook_id, with_for_update=True)
        while hook is not None and hook.active:
            row = _oldest(context, webhook_id)
            if row is None or row.due_at > context.now:
                break
            if context.now - row.at > GIVEN_UP:
                _give_up(context, hook, row)
                continue
            content = _content(context, hook, row)
            if content is None:
                _put(context, row.id, state="withheld", ended_at=context.now)
                continue
            return _begun(context, hook, row, content)
        if hook is not None:
            _let_go(context, webhook_id)
    return None


def _oldest(context: Context, webhook_id: int) -> WebhookDelivery | None:
    mine = (WebhookDelivery.webhook_id == webhook_id, WebhookDelivery.state == "due")
    statement = select(WebhookDelivery).where(*mine).order_by(WebhookDelivery.id).limit(1)
    found: WebhookDelivery | None = context.session.execute(statement).scalar_one_or_none()
    return found


def _content(context: Context, hook: Webhook, row: WebhookDelivery) -> dict[str, Any] | None:
    try:
        actor = load_actor(context.session, hook.user_id)
    except LookupError:
        return None
    return payload(context.runtime, actor, list(hook.kinds), row)


def _begun(context: Context, hook: Webhook, row: WebhookDelivery, content: dict[str, Any]) -> Turn:
    number, event_id, tried = row.id, str(row.event_id), row.attempts + 1
    _put(context, number, attempts=tried, sent=content)
    begun = insert(WebhookAttempt).values(delivery_id=number, at=context.now).returning(WebhookAttempt.id)
    attempt_id = context.session.execute(begun).scalar_one()
    context.session.execute(
        update(Webhook).where(Webhook.id == hook.id).values(leased_until=context.now + LEASE)
    )
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    stamp = int(context.now.timestamp())
    failure, signed = None, ""
    try:
        signed = ",".join(f"v1={signature(each, stamp, body)}" for each in _secrets(context, hook))
    except SealBroken:
        failure = NO_KEY
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Peyvand",
        "Peyvand-Event-Id": event_id,
        "Peyvand-Attempt": str(tried),
        "Peyvand-Timestamp": str(stamp),
        "Peyvand-Signature": signed,
    }
    return Turn(number, attempt_id, hook.url, body, headers, failure)


def _secrets(context: Context, hook: Webhook) -> list[str]:
    """Give the secret, and the former one while it still counts. Raises `SealBroken`."""
    sealed = [hook.secret]
    if hook.former_secret and hook.former_until and hook.former_until > context.now:
        sealed.append(hook.former_secret)
    return [context.site.sealer.open(each) for each in sealed]


def _sent(turn: Turn) -> tuple[Answer | None, LazyText | None]:
    if turn.failure is not None:
        return None, turn.failure
    try:
        return post(turn.url, turn.body, turn.headers), None
    except CannotSend as failure:
        return None, failure.reason


def _settle(
    runtime: Runtime,
    webhook_id: int,
    turn: Turn,
    answer: Answer | None,
    reason: LazyText | None,
    took: int,
) -> None:
    with runtime.system_work("what other programs answered", DELIVER, allowed_when_ended=True) as context:
        said: dict[str, Any] = {"took": took}
        if answer is not None:
            said |= {"status": answer.status, "excerpt": answer.excerpt}
        elif reason is not None:
            said["error"] = context.text(reason)
        context.session.execute(
            update(WebhookAttempt).where(WebhookAttempt.id == turn.attempt_id).values(said)
        )
        if answer is not None and answer.taken:
            _put(context, turn.delivery_id, state="done", ended_at=context.now)
            context.session.execute(update(Webhook).where(Webhook.id == webhook_id).values(given_up_at=None))
        else:
            attempts = select(WebhookDelivery.attempts).where(WebhookDelivery.id == turn.delivery_id)
            made = context.session.execute(attempts).scalar_one_or_none() or 1
            _put(context, turn.delivery_id, due_at=context.now + breath(made))


def _put(context: Context, delivery_id: int, **values: Any) -> None:
    """Change a delivery that is still due; book-keeping leaves no history."""
    mine = (WebhookDelivery.id == delivery_id, WebhookDelivery.state == "due")
    context.session.execute(
        update(WebhookDelivery).where(*mine).values(values).execution_options(synchronize_session=False)
    )
    context.session.expire_all()


def _give_up(context: Context, hook: Webhook, row: WebhookDelivery) -> None:
    number, name, first = hook.id, hook.name, hook.given_up_at is None
    _put(context, row.id, state="given_up", ended_at=context.now)
    values = {"given_up_at": func.coalesce(Webhook.given_up_at, context.now)}
    context.session.execute(update(Webhook).where(Webhook.id == number).values(values))
    if first:
        note(context, "webhook.given_up", resource="webhook", record_id=number, detail={"name": name})
