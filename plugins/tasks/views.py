"""Pages of the plugin's own: giving a task about a record, referring, finishing, cancelling, starting a workflow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, Response, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from kernel.api import (
    CommandForm,
    LazyText,
    NotFound,
    _,
    current,
    fields,
    kept_from,
    load,
    needs,
    record_labels,
    render,
    run_command,
    stored_number,
    tell,
)
from plugins.tasks import commands, page
from plugins.tasks.models import Workflow
from plugins.tasks.progress.views import add_pages
from plugins.tasks.resources import TASK

RIGHT = TASK.permission
LIST = f"/{TASK.path}"
USERS = f"{LIST}/options/assignee"
CATEGORIES = f"{LIST}/options/category"
NEW = tuple(item for item in commands.ENTERED if item.name != "value")
FORMS: dict[str, tuple[str, Sequence[fields.Field], LazyText, LazyText]] = {
    "refer": ("assign", (commands.TO, commands.COMMENT), _("Refer a task"), _("Refer")),
    "finish": ("edit", (commands.RESULT,), _("Finish a task"), _("Finish")),
    "cancel": ("edit", (commands.REASON,), _("Cancel a task"), _("Cancel the task")),
}
"""For each form of a task: the right, what is asked, the title, the button."""
TOLD = {
    "refer": _("The task is referred; you find it under “Sent by me”."),
    "finish": _("The task is done."),
    "cancel": _("The task is cancelled."),
    "reopen": _("The task is open again."),
    "follow": _("You follow the task."),
    "unfollow": _("You follow the task no more."),
}
PLAIN = {"reopen": "edit", "follow": "view", "unfollow": "view"}
"""What is done by a button alone, with its right."""


def make_blueprint() -> Blueprint:
    """Make the plugin's pages; each application of a site gets a blueprint of its own."""
    pages = Blueprint("tasks", __name__)
    pages.add_url_rule("/new", "new", needs(RIGHT, "create")(new), methods=["GET", "POST"])
    pages.add_url_rule("/start", "start", needs("tasks.run", "create")(start), methods=["GET", "POST"])
    pages.add_url_rule(
        "/runs/<int:number>/stop", "stop_run", needs("tasks.run", "edit")(stop_run), methods=["POST"]
    )
    pages.add_url_rule(
        "/workflows/take-over", "take_over", needs("tasks.workflow", "create")(take_over), methods=["POST"]
    )
    for name, (action, *_rest) in FORMS.items():
        view = needs(RIGHT, action)(_form_view(name))
        pages.add_url_rule(f"/<int:number>/{name}", name, view, methods=["GET", "POST"])
    for name, action in PLAIN.items():
        pages.add_url_rule(
            f"/<int:number>/{name}", name, needs(RIGHT, action)(_plain_view(name)), methods=["POST"]
        )
    for name in ("add", "tick", "move", "remove"):
        view = needs(RIGHT, "edit")(_line_view(name))
        pages.add_url_rule(f"/<int:number>/lines/{name}", f"line_{name}", view, methods=["POST"])
    for name in ("add", "remove"):
        view = needs(RIGHT, "edit")(_follower_view(name))
        pages.add_url_rule(f"/<int:number>/followers/{name}", f"follower_{name}", view, methods=["POST"])
    add_pages(pages, _about)
    return pages


def new() -> ResponseReturnValue:
    """Show the form of a task about a record, or make the task."""
    context = current()
    resource, record_id, name, back = _about()
    is_party = resource in ("person", "organisation", "party")
    own = [item for item in NEW if not kept_from(context, TASK, item.name)]
    kinds = [item for item in own if item.name != "party" or not is_party]
    form = CommandForm(context, kinds, {"assignee": USERS})
    if request.method == "GET":
        form.start({"assignee": context.actor.user_id, "priority": "normal"})
        return render("tasks/new.html", form=form, about=name, back=back)
    form.read(request.form)
    outcome = run_command("tasks.create", form=form, resource=resource, record_id=record_id, **form.values)
    if not outcome.done:
        return render("tasks/new.html", status=outcome.status, form=form, about=name, back=back)
    tell(_("The task is given."))
    return redirect(back, code=303)


def start() -> ResponseReturnValue:
    """Ask which workflow is started about a record, or start it."""
    context = current()
    resource, record_id, name, back = _about()
    wanted = select(Workflow.id, Workflow.title, Workflow.description).where(Workflow.active)
    fits = Workflow.about_resource.is_(None) if resource is None else Workflow.about_resource == resource
    choices = context.session.execute(wanted.where(fits).order_by(Workflow.search_key)).all()
    if request.method == "POST":
        chosen = stored_number(request.form.get("workflow", ""))
        if chosen is None:
            tell(_("Choose a workflow."), "error")
            return redirect(request.full_path, code=303)
        outcome = run_command("tasks.start_workflow", workflow=chosen, resource=resource, record_id=record_id)
        if outcome.done:
            tell(_("The workflow has begun."))
            return redirect(back if resource else f"/tasks/runs/{outcome.value}", code=303)
        return redirect(request.full_path, code=303)
    return render("tasks/start.html", choices=choices, about=name, back=back)


def stop_run(number: int) -> ResponseReturnValue:
    """Stop a run of a workflow."""
    if run_command("tasks.stop_run", run=number).done:
        tell(_("The run is stopped, and its open tasks are cancelled."))
    return redirect(f"/tasks/runs/{number}", code=303)


def take_over() -> ResponseReturnValue:
    """Write the workflows that ship."""
    outcome = run_command("tasks.take_over")
    if outcome.done:
        tell(_("%(n)d workflows were taken over.", n=outcome.value))
    return redirect("/tasks/workflows", code=303)


def _about() -> tuple[str | None, int | None, str, str]:
    """Name the record of the address: resource, id, label, and its page; `NotFound` where the reader does not see it."""
    context = current()
    resource, number = request.args.get("resource", "")[:80], stored_number(request.args.get("record_id", ""))
    if not resource or number is None:
        return None, None, "", LIST
    declared = context.runtime.resource(resource)
    label = record_labels(context, [(resource, number)]).get((resource, number))
    if label is None:
        raise NotFound()
    return declared.name, number, f"{context.text(declared.title)}: {label}", f"/{declared.path}/{number}"


def _form_view(name: str) -> Callable[[int], ResponseReturnValue]:
    _action, kinds, title, button = FORMS[name]

    def view(number: int) -> ResponseReturnValue:
        context = current()
        record = load(context, TASK, number)
        own = [item for item in kinds if not kept_from(context, TASK, item.name)]
        form = CommandForm(context, own, {"to": USERS})
        status = 200
        if request.method == "GET":
            form.start({"result": record.result} if name == "finish" else {})
        else:
            form.read(request.form)
            version = stored_number(request.form.get("version", ""))
            outcome = run_command(f"tasks.{name}", form=form, task=number, version=version, **form.values)
            if outcome.done:
                tell(TOLD[name])
                return redirect(f"{LIST}/{number}", code=303)
            status = outcome.status
            record = load(current(), TASK, number)
        return render(
            "tasks/form.html",
            status=status,
            form=form,
            title=title,
            button=button,
            task=record,
            back=f"{LIST}/{number}",
            danger=name == "cancel",
        )

    return view


def _plain_view(name: str) -> Callable[[int], ResponseReturnValue]:
    def view(number: int) -> ResponseReturnValue:
        load(current(), TASK, number)
        if run_command(f"tasks.{name}", task=number).done:
            tell(TOLD[name])
        return redirect(f"{LIST}/{number}", code=303)

    return view


def _line_view(name: str) -> Callable[[int], ResponseReturnValue]:
    command = {
        "add": "tasks.add_line",
        "tick": "tasks.tick",
        "move": "tasks.move_line",
        "remove": "tasks.remove_line",
    }

    def view(number: int) -> ResponseReturnValue:
        load(current(), TASK, number)
        given: dict[str, Any] = {"title": request.form.get("title", "")}
        if name != "add":
            item = stored_number(request.form.get("item", ""))
            if item is None:
                raise NotFound()
            given = {"item": item}
        if name in ("tick", "move"):
            given["done" if name == "tick" else "up"] = request.form.get("to") == "1"
        before = load(current(), TASK, number).percent
        run_command(command[name], task=number, **given)
        return _after_line(number, before)

    return view


def _after_line(number: int, before: int) -> ResponseReturnValue:
    """Show the checklist anew in its place, or the whole page where the percent has followed it."""
    address = f"{LIST}/{number}"
    if request.headers.get("HX-Request") != "true":
        return redirect(address, code=303)
    context = current()
    if load(context, TASK, number).percent != before:
        return Response(status=204, headers={"HX-Redirect": address})
    return Response(str(page.checklist(context, number) or ""), mimetype="text/html")


def _follower_view(name: str) -> Callable[[int], ResponseReturnValue]:
    def view(number: int) -> ResponseReturnValue:
        load(current(), TASK, number)
        run_command(f"tasks.{name}_follower", task=number, user=request.form.get("user", ""))
        return redirect(f"{LIST}/{number}", code=303)

    return view
