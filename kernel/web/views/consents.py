"""The consents of a person: given, ended, withdrawn; and withdrawing one, with the question what becomes of the facts."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from kernel.i18n import _
from kernel.parties.consents import ERASE, KEEP, PERMISSION, WAYS, consents_of
from kernel.parties.models import PERSON
from kernel.resources.attachments import LARGEST
from kernel.resources.fields import UserLink
from kernel.resources.records import load
from kernel.web.current import SAVED, current, needs, run_command, tell
from kernel.web.pages import go_to, render
from kernel.web.uploads import stream_of, uploaded
from kernel.web.views.addresses import record_url
from kernel.web.views.values import may_do

pages = Blueprint("consents", __name__, url_prefix="/persons/<int:party_id>/consents")


@pages.get("")
@needs(PERMISSION, "view")
def page(party_id: int) -> ResponseReturnValue:
    """Show the consents of a visible person."""
    context = current()
    resource = context.runtime.resource(PERSON)
    person = load(context, resource, party_id)
    given = consents_of(context, party_id)
    by = sorted({one.consent.created_by for one in given if one.consent.created_by})
    names = UserLink("created_by", _("Recorded by")).labels(by, context) if by else {}
    return render(
        "parties/consents.html",
        label=person.display_name,
        given=given,
        names=names,
        ways={key: context.text(title) for key, title in WAYS.items()},
        own_url=record_url(resource, party_id),
        address=url_for("consents.page", party_id=party_id),
        may_change=context.may(PERMISSION, "edit") and may_do(context, resource, party_id, "edit"),
        keep=KEEP,
        erase=ERASE,
        largest=LARGEST,
        list_title=context.text(resource.plural),
        list_url=f"/{resource.path}",
    )


@pages.post("/<int:consent_id>/withdraw")
@needs(PERMISSION, "edit")
def withdraw(party_id: int, consent_id: int) -> ResponseReturnValue:
    """Record a withdrawal."""
    outcome = run_command(
        "party.withdraw_consent",
        party_id=party_id,
        consent_id=consent_id,
        then=request.form.get("then", ""),
    )
    if outcome.done:
        tell(_("The consent is withdrawn."))
    return go_to(url_for("consents.page", party_id=party_id))


@pages.post("/<int:consent_id>/document")
@needs(PERMISSION, "edit")
def document(party_id: int, consent_id: int) -> ResponseReturnValue:
    """Attach the paper that was signed."""
    sent = uploaded("file")
    if sent is None:
        tell(_("Choose a file first."), "error")
    elif run_command(
        "party.file_consent",
        party_id=party_id,
        consent_id=consent_id,
        stream=stream_of(sent),
        name=sent.filename or "",
    ).done:
        tell(SAVED)
    return go_to(url_for("consents.page", party_id=party_id))
