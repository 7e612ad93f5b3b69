"""The import wizard: upload a file, choose its columns, look at what would happen, run it, see what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from flask import request, send_file, url_for
from flask.typing import ResponseReturnValue
from wtforms import Field as Control

from kernel.i18n import LazyText, _
from kernel.jobs.own_work import OwnWork, work_on
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, NotFound
from kernel.resources.importing import (
    RowResult,
    Run,
    kept_rows,
    preview,
    refused_file,
    refused_rows,
    runs_of,
    sample_file,
    sayable,
    skipped_rows,
    start,
    targets,
)
from kernel.resources.importing import (
    columns as file_columns,
)
from kernel.resources.importing import (
    progress as progress_of,
)
from kernel.resources.resource import Resource
from kernel.web.current import current, run_command, scope, tell
from kernel.web.forms.controls import alone
from kernel.web.pages import by_htmx, go_to, render, words
from kernel.web.uploads import stream_of, uploaded

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 200
"""Rows of a result that the page shows; all refused ones are in the file."""

STATES: dict[str, LazyText] = {
    "uploaded": _("Uploaded"),
    "mapped": _("Ready to run"),
    "running": _("Running"),
    "done": _("Done"),
    "stopped": _("Stopped"),
    "failed": _("Failed"),
    "undoing": _("Being undone"),
    "undone": _("Undone"),
}
STEPS = (_("File"), _("Columns"), _("Preview"), _("Run"), _("Result"))
AT_WORK = ("running", "undoing")


def upload(resource: Resource) -> ResponseReturnValue:
    """Show where a file is chosen and what was imported before, or take a file."""
    context = _importing(resource)
    error = ""
    if request.method == "POST":
        sent = uploaded("file")
        if sent is None:
            error = words(_("Choose a file first."))
        else:
            mine = scope()
            mine.close()
            try:
                run_id = start(mine.runtime, mine.actor, resource.name, sent.filename or "", stream_of(sent))
            except Invalid as refusal:
                error = words(refusal.message)
            else:
                return go_to(_address(resource, run_id, "/columns"))
        context = current()
    return render(
        "imports/upload.html",
        status=422 if error else 200,
        error=error,
        runs=runs_of(context, resource.name, 20),
        states=STATES,
        **_common(context, resource, 1),
    )


def sample(resource: Resource) -> ResponseReturnValue:
    """Send a workbook with the headings that are recognised."""
    context = _importing(resource)
    name = f"{words(resource.plural)}.xlsx"
    content = BytesIO(sample_file(context, resource.name))
    return send_file(content, mimetype=XLSX, as_attachment=True, download_name=name)


def columns(resource: Resource, run_id: int) -> ResponseReturnValue:
    """Show which column fills which field, as it was guessed, or store what the user decided."""
    context = _importing(resource)
    run = _run(context, resource, run_id)
    chosen = {str(place): key for place, key in run.mapping.items()}
    said = run.options.get("for_all", {})
    status = 200
    error = ""
    if request.method == "POST":
        said = {
            name.removeprefix("all-"): value
            for name, value in request.form.items()
            if name.startswith("all-") and value
        }
        chosen = {
            name.removeprefix("column-"): value
            for name, value in request.form.items()
            if name.startswith("column-") and value
        }
        outcome = run_command(
            "import.map",
            quiet=True,
            run_id=run_id,
            mapping=chosen,
            probable=request.form.get("probable", "create"),
            add_values="add_values" in request.form,
            for_all=said,
        )
        if outcome.done:
            return go_to(_address(resource, run_id))
        status, error = outcome.status, words(outcome.message) if outcome.message else ""
        context = current()
    return render(
        "imports/columns.html",
        status=status,
        error=error,
        run=run,
        columns=file_columns(context, run_id),
        chosen=chosen,
        targets=list(targets(context, resource).values()),
        for_all=_for_all(context, resource, said),
        may_add=context.may("base_data", "create"),
        **_common(context, resource, 2),
    )


def _for_all(context: Context, resource: Resource, said: Mapping[str, Any]) -> list[Control]:
    """The controls of what may be said once for all rows, with what was said."""
    found = []
    for key, target in sayable(context, resource).items():
        options = url_for("lookups.options", resource=resource.name, field=key)
        held = said.get(key)
        control = alone(context, target.field, options, {}, None if held is None else str(held))
        control.id = control.name = f"all-{key}"
        control.label.field_id = control.id
        control.flags.required = False
        found.append(control)
    return found


def page(resource: Resource, run_id: int) -> ResponseReturnValue:
    """Show an import as it stands: what would happen, how far it is, or what came of it."""
    context = _importing(resource)
    run = _run(context, resource, run_id)
    if run.state == "uploaded":
        return go_to(_address(resource, run_id, "/columns"))
    if run.state == "mapped":
        return render(
            "imports/preview.html",
            run=run,
            preview=preview(context, run_id),
            **_common(context, resource, 3),
        )
    if run.state in AT_WORK:
        return render(
            "imports/running.html", run=run, work=_work(context, run), **_common(context, resource, 4)
        )
    return render(
        "imports/result.html",
        run=run,
        state=STATES[run.state],
        refused=refused_rows(context, run_id, SHOWN),
        skipped=skipped_rows(context, run_id, SHOWN),
        kept=_kept(context, run_id) if run.state == "undone" else (),
        **_common(context, resource, 5),
    )


def progress(resource: Resource, run_id: int) -> ResponseReturnValue:
    """Give the bar of a running import; when it has come to its end, send the browser to the result."""
    context = _importing(resource)
    run = _run(context, resource, run_id)
    if run.state in AT_WORK and by_htmx():
        return render(
            "imports/progress.html", run=run, work=_work(context, run), **_common(context, resource, 4)
        )
    return go_to(_address(resource, run_id))


def begin(resource: Resource, run_id: int) -> ResponseReturnValue:
    """Have an import run in the background."""
    return _command(resource, run_id, "import.begin")


def stop(resource: Resource, run_id: int) -> ResponseReturnValue:
    """Stop a running import after its present batch."""
    return _command(resource, run_id, "import.stop")


def undo(resource: Resource, run_id: int) -> ResponseReturnValue:
    """Take back what an import created."""
    return _command(resource, run_id, "import.undo")


def refused(resource: Resource, run_id: int) -> ResponseReturnValue:
    """Send the refused rows as a workbook to mend."""
    context = _importing(resource)
    run = _run(context, resource, run_id)
    name = f"{words(_('Refused rows'))} {run.file_name.rpartition('.')[0] or run.file_name}.xlsx"
    return send_file(refused_file(context, run_id), mimetype=XLSX, as_attachment=True, download_name=name)


def _work(context: Context, run: Run) -> OwnWork | None:
    """Give the background work of a run; None where the command line runs it."""
    work = work_on(context, ("import", run.id))
    return work if work is not None and work.going_on else None


def _kept(context: Context, run_id: int) -> list[RowResult]:
    return [RowResult(number, [reason], record) for number, record, reason in kept_rows(context, run_id)]


def _command(resource: Resource, run_id: int, name: str) -> ResponseReturnValue:
    _run(_importing(resource), resource, run_id)
    if run_command(name, run_id=run_id).done and name == "import.begin":
        tell(_("The import has begun. You may leave this page; it goes on."), "notice")
    return go_to(_address(resource, run_id))


def _importing(resource: Resource) -> Context:
    if not resource.importable:
        raise NotFound()
    context = current()
    context.require(resource.permission, "import")
    context.require(resource.permission, "create")
    return context


def _run(context: Context, resource: Resource, run_id: int) -> Run:
    run = progress_of(context, run_id)
    if run.resource != resource.name:
        raise NotFound()
    return run


def _address(resource: Resource, run_id: int, below: str = "") -> str:
    return f"/{resource.path}/import/{run_id}{below}"


def _common(context: Context, resource: Resource, step: int) -> dict[str, Any]:
    return {
        "resource": resource,
        "title": context.text(_("Import of %(kind)s", kind=resource.plural)),
        "list_title": context.text(resource.plural),
        "list_url": f"/{resource.path}",
        "step": step,
        "step_titles": [context.text(item) for item in STEPS],
    }
