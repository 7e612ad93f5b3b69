"""Fields that administrators define: the list, the form for each kind, and deleting one with its values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from wtforms.form import BaseForm

from kernel.administration import user_fields
from kernel.administration.user_field_form import (
    OPTION_FIELDS,
    extensible,
    form_fields,
    kind_of,
    shown_values,
)
from kernel.fa.digits import stored_number
from kernel.i18n import LazyText, _, ngettext_lazy
from kernel.resources.context import Context
from kernel.resources.errors import NotFound, Problem
from kernel.resources.user_fields.definition import Definition, Option
from kernel.resources.user_fields.kinds import KINDS, Kind
from kernel.web.current import SAVED, current, run_command, tell
from kernel.web.forms.command import CommandForm
from kernel.web.forms.controls import controls, mark
from kernel.web.pages import go, render
from kernel.web.views.administration.blueprint import administrators, pages

MOST_ROWS = 400
"""Rows of options that a posted form may number."""


@dataclass(frozen=True)
class Line:
    """A definition in the list."""

    definition: Definition
    kind: LazyText
    homes: list[str]
    target: str
    rests: bool
    """Whether the records, or the linked ones, belong to a plugin that does not run."""


@dataclass(frozen=True)
class OptionRow:
    """The controls of one option."""

    form: BaseForm
    prefix: str
    key: str = ""


class DefinitionForm(CommandForm):
    """The controls of a definition and of its options."""

    def __init__(self, context: Context, kind: Kind) -> None:
        super().__init__(context, form_fields(context, kind))
        self.kind = kind
        self.blank = self._row("__index__", Option("", "", active=True))
        self.rows: list[OptionRow] = []
        self.options: list[dict[str, Any]] = []
        self.option_errors: list[str] = []

    @property
    def errors(self) -> bool:
        """Whether anything is wrong."""
        return bool(self.option_errors) or super().errors

    def start(self, given: Mapping[str, Any], options: Sequence[Option] = ()) -> DefinitionForm:
        """Fill the controls with a definition."""
        super().start(given)
        self._show(options)
        return self

    def read(self, posted: MultiDict[str, str]) -> DefinitionForm:
        """Take what was posted, the options in their order."""
        super().read(posted)
        for place in range(MOST_ROWS):
            prefix = f"options-{place}-"
            if f"{prefix}title" in posted:
                names = ("key", "title", "title_en", "active")
                self.options.append({name: posted.get(f"{prefix}{name}", "")[:500] for name in names})
        self._show(
            [Option(row["key"], row["title"], row["title_en"], bool(row["active"])) for row in self.options]
        )
        return self

    def attach(self, problems: Iterable[Problem]) -> None:
        """Put each problem beside its control, those of options above them."""
        found = list(problems)
        of_options = [problem for problem in found if problem.field == "options"]
        texts = (self.context.runtime.translate(each.message, self.context.locale) for each in of_options)
        self.option_errors += texts
        super().attach(problem for problem in found if problem.field != "options")

    def _show(self, options: Sequence[Option]) -> None:
        wanted = options or ([Option("", "")] if self.kind.options else [])
        self.rows = [self._row(place, option) for place, option in enumerate(wanted)]

    def _row(self, place: int | str, option: Option) -> OptionRow:
        prefix = f"options-{place}-"
        made = controls(OPTION_FIELDS, self.context, lambda _item: "", prefix)
        for item in OPTION_FIELDS:
            mark(made[item.name], item)
        made.process(None, data={"title": option.title, "title_en": option.title_en, "active": option.active})
        return OptionRow(made, prefix, option.key)


@pages.get("/user-fields")
@administrators
def own_fields() -> ResponseReturnValue:
    """List the defined fields, those out of use at the end."""
    context = current()
    lines = [_line(context, each) for each in user_fields.definitions(context)]
    return render(
        "administration/user_fields.html",
        lines=[line for line in lines if not line.definition.retired],
        retired=[line for line in lines if line.definition.retired],
    )


@pages.get("/user-fields/kinds")
@administrators
def choose_kind() -> ResponseReturnValue:
    """Ask for the kind of a new field, or of a present one."""
    number = stored_number(request.args.get("field", ""))
    definition = None if number is None else user_fields.kept(current(), number).definition
    return render("administration/user_field_kinds.html", kinds=list(KINDS.values()), definition=definition)


@pages.route("/user-fields/new", methods=["GET", "POST"])
@administrators
def new_field() -> ResponseReturnValue:
    """Show the form for a field of a kind, or make it."""
    context = current()
    kind = kind_of(request.values.get("kind", ""))
    form = DefinitionForm(context, kind)
    if request.method == "GET":
        given = {item.name: item.default for item in form.fields if item.default is not None}
        homes = tuple(extensible(context.runtime))[:1]
        return _page(form.start({"resources": homes, **given}), None)
    return _save(form.read(request.form), None)


@pages.route("/user-fields/<int:field_id>", methods=["GET", "POST"])
@administrators
def own_field(field_id: int) -> ResponseReturnValue:
    """Show the form of a field, as its own kind or another (`kind`), or save it."""
    context = current()
    kept = user_fields.kept(context, field_id)
    kind = kind_of(request.values.get("kind") or kept.definition.kind)
    form = DefinitionForm(context, kind)
    if request.method == "GET":
        return _page(form.start(shown_values(context, kept.definition), kept.definition.options), kept)
    return _save(form.read(request.form), kept)


@pages.post("/user-fields/<int:field_id>/act")
@administrators
def change_field(field_id: int) -> ResponseReturnValue:
    """Move a field, or take it out of use or back: what the pressed button says."""
    match request.form.get("do", ""):
        case "up" | "down" as way:
            run_command("user_field.move", field_id=field_id, up=way == "up")
        case "retire":
            if run_command("user_field.retire", field_id=field_id).done:
                tell(_("The field is out of use; its values stay."))
        case "restore":
            if run_command("user_field.restore", field_id=field_id).done:
                tell(_("The field is in use again, with its values."))
        case _:
            raise NotFound()
    return go("administration.own_fields")


@pages.route("/user-fields/<int:field_id>/delete", methods=["GET", "POST"])
@administrators
def delete_field(field_id: int) -> ResponseReturnValue:
    """Show what deleting a field would destroy, or do it."""
    kept = user_fields.kept(current(), field_id)
    if request.method == "POST":
        expected = stored_number(request.form.get("expected", "")) or 0
        outcome = run_command("user_field.purge", field_id=field_id, expected=expected)
        if outcome.done:
            tell(ngettext_lazy("%(n)d value was deleted.", "%(n)d values were deleted.", outcome.value))
            return go("administration.own_fields")
        kept = user_fields.kept(current(), field_id)
    return render("administration/user_field_delete.html", kept=kept, kind=KINDS[kept.definition.kind].title)


def _save(form: DefinitionForm, kept: user_fields.Kept | None) -> ResponseReturnValue:
    version = request.form.get("_version", "")
    outcome = run_command(
        "user_field.save",
        form=form,
        kind=form.kind.key,
        values=form.values,
        options=form.options,
        field_id=kept.definition.id if kept else None,
        version=stored_number(version),
    )
    if not outcome.done:
        return _page(form, kept, version=version, status=outcome.status)
    tell(SAVED)
    return go("administration.own_fields")


def _page(
    form: DefinitionForm, kept: user_fields.Kept | None, *, version: str = "", status: int = 200
) -> ResponseReturnValue:
    return render(
        "administration/user_field.html",
        status=status,
        form=form,
        kept=kept,
        version=version or (kept.version if kept else None),
        back=url_for("administration.own_fields"),
    )


def _line(context: Context, definition: Definition) -> Line:
    known = context.runtime.resources
    homes = [context.text(known[name].plural) for name in definition.resources if name in known]
    target = known.get(definition.target)
    rests = not homes or (bool(definition.target) and target is None)
    kind = KINDS[definition.kind].title if definition.kind in KINDS else _("Unknown kind")
    return Line(
        definition,
        kind,
        homes or list(definition.resources),
        context.text(target.plural) if target else "",
        rests,
    )
