"""The designer of documents: which layouts there are, the editor of one, its preview and its older versions."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from kernel.documents.designs.blocks import ALIGNMENTS, SIZES, TYPES, rows_of
from kernel.documents.designs.kinds import DocumentKind, document_kinds, kind_of
from kernel.documents.designs.models import BLOCKS, FORMS, HTML, DocumentLayout
from kernel.documents.designs.reading import RIGHT, find_layout, layouts, versions_of
from kernel.documents.designs.values import DocumentGroup, Item, offered
from kernel.documents.letters import LANGUAGES
from kernel.i18n import LazyText, _
from kernel.resources.context import Context
from kernel.resources.errors import NotFound
from kernel.resources.fields import Choice, Text, UserLink
from kernel.web.current import SAVED, current, needs, run_command, tell
from kernel.web.forms.command import CommandForm
from kernel.web.pages import go, render
from kernel.web.views.paper.blueprint import pages, tabs
from kernel.web.views.paper.design_form import DesignForm

FORM_TITLES: dict[str, LazyText] = {
    BLOCKS: _("Of blocks: no HTML needed"),
    HTML: _("In HTML, beginning with what ships"),
}
WHY: dict[str, LazyText] = {
    "made": _("Made"),
    "saved": _("Saved"),
    "returned": _("An older version brought back"),
    "reset": _("Set back to what ships"),
    "converted": _("Turned into HTML"),
}
DONE: dict[str, LazyText] = {
    "use": _("Documents are printed with this layout from now on."),
    "leave": _("Documents are printed with what ships again."),
    "reset": _("The layout is as it ships; the versions keep what it was."),
    "convert": _("The layout is in HTML now."),
    "delete": _("The layout is deleted."),
}


@pages.get("/layouts")
@needs(*RIGHT)
def designs() -> ResponseReturnValue:
    """Show every kind of document with the layouts of the site."""
    context = current()
    kinds, rows = document_kinds(context.runtime), layouts(context)
    return render(
        "paper/designs.html",
        tabs=tabs(context),
        kinds=[(kind, [row for row in rows if row.kind == kind.key]) for kind in kinds.values()],
        languages=LANGUAGES,
        gone=[row for row in rows if row.kind not in kinds],
    )


@pages.route("/layouts/new", methods=["GET", "POST"])
@needs(*RIGHT)
def new_design() -> ResponseReturnValue:
    """Ask for kind, language and name of a new layout, and make it."""
    context = current()
    kinds = document_kinds(context.runtime)
    fields = (
        Choice(
            "kind",
            _("Document"),
            options={each.key: _text(each.title) for each in kinds.values()},
            required=True,
        ),
        Choice("language", _("Language"), options=LANGUAGES, required=True, default="fa"),
        Choice("made_of", _("How it is made"), options=FORM_TITLES, required=True, default=BLOCKS),
        Text("name", _("Name"), required=True, limit=100),
    )
    form = CommandForm(context, fields)
    if request.method == "GET":
        asked = request.args.get("kind", "")
        form.start(
            {"kind": asked if asked in kinds else next(iter(kinds)), "language": "fa", "made_of": BLOCKS}
        )
        return render("paper/design_new.html", form=form, cancel=url_for("paper.designs"))
    form.read(request.form)
    given: dict[str, Any] = {name: value or "" for name, value in form.values.items()}
    outcome = run_command("document_layout.create", form=form, **given)
    if not outcome.done:
        return render(
            "paper/design_new.html", status=outcome.status, form=form, cancel=url_for("paper.designs")
        )
    return go("paper.design", layout_id=outcome.value)


@pages.route("/layouts/<int:layout_id>", methods=["GET", "POST"])
@needs(*RIGHT)
def design(layout_id: int) -> ResponseReturnValue:
    """Show the editor of a layout, change its blocks without saving them, or save it as a new version."""
    context = current()
    row = find_layout(context, layout_id)
    kind = kind_of(context.runtime, row.kind)
    form = DesignForm(context, kind, row)
    if request.method == "GET":
        return _editor(context, kind, row, form.start())
    form.read(request.form)
    if form.changed_blocks():
        return _editor(context, kind, row, form)
    outcome = run_command(
        "document_layout.save", form=form, layout_id=layout_id, version=form.version, **form.given
    )
    if not outcome.done:
        return _editor(current(), kind, row, form, outcome.status)
    tell(SAVED)
    return go("paper.design", layout_id=layout_id)


@pages.post("/layouts/<int:layout_id>/<any(use, leave, reset, convert, delete):what>")
@needs(*RIGHT)
def change_design(layout_id: int, what: str) -> ResponseReturnValue:
    """Print with a layout or no more, set it back to what ships, turn blocks into HTML, or delete it."""
    if what in ("use", "leave"):
        outcome = run_command("document_layout.use", layout_id=layout_id, used=what == "use")
    else:
        outcome = run_command(f"document_layout.{what}", layout_id=layout_id)
    if outcome.done:
        tell(DONE[what])
        if what == "delete":
            return go("paper.designs")
    return go("paper.design", layout_id=layout_id)


@pages.get("/layouts/<int:layout_id>/versions")
@needs(*RIGHT)
def design_versions(layout_id: int) -> ResponseReturnValue:
    """Show every version of a layout, with its words."""
    context = current()
    row = find_layout(context, layout_id)
    found = versions_of(context, layout_id)
    people = UserLink("user", _("User")).labels(list({each.saved_by for each in found}), context)
    return render("paper/design_versions.html", row=row, versions=found, people=people, why=WHY)


@pages.post("/layouts/<int:layout_id>/versions/<int:number>/return")
@needs(*RIGHT)
def return_to_version(layout_id: int, number: int) -> ResponseReturnValue:
    """Bring an older version back."""
    if run_command("document_layout.revert", layout_id=layout_id, number=number).done:
        tell(_("The version is back, as a new one."))
        return go("paper.design", layout_id=layout_id)
    return go("paper.design_versions", layout_id=layout_id)


def _editor(
    context: Context, kind: DocumentKind, row: DocumentLayout, form: DesignForm, status: int = 200
) -> ResponseReturnValue:
    if row.form not in FORMS:
        raise NotFound()
    return render(
        "paper/design.html",
        status=status,
        form=form,
        row=row,
        kind=kind,
        language=LANGUAGES[row.language],
        groups=_groups(kind.items),
        rows={path: each.title for path, each in rows_of(kind.items).items()},
        types=TYPES,
        alignments=ALIGNMENTS,
        sizes=SIZES,
        errors=form.messages,
    )


def _groups(items: tuple[Item, ...]) -> list[tuple[LazyText | str, list[Any]]]:
    """Give the values that can be put in, by groups; what stands alone comes last."""
    found: list[tuple[LazyText | str, list[Any]]] = []
    alone: list[Any] = []
    for item in items:
        if isinstance(item, DocumentGroup):
            found.append((item.title, list(offered([item]))))
        else:
            alone += offered([item])
    return [*found, (_("More"), alone)]


def _text(title: LazyText | str) -> LazyText:
    return title if isinstance(title, LazyText) else _("%(text)s", text=title)
