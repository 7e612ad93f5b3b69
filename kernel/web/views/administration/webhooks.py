"""Webhooks: the list, the form, the log of each, and what is done by hand."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from kernel.fa.digits import stored_number
from kernel.i18n import _
from kernel.interfaces import editing
from kernel.interfaces.capture import ACTIONS
from kernel.interfaces.models import Webhook
from kernel.resources.context import Context
from kernel.resources.fields import Choice
from kernel.web.current import SAVED, current, run_command, tell
from kernel.web.forms.command import CommandForm
from kernel.web.pages import go, render
from kernel.web.views.administration.blueprint import administrators, pages

ACTION_TITLES = {
    "created": _("was made"),
    "edited": _("was changed"),
    "deleted": _("was put into the bin or deleted"),
    "restored": _("was brought back"),
    "purged": _("was deleted for good"),
    "merged": _("was merged into another"),
}


@pages.get("/webhooks")
@administrators
def webhooks() -> ResponseReturnValue:
    """List the webhooks."""
    return render("administration/webhooks.html", hooks=editing.hooks(current()))


@pages.route("/webhooks/new", methods=["GET", "POST"])
@administrators
def new_webhook() -> ResponseReturnValue:
    """Show the form of a new webhook, or add one and show its secret, once."""
    return _form_or_save(None)


@pages.route("/webhooks/<int:webhook_id>", methods=["GET", "POST"])
@administrators
def webhook(webhook_id: int) -> ResponseReturnValue:
    """Show a webhook with its log, or save it."""
    return _form_or_save(editing.find(current(), webhook_id))


@pages.post("/webhooks/<int:webhook_id>/secret")
@administrators
def new_webhook_secret(webhook_id: int) -> ResponseReturnValue:
    """Make another secret and show it, once."""
    outcome = run_command("webhook.rotate", webhook_id=webhook_id)
    if not outcome.done:
        return go("administration.webhook", webhook_id=webhook_id)
    return _secret_page(webhook_id, editing.find(current(), webhook_id).name, outcome.value)


@pages.post("/webhooks/<int:webhook_id>/active")
@administrators
def switch_webhook(webhook_id: int) -> ResponseReturnValue:
    """Pause a webhook, or go on."""
    active = request.form.get("active") == "1"
    if run_command("webhook.set_active", webhook_id=webhook_id, active=active).done:
        tell(_("It goes on.") if active else _("It is paused."))
    return go("administration.webhook", webhook_id=webhook_id)


@pages.post("/webhooks/<int:webhook_id>/delete")
@administrators
def delete_webhook(webhook_id: int) -> ResponseReturnValue:
    """Delete a webhook with its log."""
    if run_command("webhook.delete", webhook_id=webhook_id).done:
        tell(_("Deleted."))
    return go("administration.webhooks")


@pages.post("/webhooks/<int:webhook_id>/deliveries/<int:delivery_id>")
@administrators
def redeliver(webhook_id: int, delivery_id: int) -> ResponseReturnValue:
    """Send a delivery once more."""
    if run_command("webhook.redeliver", webhook_id=webhook_id, delivery_id=delivery_id).done:
        tell(_("It is sent again."))
    return go("administration.webhook", webhook_id=webhook_id)


def _form_or_save(hook: Webhook | None) -> ResponseReturnValue:
    form = CommandForm(current(), _fields(current()))
    if request.method == "GET":
        return _page(form.start(_held(current(), hook)), hook, hook)
    form.read(request.form)
    chosen: dict[str, Any] = {name: request.form.getlist(name) for name in ("kinds", "actions", "events")}
    secret = editing.new_secret()
    outcome = run_command(
        "webhook.save",
        form=form,
        secret=secret,
        values=form.values,
        webhook_id=None if hook is None else hook.id,
        version=stored_number(request.form.get("_version", "")),
        **chosen,
    )
    if not outcome.done:
        return _page(form, hook, chosen, outcome.status)
    if hook is None:
        return _secret_page(outcome.value, str(form.values["name"]), secret)
    tell(SAVED)
    return go("administration.webhook", webhook_id=hook.id)


def _secret_page(webhook_id: int, name: str, secret: str) -> ResponseReturnValue:
    return render("administration/webhook_secret.html", webhook_id=webhook_id, name=name, secret=secret)


def _fields(context: Context) -> list[Any]:
    """The fields of the form; the user is chosen from the few that there are."""
    users: Any = {str(number): name for number, name in editing.USER.suggest("", context, 500)}
    chosen = Choice("user", editing.USER.title, options=users, required=True)
    return [editing.NAME, editing.URL, chosen]


def _held(context: Context, hook: Webhook | None) -> dict[str, Any]:
    if hook is None:
        return {"user": str(context.actor.user_id)}
    return {"name": hook.name, "url": hook.url, "user": str(hook.user_id)}


def _page(form: CommandForm, hook: Webhook | None, chosen: Any, status: int = 200) -> ResponseReturnValue:
    context = current()
    form.context = context
    kinds, events = editing.choices(context)
    picked = chosen if isinstance(chosen, dict) else {}
    if isinstance(chosen, Webhook):
        picked = {"kinds": chosen.kinds, "actions": chosen.actions, "events": chosen.events}
    return render(
        "administration/webhook.html",
        status=status,
        form=form,
        hook=hook,
        kinds=kinds,
        actions=[(key, context.text(ACTION_TITLES[key])) for key in ACTIONS.values()],
        action_titles=ACTION_TITLES,
        events=events,
        picked={name: list(picked.get(name, ())) for name in ("kinds", "actions", "events")},
        log=[] if hook is None else editing.deliveries(context, hook.id),
        back=url_for("administration.webhooks"),
    )
