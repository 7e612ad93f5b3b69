"""The trees of groups of persons and of organisations, edited in place."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from kernel.fa.digits import stored_number
from kernel.i18n import LazyText, _
from kernel.parties.groups import my_groups
from kernel.parties.models import ORGANISATION, PERSON, PartyGroup
from kernel.parties.tree import Node, read_tree, users_of
from kernel.resources.context import Context
from kernel.resources.errors import NotFound
from kernel.resources.fields import UserLink
from kernel.resources.records import load
from kernel.resources.resource import Resource
from kernel.web.current import Outcome, current, needs, refuse_forms, run_command, scope, tell
from kernel.web.pages import by_htmx, go, render, triggering

pages = Blueprint("groups", __name__, url_prefix="/groups")
pages.before_request(refuse_forms)

SMALL_TREE = 60
"""Groups up to which a tree is shown unfolded at first."""
MOST_USERS = 200
TITLES = {PERSON: _("Groups of persons"), ORGANISATION: _("Groups of organisations")}


@pages.get("/")
@needs("party", "view")
def trees() -> ResponseReturnValue:
    """Go to the tree of persons."""
    return go("groups.tree", kind=PERSON)


@pages.get("/<kind>")
@needs("party", "view")
def tree(kind: str) -> ResponseReturnValue:
    """Show a tree with the number of members of each node; asked by htmx, the tree alone."""
    context = current()
    groups = _resource(context, kind)
    nodes = read_tree(context, kind)
    values: dict[str, Any] = {
        "kind": kind,
        "nodes": nodes,
        "unfolded": sum(1 for _node in _all(nodes)) <= SMALL_TREE,
        "members_url": f"/{context.runtime.resource(kind).path}?f.group.is=",
        "may": {action: context.may(groups.permission, action) for action in ("create", "edit", "delete")},
    }
    if by_htmx():
        return render("groups/tree.html", **values)
    return render(
        "groups/page.html",
        title=context.text(TITLES[kind]),
        tab_links=[
            {"label": context.text(title), "url": url_for("groups.tree", kind=name), "current": name == kind}
            for name, title in TITLES.items()
        ],
        mine_url=f"/{context.runtime.resource(kind).path}?f.my_groups.is=1" if my_groups(context) else None,
        **values,
    )


@pages.route("/<kind>/add", methods=["GET", "POST"])
@needs("party_group", "create")
def add(kind: str) -> ResponseReturnValue:
    """Show the box for the name of a new group in its place in the tree, or add it."""
    groups = _resource(current(), kind)
    parent = _number("parent")
    if request.method == "GET":
        return _name_box(kind, parent or 0, url_for("groups.add", kind=kind, parent=parent))
    values = {"name": request.form.get("name", ""), "parent": parent}
    outcome = run_command("record.create", quiet=True, resource=groups.name, values=values)
    if not outcome.done:
        return _name_box(kind, parent or 0, url_for("groups.add", kind=kind, parent=parent), outcome)
    return _changed(kind, _("The group was added."))


@pages.route("/<kind>/<int:group_id>/rename", methods=["GET", "POST"])
@needs("party_group", "edit")
def rename(kind: str, group_id: int) -> ResponseReturnValue:
    """Show the box with the name of a group, or save the new one."""
    context = current()
    group = load(context, _resource(context, kind), group_id)
    address = url_for("groups.rename", kind=kind, group_id=group_id)
    if request.method == "GET":
        return _name_box(kind, group_id, address, name=group.name)
    outcome = run_command(
        "record.edit",
        quiet=True,
        resource=f"{kind}_group",
        record_id=group_id,
        values={"name": request.form.get("name", "")},
    )
    if not outcome.done:
        return _name_box(kind, group_id, address, outcome)
    return _changed(kind, _("The group was renamed."))


@pages.post("/<kind>/<int:group_id>/place")
@needs("party_group", "edit")
def place(kind: str, group_id: int) -> ResponseReturnValue:
    """Put a group where it was dropped: beneath `parent`, in front of `before`."""
    _resource(current(), kind)
    outcome = run_command(
        "group.move",
        quiet=True,
        resource=f"{kind}_group",
        group_id=group_id,
        parent=_number("parent"),
        before=_number("before"),
    )
    return _changed(kind, _("The group was moved."), outcome)


@pages.route("/<kind>/<int:group_id>/move", methods=["GET", "POST"])
@needs("party_group", "edit")
def move(kind: str, group_id: int) -> ResponseReturnValue:
    """Ask beneath which group one goes, or move it there."""
    asked = (_("Move the group"), _("Beneath"), _("Move"), _("Leave it empty to put the group at the top."))
    if request.method == "GET":
        return _target_dialog("groups.move", kind, group_id, asked)
    outcome = run_command(
        "group.move",
        quiet=True,
        resource=f"{kind}_group",
        group_id=group_id,
        parent=_number("target"),
    )
    if not outcome.done:
        return _target_dialog("groups.move", kind, group_id, asked, outcome)
    return _changed(kind, _("The group was moved."))


@pages.route("/<kind>/<int:group_id>/merge", methods=["GET", "POST"])
@needs("party_group", "delete")
def merge(kind: str, group_id: int) -> ResponseReturnValue:
    """Ask into which group one is merged, or do so."""
    asked = (
        _("Merge the group"),
        _("Into"),
        _("Merge"),
        _("Members and sub-groups move there, and the group is gone. This cannot be undone."),
    )
    if request.method == "GET":
        return _target_dialog("groups.merge", kind, group_id, asked)
    into = _number("target")
    if into is None:
        missing = Outcome(False, None, 422, _("%(field)s is required.", field=_("Into")))
        return _target_dialog("groups.merge", kind, group_id, asked, missing)
    outcome = run_command("group.merge", quiet=True, resource=f"{kind}_group", group_id=group_id, into=into)
    if not outcome.done:
        return _target_dialog("groups.merge", kind, group_id, asked, outcome)
    return _changed(kind, _("The groups were merged."))


@pages.post("/<kind>/<int:group_id>/delete")
@needs("party_group", "delete")
def delete(kind: str, group_id: int) -> ResponseReturnValue:
    """Delete a group that holds nothing any more."""
    _resource(current(), kind)
    outcome = run_command("group.delete", quiet=True, resource=f"{kind}_group", group_id=group_id)
    return _changed(kind, _("The group was deleted."), outcome)


@pages.route("/<kind>/<int:group_id>/users", methods=["GET", "POST"])
@needs("party_group", "edit")
def users(kind: str, group_id: int) -> ResponseReturnValue:
    """Ask who is responsible for a group, or save it."""
    context = current()
    group = load(context, _resource(context, kind), group_id)
    if request.method == "POST":
        ticked = [number for text in request.form.getlist("user") if (number := stored_number(text))]
        outcome = run_command(
            "group.entrust", quiet=True, resource=f"{kind}_group", group_id=group_id, users=ticked
        )
        return _changed(kind, _("Saved."), outcome)
    known = UserLink("user", _("User")).suggest("", context, MOST_USERS)
    held = users_of(context, group_id)
    return render(
        "groups/users.html",
        address=url_for("groups.users", kind=kind, group_id=group_id),
        name=group.name,
        users=[(number, name, number in held) for number, name in known],
    )


def _resource(context: Context, kind: str) -> Resource:
    if kind not in TITLES:
        raise NotFound()
    return context.runtime.resource(f"{kind}_group")


def _all(nodes: list[Node]) -> Any:
    for node in nodes:
        yield node
        yield from _all(node.below)


def _number(name: str) -> int | None:
    return stored_number(request.values.get(name, ""))


def _name_box(
    kind: str, at: int, address: str, outcome: Outcome | None = None, *, name: str = ""
) -> ResponseReturnValue:
    return render(
        "groups/name_box.html",
        status=200 if outcome is None else outcome.status,
        at=at,
        address=address,
        name=request.form.get("name", name),
        error=_words(outcome),
    )


def _target_dialog(
    endpoint: str,
    kind: str,
    group_id: int,
    asked: tuple[LazyText, LazyText, LazyText, LazyText],
    outcome: Outcome | None = None,
) -> ResponseReturnValue:
    context = current()
    group: PartyGroup = load(context, _resource(context, kind), group_id)
    title, label, verb, note = (context.text(text) for text in asked)
    return render(
        "groups/target.html",
        status=200 if outcome is None else outcome.status,
        address=url_for(endpoint, kind=kind, group_id=group_id),
        options_url=f"/{context.runtime.resource(kind).path}/options/group",
        title=f"{title}: {group.name}",
        label=label,
        verb=verb,
        note=note,
        error=_words(outcome),
    )


def _words(outcome: Outcome | None) -> str:
    if outcome is None or outcome.message is None:
        return ""
    return scope().runtime.translate(outcome.message, scope().locale)


def _changed(kind: str, done: LazyText, outcome: Outcome | None = None) -> ResponseReturnValue:
    """Let the browser fetch the tree again, with a word on what was done or why not."""
    failed = outcome is not None and not outcome.done
    text = _words(outcome) if failed else scope().runtime.translate(done, scope().locale)
    if not by_htmx():
        tell(text, "error" if failed else "done")
        return go("groups.tree", kind=kind)
    toast = {"text": text, "error": failed}
    # Events happen in the order of their names: the tree must hear before the dialog, and with it the form, is gone.
    return triggering(Response(status=204), changed_tree=True, dialog_close=True, toast=toast)
