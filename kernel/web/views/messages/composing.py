"""Writing a message in the composer of a party's page: by a template or freely, parts and price beside it."""

from __future__ import annotations

import secrets

from flask import request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from kernel.documents.variables import VARIABLES
from kernel.fa.digits import stored_number
from kernel.i18n import _
from kernel.parties.sending import may_send
from kernel.resources.context import Context
from kernel.resources.errors import NotFound
from kernel.resources.records import load
from kernel.resources.resource import Resource
from kernel.web.composer import Tab, composer, register_tab
from kernel.web.current import current, needs, run_command, tell
from kernel.web.forms.command import CommandForm
from kernel.web.pages import fragment, go_to
from kernel.web.views.addresses import record_url
from kernel.web.views.messages.blueprint import pages
from kernel.web.views.messages.writing import sent_by, start_values, templates_to_choose, text_fields
from kernel.web.views.parties import is_party

MESSAGE = "message"


@pages.get("/compose/<resource>/<int:record_id>")
@needs("message", "send")
def choose_template(resource: str, record_id: int) -> ResponseReturnValue:
    """Give the composer with the words of the chosen template."""
    context = current()
    declared = _party(context, resource, record_id)
    return str(composer(context, declared, record_id, chosen=MESSAGE))


@pages.post("/compose/<resource>/<int:record_id>")
@needs("message", "send")
def send_composed(resource: str, record_id: int) -> ResponseReturnValue:
    """Queue what was written, and show the page with it on its timeline; what is refused comes back in its place."""
    context = current()
    declared = _party(context, resource, record_id)
    form = CommandForm(context, text_fields(context)).read(request.form)
    token = request.form.get("token", "")[:32] or secrets.token_hex(8)
    outcome = run_command("message.send", form=form, **sent_by(form, record_id, token))
    if outcome.done:
        tell(_("The message is queued."))
        return go_to(record_url(declared, record_id))
    context = current()
    body = _body(context, declared, record_id, form, token)
    return str(composer(context, declared, record_id, chosen=MESSAGE, body=body)), outcome.status


def _party(context: Context, resource: str, record_id: int) -> Resource:
    declared = context.runtime.resource(resource)
    if not is_party(declared):
        raise NotFound()
    context.require(declared.permission, "view")
    load(context, declared, record_id)
    return declared


def _fresh(context: Context, resource: Resource, record_id: int) -> Markup:
    form = CommandForm(context, text_fields(context)).start(start_values(context))
    return _body(context, resource, record_id, form, secrets.token_hex(8))


def _body(context: Context, resource: Resource, record_id: int, form: CommandForm, token: str) -> Markup:
    return fragment(
        "messages/tab.html",
        form=form,
        token=token,
        party_id=record_id,
        address=f"/outbox/compose/{resource.name}/{record_id}",
        templates=templates_to_choose(context),
        chosen=stored_number(request.values.get("template", "")),
        variables=VARIABLES,
    )


def _offered(context: Context, resource: Resource, record_id: int) -> bool:
    return is_party(resource) and context.may("message", "send") and bool(may_send(context, [record_id]))


register_tab(Tab(MESSAGE, _("Message"), "message", _fresh, _offered, order=60))
