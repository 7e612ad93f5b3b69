"""The list for cross-selling: owners of this who have none of that, to look at and as a workbook."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from flask import request, send_file
from flask.typing import ResponseReturnValue

from kernel.api import (
    CommandForm,
    Context,
    Problem,
    Workbook,
    _,
    calendar,
    current,
    fields,
    is_persian,
    render,
    run_command,
)
from plugins.carpet.crossing import MOST, Kind, owners
from plugins.carpet.resources import GUARANTEE, MODEL
from plugins.carpet.resources.catalogue import COLOURS, DESIGNS, SIZES

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SINCE = fields.Day("since", _("Registered since"))
BOUGHT: tuple[fields.Field, ...] = (
    fields.Link("model", _("Model"), to=MODEL.name),
    fields.BaseChoice("size", _("Size"), source=SIZES),
    fields.BaseChoice("design", _("Design"), source=DESIGNS),
    fields.BaseChoice("colour", _("Colour"), source=COLOURS),
    SINCE,
)
LACKING: tuple[fields.Field, ...] = (
    fields.Link("no_model", _("Model"), to=MODEL.name),
    fields.BaseChoice("no_size", _("Size"), source=SIZES),
    fields.BaseChoice("no_design", _("Design"), source=DESIGNS),
    fields.BaseChoice("no_colour", _("Colour"), source=COLOURS),
)
TITLES = (_("Name"), _("Mobile"), _("Carpets"), _("Latest registration"))


def crossing() -> ResponseReturnValue:
    """Show who bought this and not that."""
    context = current()
    form, values = _asked(context)
    found = _owners(context, values, MOST)
    return render(
        "carpet/crossing.html",
        form=form,
        found=found,
        most=MOST,
        shows_mobile=_shows_mobile(context),
        query=request.query_string.decode("ascii", "replace"),
        may_export=context.may(GUARANTEE.permission, "export"),
    )


def download() -> ResponseReturnValue:
    """The same as a workbook."""
    run_command("record.export", resource=GUARANTEE.name, kind="xlsx", ticked=None, filtered=True)
    context = current()
    _form, values = _asked(context)
    content = io.BytesIO()
    book = Workbook(content, sheet=context.text(_("Offers")), right_to_left=is_persian(context.locale))
    book.heading([context.text(title) for title in TITLES], ["text", "text", "amount", "text"])
    shown = _shows_mobile(context)
    for row in _owners(context, values, None):
        day = calendar.format_date(row.latest, "short")
        book.row([row.display_name, (row.mobile or "") if shown else "", row.count, day])
    book.close()
    content.seek(0)
    return send_file(content, mimetype=WORKBOOK, as_attachment=True, download_name="offers.xlsx")


def _asked(context: Context) -> tuple[CommandForm, dict[str, Any]]:
    """Read the question; what makes no sense is marked and left out."""
    form = CommandForm(context, (*BOUGHT, *LACKING)).read(request.args)
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for item in (*BOUGHT, *LACKING):
        try:
            values[item.name] = item.read(form.values[item.name], context)
        except fields.FieldError as error:
            values[item.name] = None
            problems.append(Problem(item.name, error.message))
    form.attach(problems)
    return form, values


def _owners(context: Context, values: dict[str, Any], most: int | None) -> list[Any]:
    bought, lacking = (_kind(values, mark) for mark in ("", "no_"))
    return owners(context, bought, lacking, since=values["since"], most=most)


def _kind(values: dict[str, Any], mark: str) -> Kind:
    names: Iterable[str] = ("model", "size", "design", "colour")
    return Kind(**{f"{name}_id": values[f"{mark}{name}"] for name in names})


def _shows_mobile(context: Context) -> bool:
    person = context.runtime.resource("person")
    return bool(context.runtime.may_see_field(context, person, person.by_name["mobile"]))
