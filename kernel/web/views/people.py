"""Posts, relations and households of a party: the block on its page, and the dialogs that change them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from kernel.fa.digits import stored_number
from kernel.i18n import LazyText, _
from kernel.parties import posts, relations
from kernel.parties.models import ORGANISATION, PERSON, Employment, Party, Relation
from kernel.parties.periods import until_field
from kernel.parties.relation_kinds import offered_kinds, sides
from kernel.resources.context import Context
from kernel.resources.errors import NotFound
from kernel.resources.fields import Choice, Field
from kernel.web.current import SAVED, current, needs, refuse_forms, run_command, tell
from kernel.web.forms.command import CommandForm
from kernel.web.pages import go_to, render

pages = Blueprint("people", __name__, url_prefix="/people")
pages.before_request(refuse_forms)
GET_AND_POST = ["GET", "POST"]
editing = needs("party", "edit")


@dataclass(frozen=True)
class Dialog:
    """One change of a post or relation: its title, fields, command, and what the button says."""

    title: LazyText
    fields: tuple[Field, ...]
    command: str
    button: LazyText
    about: LazyText | None = None


POST_DIALOGS: Mapping[str, Dialog] = {
    "edit": Dialog(
        _("Correct a post"),
        (*posts.DETAILS, *posts.DATES),
        "post.edit",
        _("Save"),
        _(
            "For what was entered wrongly. What has changed in life is a change of position, of firm, or an end."
        ),
    ),
    "promote": Dialog(
        _("Promote to another position"),
        (*posts.DETAILS, posts.FROM),
        "post.promote",
        _("Change the position"),
        _("The present post ends the day before and stays among the former ones."),
    ),
    "move": Dialog(
        _("Change to another organisation"),
        (posts.ORGANISATION_FIELD, *posts.DETAILS, posts.FROM),
        "post.move",
        _("Change the firm"),
        _("The present post ends the day before and stays among the former ones."),
    ),
    "end": Dialog(_("End a post"), (until_field(),), "post.end", _("End it")),
}
RELATION_DIALOGS: Mapping[str, Dialog] = {
    "edit": Dialog(_("Change a relation"), (*relations.DATES, relations.NOTE), "relation.edit", _("Save")),
    "end": Dialog(_("End a relation"), (until_field(),), "relation.end", _("End it")),
}


@pages.route("/<int:party_id>/relation", methods=GET_AND_POST)
@editing
def add_relation(party_id: int) -> ResponseReturnValue:
    """Show the form of a new relation of a party, or record it."""
    context = current()
    party = _party(context, party_id)
    offered = {side.key: side.title for side in sides(offered_kinds(context), party.kind)}
    words: Mapping[str, Any] = offered
    kind = Choice("relation", relations.WORD, options=words, required=True)
    name = party.display_name
    dialog = Dialog(
        _("Relation of %(name)s", name=name),
        (kind, relations.OTHER, *relations.DATES, relations.NOTE),
        "relation.add",
        _("Record"),
    )
    return _run(dialog, {"party_id": party_id}, {}, party)


@pages.route("/<int:party_id>/post", methods=GET_AND_POST)
@editing
def add_post(party_id: int) -> ResponseReturnValue:
    """Show the form of a new post of a person or at an organisation, or record it."""
    party = _party(current(), party_id)
    at_firm = party.kind == ORGANISATION
    other = posts.PERSON_FIELD if at_firm else posts.ORGANISATION_FIELD
    title = _("Member of staff of %(name)s", name=party.display_name)
    dialog = Dialog(
        title if at_firm else _("Post of %(name)s", name=party.display_name),
        (other, *posts.DETAILS, *posts.DATES),
        "post.add",
        _("Record"),
    )
    return _run(dialog, {"organisation" if at_firm else "person": party_id}, {}, party)


@pages.route("/posts/<int:post_id>/<any(edit, promote, move, end):what>", methods=GET_AND_POST)
@editing
def change_post(post_id: int, what: str) -> ResponseReturnValue:
    """Show the form that corrects a post, or goes on from it, or ends it; or do so."""
    context = current()
    post = context.session.execute(select(Employment).where(Employment.id == post_id)).scalar_one_or_none()
    if post is None:
        raise NotFound()
    dialog = POST_DIALOGS[what]
    held = _held(post, dialog.fields, context)
    return _run(dialog, {"post_id": post_id}, held, _at(context, post.person_id), _version(post, what))


@pages.route("/relations/<int:relation_id>/<any(edit, end):what>", methods=GET_AND_POST)
@editing
def change_relation(relation_id: int, what: str) -> ResponseReturnValue:
    """Show the form that corrects a relation or ends it; or do so."""
    context = current()
    row = context.session.execute(select(Relation).where(Relation.id == relation_id)).scalar_one_or_none()
    if row is None:
        raise NotFound()
    dialog = RELATION_DIALOGS[what]
    held = _held(row, dialog.fields, context)
    return _run(dialog, {"relation_id": relation_id}, held, _at(context, row.first_id), _version(row, what))


@pages.post("/posts/<int:post_id>/remove")
@editing
def remove_post(post_id: int) -> ResponseReturnValue:
    """Remove a post that was entered by mistake."""
    return _removed("post.remove", _("The post was removed."), post_id=post_id)


@pages.post("/relations/<int:relation_id>/remove")
@editing
def remove_relation(relation_id: int) -> ResponseReturnValue:
    """Remove a relation that was entered by mistake."""
    return _removed("relation.remove", _("The relation was removed."), relation_id=relation_id)


@pages.post("/<int:party_id>/household")
@needs("party", "create")
def make_household(party_id: int) -> ResponseReturnValue:
    """Make a household of a person, the spouse and their children."""
    outcome = run_command("household.from_family", person_id=party_id)
    if not outcome.done:
        return go_to(_page_of(_party(current(), party_id)))
    tell(_("The household is made."))
    return go_to(f"/households/{outcome.value}")


@pages.post("/households/<int:household_id>/address")
@editing
def share_address(household_id: int) -> ResponseReturnValue:
    """Give the address of one member to all."""
    person = stored_number(request.form.get("person_id", ""))
    outcome = run_command("household.share_address", household_id=household_id, person_id=person or 0)
    if outcome.done:
        tell(_("%(count)d members have this address now.", count=outcome.value))
    return go_to(f"/households/{household_id}")


def _run(
    dialog: Dialog,
    fixed: Mapping[str, Any],
    held: Mapping[str, Any],
    party: Party,
    version: Mapping[str, Any] | None = None,
) -> ResponseReturnValue:
    """Show a dialog, or run its command with what was posted; then go to the page of `party`."""
    context = current()
    back = _page_of(party)
    status = 200
    if request.method == "POST":
        form = CommandForm(context, dialog.fields).read(request.form)
        given = {**form.values, **fixed}
        if version:
            given["version"] = stored_number(request.form.get("_version", ""))
        outcome = run_command(dialog.command, form=form, **given)
        if outcome.done:
            tell(SAVED)
            return go_to(back)
        status = outcome.status
    else:
        form = CommandForm(context, dialog.fields).start(held)
    return render(
        "records/people_form.html",
        status=status,
        title=dialog.title,
        about=dialog.about,
        button_text=dialog.button,
        form=form,
        address=f"{request.path}?at={party.id}",
        version=(version or {}).get("version"),
    )


def _held(row: Any, fields: Sequence[Field], context: Context) -> dict[str, Any]:
    """Give what a form begins with: the values of the row; a change begins and an end comes today."""
    held = {item.name: getattr(row, item.attribute) for item in fields if not item.required}
    names = {item.name for item in fields}
    if names == {"until"}:
        held["until"] = row.until or context.today
    elif "until" not in names:
        held = {} if "organisation" in names else held
        held["since"] = context.today
    return held


def _version(row: Any, what: str) -> dict[str, Any] | None:
    return {"version": row.version} if what == "edit" else None


def _removed(command: str, message: LazyText, **arguments: Any) -> ResponseReturnValue:
    party = _party(current(), stored_number(request.args.get("at", "")) or 0)
    if run_command(command, **arguments).done:
        tell(message)
    return go_to(_page_of(party))


def _party(context: Context, party_id: int) -> Party:
    found = context.session.execute(select(Party).where(Party.id == party_id)).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def _at(context: Context, otherwise: int) -> Party:
    """Give the party whose page the dialog was opened on."""
    return _party(context, stored_number(request.args.get("at", "")) or otherwise)


def _page_of(party: Party) -> str:
    return f"/{'persons' if party.kind == PERSON else 'organisations'}/{party.id}"
