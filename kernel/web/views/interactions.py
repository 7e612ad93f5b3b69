"""Recording interactions: the composer's tabs, the dialog that F9 opens, follow-ups, and what an interaction is about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import select

from kernel.access.policies import Rows
from kernel.fa.digits import stored_number
from kernel.i18n import _
from kernel.interactions.models import Call
from kernel.interactions.recording import RESOURCE
from kernel.parties.households import members_of
from kernel.parties.models import Party
from kernel.resources.context import Context
from kernel.resources.errors import NotFound
from kernel.resources.records import load, visible
from kernel.resources.resource import Resource
from kernel.web.composer import Tab, composer, register_tab, tabs_of
from kernel.web.current import SAVED, Outcome, current, needs, refuse_forms, run_command, tell
from kernel.web.forms.recording import ANY, KINDS, Kind, RecordingForm
from kernel.web.pages import fragment, go_to, render
from kernel.web.security import local_address
from kernel.web.uploads import stream_of
from kernel.web.views.addresses import record_url
from kernel.web.views.parties import is_party

pages = Blueprint("interactions", __name__, url_prefix="/interactions")
FILES = 10
"""Files of one recording at most."""
HOUSEHOLD = "household"
recording = needs(RESOURCE, "create")


@pages.get("/compose/<resource>/<int:record_id>/<tab>")
def choose(resource: str, record_id: int, tab: str) -> ResponseReturnValue:
    """Give the composer of a record with another tab open."""
    refuse_forms()
    context = current()
    declared = _visible(context, resource, record_id)
    if tab not in {each.key for each in tabs_of(context, declared, record_id)}:
        raise NotFound()
    return str(composer(context, declared, record_id, chosen=tab))


@pages.post("/compose/<resource>/<int:record_id>/<tab>")
@recording
def compose(resource: str, record_id: int, tab: str) -> ResponseReturnValue:
    """Record what was written in a tab of the composer; what is refused comes back in its place."""
    context = current()
    declared = _visible(context, resource, record_id)
    kind = KINDS.get(tab)
    if kind is None:
        raise NotFound()
    form = RecordingForm(context, kind, f"{tab}-").take(request.form)
    arguments = form.arguments(request.form)
    if is_party(declared):
        arguments["values"]["party"] = record_id
    else:
        arguments["about"] = (declared.name, record_id)
        arguments["values"]["party"] = request.form.get("party", "")
    outcome = run_command("interaction.record", form=form, **arguments)
    if outcome.done:
        return _recorded(outcome, record_url(declared, record_id))
    body = _tab_body(current(), declared, record_id, kind=kind, form=form)
    return str(composer(current(), declared, record_id, chosen=tab, body=body)), outcome.status


@pages.route("/record", methods=["GET", "POST"])
@recording
def record() -> ResponseReturnValue:
    """Show the dialog of a new interaction, or record it. `party`, `about`, `follows` and `call` say where it was opened."""
    refuse_forms()
    context = current()
    opened = _opened(context)
    address = request.full_path.rstrip("?")
    back = local_address(request.args.get("back"), "")
    if request.method == "GET":
        form = RecordingForm(context, ANY, "f9-").begin(opened.given)
        return _dialog(context, form, address, opened.note)
    form = RecordingForm(context, ANY, "f9-").take(request.form)
    outcome = run_command("interaction.record", form=form, **form.arguments(request.form), **opened.arguments)
    if outcome.done:
        return _recorded(outcome, back or f"/interactions/{outcome.value}")
    return _dialog(current(), form, address, opened.note, outcome.status)


@pages.post("/<int:interaction_id>/settle")
@recording
def settle(interaction_id: int) -> ResponseReturnValue:
    """Mark a follow-up as done, or with `open` as open again."""
    outcome = run_command(
        "interaction.settle", interaction_id=interaction_id, done=not request.form.get("open")
    )
    if outcome.done:
        tell(SAVED)
    return go_to(local_address(request.form.get("_back"), f"/interactions/{interaction_id}"))


@pages.post("/<int:interaction_id>/links")
@needs(RESOURCE, "edit")
def add_link(interaction_id: int) -> ResponseReturnValue:
    """Tie an interaction to the record whose address was entered."""
    found = _at_address(current(), request.form.get("record", ""))
    if found is None:
        tell(_("This is not the address of a record's page."), "error")
    elif run_command(
        "interaction.link", interaction_id=interaction_id, resource=found[0], record_id=found[1]
    ).done:
        tell(SAVED)
    return go_to(f"/interactions/{interaction_id}")


@pages.post("/<int:interaction_id>/links/<int:link_id>/remove")
@needs(RESOURCE, "edit")
def remove_link(interaction_id: int, link_id: int) -> ResponseReturnValue:
    """Take away what an interaction was said to be about."""
    if run_command("interaction.unlink", interaction_id=interaction_id, link_id=link_id).done:
        tell(SAVED)
    return go_to(f"/interactions/{interaction_id}")


class Opened:
    """Where the dialog was opened: what it begins with, and what the command is told besides."""

    def __init__(self) -> None:
        self.given: dict[str, Any] = {}
        self.arguments: dict[str, Any] = {}
        self.note = ""


def _opened(context: Context) -> Opened:
    """Read where the dialog was opened; what the reader may not see is as if it had not been named."""
    opened = Opened()
    party = _number("party")
    if party and _seen(context, Party, party):
        opened.given["party"] = party
    _about(context, opened)
    follows = _number("follows")
    if follows:
        earlier = load(context, context.runtime.resource(RESOURCE), follows)
        opened.arguments["follows"] = follows
        opened.given |= {"party": earlier.party_id, "follow_up_number": earlier.follow_up_number}
        opened.note = context.text(_("Follows “%(subject)s”.", subject=earlier.subject))
    _of_call(context, opened)
    return opened


def _about(context: Context, opened: Opened) -> None:
    name, _dot, number = request.args.get("about", "").rpartition(":")
    record_id = stored_number(number)
    declared = context.runtime.resources.get(name)
    if declared is None or not record_id or not context.may(declared.permission, "view"):
        return
    if not visible(context, declared, [record_id]):
        return
    opened.arguments["about"] = (declared.name, record_id)
    found = load(context, declared, record_id)
    opened.note = context.text(_("About “%(record)s”.", record=_label(context, declared, found)))
    policy = context.runtime.policies.for_table(declared.model.__table__)
    if isinstance(policy, Rows) and policy.party is not None and _is_of_party(policy):
        opened.given.setdefault("party", getattr(found, policy.party, None))


def _is_of_party(policy: Rows) -> bool:
    """Whether the record that rows are seen together with is a party: it may be one of a plugin's, such as a project."""
    keys = policy.table.c[policy.party or ""].foreign_keys
    return any(key.column.table is Party.__table__ for key in keys)


def _of_call(context: Context, opened: Opened) -> None:
    number = _number("call")
    if not number:
        return
    call = context.session.execute(select(Call).where(Call.id == number)).scalar_one_or_none()
    if call is None:
        raise NotFound()
    opened.arguments["call_id"] = number
    opened.given |= {
        "channel": f"call_{call.direction}",
        "started_at": call.started_at,
        "number": call.number or call.number_given or "",
    }
    if call.duration:
        opened.given["minutes"] = max(1, round(call.duration / 60))
    if call.party_id and _seen(context, Party, call.party_id):
        opened.given.setdefault("party", call.party_id)


def _recorded(outcome: Outcome, address: str) -> ResponseReturnValue:
    """Attach the chosen files, each by itself, and go on."""
    for item in [each for each in request.files.getlist("file") if each.filename][:FILES]:
        run_command(
            "attachment.add",
            resource=RESOURCE,
            record_id=outcome.value,
            stream=stream_of(item),
            name=item.filename or "",
        )
    tell(_("The interaction is recorded."))
    return go_to(address)


def _dialog(
    context: Context, form: RecordingForm, address: str, note: str, status: int = 200
) -> ResponseReturnValue:
    return render(
        "interactions/dialog.html",
        status=status,
        title=context.text(ANY.title),
        note=note,
        address=address,
        **_shown(context, form),
    )


def _shown(context: Context, form: RecordingForm) -> Mapping[str, Any]:
    return {
        "form": form,
        "prefix": form.prefix,
        "first": form.kind.first,
        "placeholder": context.text(form.kind.placeholder),
        "timed": form.kind.timed,
        "autofocus": bool(request.headers.get("HX-Request")),
    }


def _tab_body(
    context: Context, resource: Resource, record_id: int, *, kind: Kind, form: RecordingForm | None = None
) -> Markup:
    return fragment(
        "interactions/tab.html",
        address=f"/interactions/compose/{resource.name}/{record_id}/{kind.key}",
        button_text=kind.button,
        members=_members(context, resource, record_id),
        chosen_member=request.form.get("party", ""),
        **_shown(context, form or RecordingForm(context, kind, f"{kind.key}-").begin({})),
    )


def _members(context: Context, resource: Resource, record_id: int) -> list[tuple[int, str]]:
    """Give those of a household of whom one is chosen; nothing for a party, which is chosen already."""
    if resource.name != HOUSEHOLD:
        return []
    present = [one for one in members_of(context, [record_id]) if one.holds_on(context.today)]
    return [(one.person_id, one.person) for one in present]


def _offered(context: Context, resource: Resource, record_id: int) -> bool:
    """Offered on pages of parties and households, to who may record."""
    if not context.may(RESOURCE, "create") or not context.may("party", "view"):
        return False
    if resource.name == HOUSEHOLD:
        return bool(_members(context, resource, record_id))
    return is_party(resource)


def _visible(context: Context, resource: str, record_id: int) -> Resource:
    declared = context.runtime.resource(resource)
    context.require(declared.permission, "view")
    load(context, declared, record_id)
    return declared


def _at_address(context: Context, address: str) -> tuple[str, int] | None:
    """Read the address of a record's page, whole or from its path on."""
    path = re.sub(r"^https?://[^/]+", "", address.strip()[:500]).split("?")[0].split("#")[0].strip("/")
    below, _slash, number = path.rpartition("/")
    declared = context.runtime.by_path.get(below)
    record_id = stored_number(number)
    return None if declared is None or not record_id else (declared.name, record_id)


def _label(context: Context, resource: Resource, found: Any) -> str:
    return resource.label_text(getattr(found, resource.label), context)


def _seen(context: Context, model: Any, number: int) -> bool:
    return context.session.execute(select(model.id).where(model.id == number)).first() is not None


def _number(name: str) -> int:
    return stored_number(request.args.get(name, "")) or 0


for _kind in KINDS.values():
    register_tab(
        Tab(_kind.key, _kind.title, _kind.icon, partial(_tab_body, kind=_kind), _offered, order=_kind.order)
    )
