"""A template's words as a chosen party would read them, as far as the reader may see that party."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from kernel.fa.sms import sms_size
from kernel.i18n import _
from kernel.messages.models import Template
from kernel.messages.single import measured, previewed
from kernel.resources.errors import Invalid
from kernel.resources.fields import FieldError, Link
from kernel.resources.records import load
from kernel.web.current import current, needs
from kernel.web.forms.command import CommandForm
from kernel.web.pages import render, words
from kernel.web.views.messages.blueprint import pages

PARTY = Link("party", _("Person or organisation"), to="party")


@pages.get("/templates/<int:template_id>/preview")
@needs("message_template", "view")
def preview_template(template_id: int) -> ResponseReturnValue:
    """Show a template filled for the chosen party; a party that is not visible is as if there were none."""
    context = current()
    template: Template = load(context, context.runtime.resource("message_template"), template_id)
    form = CommandForm(context, (PARTY,)).start({})
    body = subject = problem = ""
    if request.args.get("party"):
        form.read(request.args)
        try:
            party_id = int(PARTY.parse(request.args["party"], context))
            load(context, context.runtime.resource("party"), party_id)
            body, subject = previewed(context, template, party_id)
        except FieldError as error:
            problem = words(error.message)
        except Invalid as error:
            problem = words(error.problems[0].message)
    parts, price = measured(context, body, template.channel, template.kind_id) if body else (0, 0)
    return render(
        "messages/preview.html",
        template=template,
        form=form,
        body=body,
        subject=subject,
        problem=problem,
        size=sms_size(body),
        parts=parts,
        price=price,
    )
