"""Units of the house: the tree, and the form of one."""

from __future__ import annotations

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from kernel.administration.units import UnitRow, unit_rows
from kernel.administration.users import user_rows
from kernel.fa.digits import stored_number
from kernel.i18n import LazyText, _
from kernel.resources.errors import NotFound, Problem
from kernel.web.current import SAVED, current, run_command, tell
from kernel.web.pages import go, render
from kernel.web.views.administration.blueprint import administrators, pages


class UnitForm:
    """What was entered of a unit, and what was found wrong with it."""

    def __init__(self, name: str = "", parent: int | None = None, head: int | None = None) -> None:
        self.name = name
        self.parent = parent
        self.head = head
        self.errors: dict[str | None, list[LazyText]] = {}

    def attach(self, problems: tuple[Problem, ...]) -> None:
        """Put each problem beside its field."""
        for problem in problems:
            self.errors.setdefault(problem.field, []).append(problem.message)


@pages.get("/units")
@administrators
def units() -> ResponseReturnValue:
    """List the units as a tree."""
    return render("administration/units.html", units=unit_rows(current()))


@pages.route("/units/new", methods=["GET", "POST"])
@administrators
def new_unit() -> ResponseReturnValue:
    """Show the form of a new unit, or make one."""
    if request.method == "GET":
        return _form(UnitForm(parent=stored_number(request.args.get("parent", ""))), None)
    return _save(None)


@pages.route("/units/<int:unit_id>", methods=["GET", "POST"])
@administrators
def unit(unit_id: int) -> ResponseReturnValue:
    """Show a unit, or save what was changed."""
    found = next((row for row in unit_rows(current()) if row.id == unit_id), None)
    if found is None:
        raise NotFound()
    if request.method == "GET":
        return _form(UnitForm(found.name, found.parent_id, found.head_id), found, version=found.version)
    return _save(found)


@pages.post("/units/<int:unit_id>/delete")
@administrators
def delete_unit(unit_id: int) -> ResponseReturnValue:
    """Delete a unit that is empty."""
    if run_command("unit.delete", unit_id=unit_id).done:
        tell(_("The unit is deleted."))
        return go("administration.units")
    return go("administration.unit", unit_id=unit_id)


def _save(found: UnitRow | None) -> ResponseReturnValue:
    form = UnitForm(
        request.form.get("name", ""),
        stored_number(request.form.get("parent_id", "")),
        stored_number(request.form.get("head_id", "")),
    )
    version = request.form.get("_version", "")
    outcome = run_command(
        "unit.save",
        form=form,
        unit_id=None if found is None else found.id,
        name=form.name,
        parent_id=form.parent,
        head_id=form.head,
        version=stored_number(version),
    )
    if outcome.done:
        tell(SAVED)
        return go("administration.units")
    return _form(form, found, version=version, status=outcome.status)


def _form(
    form: UnitForm, found: UnitRow | None, *, version: Any = None, status: int = 200
) -> ResponseReturnValue:
    context = current()
    return render(
        "administration/unit.html",
        status=status,
        form=form,
        unit=found,
        version=version,
        units=[row for row in unit_rows(context) if found is None or row.id != found.id],
        users=user_rows(context),
    )
