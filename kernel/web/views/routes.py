"""Addresses of the generic pages: the same for every resource, under its own path."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from flask import Flask
from flask.typing import ResponseReturnValue

from kernel.resources.errors import NotFound
from kernel.resources.resource import Resource
from kernel.web.current import refuse_forms, runtime
from kernel.web.views import (
    attachments,
    binned,
    boards,
    bulk,
    columns,
    duplicates,
    erasing,
    export,
    facets,
    facts,
    field_edit,
    filters,
    forms,
    grouping,
    handing,
    imports,
    lists,
    lookups,
    merging,
    moves,
    notes,
    photos,
    printing,
    quick,
    records,
    regroup,
    reports,
    saved,
    saved_reports,
    trees,
)

View = Callable[..., ResponseReturnValue]
GET = ("GET",)
POST = ("POST",)
BOTH = ("GET", "POST")

ROUTES: tuple[tuple[str, str, tuple[str, ...], View], ...] = (
    ("", "lists.page", GET, lists.page),
    ("/facets", "facets.suggest", GET, facets.suggest),
    ("/filter", "filters.choose", GET, filters.choose),
    ("/filter/apply", "filters.apply", GET, filters.apply),
    ("/columns", "columns.arrange", BOTH, columns.arrange),
    ("/columns/widths", "columns.widths", POST, columns.widths),
    ("/group", "grouping.choose", GET, grouping.choose),
    ("/views/new", "saved.new", BOTH, saved.VIEWS.new),
    ("/views/<int:view_id>", "saved.opened", GET, saved.VIEWS.opened),
    ("/views/<int:view_id>/edit", "saved.edit", BOTH, saved.VIEWS.edit),
    ("/views/<int:view_id>/update", "saved.update", POST, saved.VIEWS.update),
    ("/views/<int:view_id>/delete", "saved.delete", POST, saved.VIEWS.delete),
    ("/views/<int:view_id>/mark", "saved.mark", POST, saved.VIEWS.mark),
    ("/export", "export.download", GET, export.download),
    ("/report", "reports.page", GET, reports.page),
    ("/report/file", "reports.download", GET, reports.download),
    ("/report/pdf", "reports.as_pdf", POST, reports.as_pdf),
    ("/report/saved/new", "saved_reports.new", BOTH, saved_reports.REPORTS.new),
    ("/report/saved/<int:view_id>", "saved_reports.opened", GET, saved_reports.REPORTS.opened),
    ("/report/saved/<int:view_id>/edit", "saved_reports.edit", BOTH, saved_reports.REPORTS.edit),
    ("/report/saved/<int:view_id>/update", "saved_reports.update", POST, saved_reports.REPORTS.update),
    ("/report/saved/<int:view_id>/delete", "saved_reports.delete", POST, saved_reports.REPORTS.delete),
    ("/report/saved/<int:view_id>/mark", "saved_reports.mark", POST, saved_reports.REPORTS.mark),
    ("/bulk", "bulk.act", POST, bulk.act),
    ("/edit-field", "field_edit.act", POST, field_edit.act),
    ("/regroup", "regroup.act", POST, regroup.act),
    ("/hand-over", "handing.act", POST, handing.act),
    ("/suggest", "lookups.suggest", GET, lookups.suggest),
    ("/options/<field>", "lookups.options", GET, lookups.options),
    ("/new", "forms.new", BOTH, forms.new),
    ("/quick", "quick.new", BOTH, quick.new),
    ("/duplicates", "duplicates.check", POST, duplicates.check),
    ("/bin", "binned.page", GET, binned.page),
    ("/bin/act", "binned.act", POST, binned.act),
    ("/import", "imports.upload", BOTH, imports.upload),
    ("/import/sample", "imports.sample", GET, imports.sample),
    ("/import/<int:run_id>", "imports.page", GET, imports.page),
    ("/import/<int:run_id>/columns", "imports.columns", BOTH, imports.columns),
    ("/import/<int:run_id>/begin", "imports.begin", POST, imports.begin),
    ("/import/<int:run_id>/progress", "imports.progress", GET, imports.progress),
    ("/import/<int:run_id>/stop", "imports.stop", POST, imports.stop),
    ("/import/<int:run_id>/undo", "imports.undo", POST, imports.undo),
    ("/import/<int:run_id>/refused", "imports.refused", GET, imports.refused),
    ("/<int:record_id>", "records.page", GET, records.page),
    ("/<int:record_id>/actions", "records.actions", GET, records.actions),
    ("/<int:record_id>/edit", "forms.edit", BOTH, forms.edit),
    ("/<int:record_id>/delete", "records.delete", POST, records.delete),
    ("/<int:record_id>/erase", "erasing.page", BOTH, erasing.page),
    ("/<int:record_id>/merge", "merging.page", BOTH, merging.page),
    ("/<int:record_id>/merge/<int:merge_id>/undo", "merging.undo", POST, merging.undo),
    ("/<int:record_id>/field/<field>", "facts.field", BOTH, facts.field),
    ("/<int:record_id>/photo", "photos.photo", BOTH, photos.photo),
    ("/<int:record_id>/photo/remove", "photos.remove", POST, photos.remove),
    ("/<int:record_id>/print", "printing.page", GET, printing.page),
    ("/<int:record_id>/notes", "notes.add", POST, notes.add),
    ("/<int:record_id>/notes/<int:note_id>", "notes.edit", BOTH, notes.edit),
    ("/<int:record_id>/notes/<int:note_id>/delete", "notes.delete", POST, notes.delete),
    ("/<int:record_id>/files", "attachments.add", POST, attachments.add),
    ("/<int:record_id>/files/<int:file_id>", "attachments.download", GET, attachments.download),
    ("/<int:record_id>/files/<int:file_id>/delete", "attachments.delete", POST, attachments.delete),
)
"""Rule below the resource's path, endpoint, methods, view. Each view gets the resource, and checks its own rights."""
VIEW_ROUTES: tuple[tuple[str, str, tuple[str, ...], View], ...] = (
    ("/lane", "boards.more", GET, boards.more),
    ("/swim", "boards.unfold", GET, boards.unfold),
    ("/below", "trees.below", GET, trees.below),
    ("/<int:record_id>/move", "moves.move", BOTH, moves.move),
)
"""Those of resources that declare views besides the list."""


def add_resource_routes(app: Flask, resources: Iterable[Resource]) -> None:
    """Add the generic pages of every resource. `url_for` takes the resource's name as `resource`."""
    bound = {endpoint: _bound(view) for _rule, endpoint, _methods, view in (*ROUTES, *VIEW_ROUTES)}
    for resource in resources:
        for rule, endpoint, methods, _view in (*ROUTES, *(VIEW_ROUTES if resource.views else ())):
            app.add_url_rule(
                f"/{resource.path}{rule}",
                endpoint=endpoint,
                view_func=bound[endpoint],
                methods=list(methods),
                defaults={"resource": resource.name},
            )


def _bound(view: View) -> View:
    @wraps(view)
    def with_resource(*, resource: str, **values: Any) -> ResponseReturnValue:
        declared = runtime().resource(resource)
        if view is not photos.photo:  # a picture stands at the address that takes a new one
            refuse_forms()
        try:
            return view(declared, **values)
        except NotFound:
            answer = merging.moved_to(declared, values.get("record_id"))
            if answer is None:
                raise
            return answer

    return with_resource
