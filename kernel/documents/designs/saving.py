"""Making and changing layouts: every save is a version, older ones come back, and what ships is always there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select, update

from kernel.documents.designs.blocks import STYLE, block_problems, body_of, cleaned, starting_blocks
from kernel.documents.designs.kinds import DocumentKind, kind_of
from kernel.documents.designs.language import layout_faults
from kernel.documents.designs.models import (
    BLOCKS,
    CONTENT,
    CONVERTED,
    FORMS,
    HTML,
    MADE,
    RESET,
    RETURNED,
    SAVED,
    DocumentLayout,
    DocumentLayoutVersion,
)
from kernel.documents.designs.page import read_page
from kernel.documents.designs.style import style_faults
from kernel.documents.wording import Fault
from kernel.fa.text import clean, squeeze
from kernel.i18n import _
from kernel.resources.audit import note
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import EditConflict, Invalid, NotFound, Problem, Refused

LONGEST_NAME = 100
TITLE = _("Design documents")


@command("document_layout.create", TITLE, resource="document_layout", action="edit")
def create(context: Context, *, kind: str, language: str, name: str, made_of: str = HTML) -> int:
    """Make a layout of a kind that begins with what ships, or, of blocks, with the main values; gives its number."""
    declared = kind_of(context.runtime, kind)
    problems = []
    if language not in declared.languages:
        problems.append(Problem("language", _("This document has no layouts in that language.")))
    if made_of not in FORMS:
        problems.append(Problem("made_of", _("Choose how the layout is made.")))
    if problems:
        raise Invalid(problems)
    row = DocumentLayout(kind=kind, language=language, form=made_of, **_ships(declared))
    if made_of == BLOCKS:
        row.blocks = cleaned(
            starting_blocks(declared, lambda text: context.runtime.translate(text, language))
        )
        row.body, row.style = body_of(row.blocks, declared), STYLE
    with context.system("a layout of documents") as system:
        _name(system, row, name)
        system.session.add(row)
        system.session.flush()
        _keep(context, system, row, MADE)
        number = row.id
    note(context, "document_layout.create", resource="document_layout", record_id=number)
    return number


@command("document_layout.save", TITLE, resource="document_layout", action="edit")
def save(
    context: Context,
    *,
    layout_id: int,
    version: int,
    name: str,
    body: str = "",
    style: str = "",
    blocks: Sequence[Mapping[str, Any]] = (),
    page: Mapping[str, Any] | None = None,
) -> int:
    """Save a layout as a new version. Raises `Invalid` naming the field and the line, `EditConflict`."""
    with context.system("a layout of documents") as system:
        row = _locked(system, layout_id)
        if row.version != version:
            raise EditConflict()
        declared = kind_of(context.runtime, row.kind)
        given = entered(context, declared, row.form, body=body, style=style, blocks=blocks, page=page)
        _name(system, row, name)
        for column, value in given.items():
            setattr(row, column, value)
        system.session.flush()
        _keep(context, system, row, SAVED)
    note(context, "document_layout.save", resource="document_layout", record_id=layout_id)
    return layout_id


@command("document_layout.revert", TITLE, resource="document_layout", action="edit")
def revert(context: Context, *, layout_id: int, number: int) -> int:
    """Bring an older version back, as a new one. What has become faulty since is refused with its line."""
    with context.system("a layout of documents") as system:
        row = _locked(system, layout_id)
        wanted = select(DocumentLayoutVersion).where(
            DocumentLayoutVersion.layout_id == layout_id, DocumentLayoutVersion.number == number
        )
        older = system.session.execute(wanted).scalar_one_or_none()
        if older is None:
            raise NotFound()
        problems = content_problems(kind_of(context.runtime, row.kind), older.body, older.style)
        if problems:
            raise Invalid(problems)
        for column in CONTENT:
            setattr(row, column, getattr(older, column))
        system.session.flush()
        _keep(context, system, row, RETURNED)
    note(
        context,
        "document_layout.revert",
        resource="document_layout",
        record_id=layout_id,
        detail={"to": number},
    )
    return layout_id


@command("document_layout.reset", TITLE, resource="document_layout", action="edit")
def reset(context: Context, *, layout_id: int) -> int:
    """Bring what ships into a layout, as a new version in HTML."""
    with context.system("a layout of documents") as system:
        row = _locked(system, layout_id)
        for column, value in _ships(kind_of(context.runtime, row.kind)).items():
            setattr(row, column, value)
        row.form, row.blocks = HTML, []
        system.session.flush()
        _keep(context, system, row, RESET)
    note(context, "document_layout.reset", resource="document_layout", record_id=layout_id)
    return layout_id


@command("document_layout.convert", TITLE, resource="document_layout", action="edit")
def convert(context: Context, *, layout_id: int) -> int:
    """Turn a layout of blocks into HTML for good; its versions keep the blocks."""
    with context.system("a layout of documents") as system:
        row = _locked(system, layout_id)
        if row.form != BLOCKS:
            raise Refused(_("This layout is in HTML already."))
        row.form, row.blocks = HTML, []
        system.session.flush()
        _keep(context, system, row, CONVERTED)
    note(context, "document_layout.convert", resource="document_layout", record_id=layout_id)
    return layout_id


@command("document_layout.use", TITLE, resource="document_layout", action="edit")
def use(context: Context, *, layout_id: int, used: bool = True) -> int:
    """Print documents of the kind and language with this layout, or, with `used` false, with what ships again."""
    with context.system("a layout of documents") as system:
        row = _locked(system, layout_id)
        others = update(DocumentLayout).where(
            DocumentLayout.kind == row.kind,
            DocumentLayout.language == row.language,
            DocumentLayout.is_default,
        )
        if used:
            problems = content_problems(kind_of(context.runtime, row.kind), row.body, row.style)
            if problems:
                raise Invalid(problems)
            system.session.execute(others.where(DocumentLayout.id != layout_id).values(is_default=False))
        row.is_default = used
        system.session.flush()
    note(
        context, "document_layout.use", resource="document_layout", record_id=layout_id, detail={"used": used}
    )
    return layout_id


@command("document_layout.delete", TITLE, resource="document_layout", action="edit")
def remove(context: Context, *, layout_id: int) -> int:
    """Delete a layout with its versions; one that is printed with is refused."""
    with context.system("a layout of documents") as system:
        row = _locked(system, layout_id)
        if row.is_default:
            raise Refused(_("Documents are printed with this layout; choose another first."))
        detail = {"kind": row.kind, "name": row.name}
        system.session.delete(row)
        system.session.flush()
    note(context, "document_layout.delete", resource="document_layout", record_id=layout_id, detail=detail)
    return layout_id


def entered(
    context: Context,
    kind: DocumentKind,
    form: str,
    *,
    body: str,
    style: str,
    blocks: Iterable[Mapping[str, Any]],
    page: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Give the columns of what was entered; raise `Invalid` naming the field and the line."""
    given: dict[str, Any] = {"body": body.replace("\r\n", "\n"), "style": style.replace("\r\n", "\n")}
    if form == BLOCKS:
        kept = cleaned(blocks)
        problems = block_problems(kept, kind)
        given |= {"blocks": kept, "body": body_of(kept, kind), "style": STYLE}
    else:
        problems = content_problems(kind, given["body"], given["style"])
    try:
        given["page"] = read_page(context, page or {}).plain() if kind.page is not None else {}
    except Invalid as error:
        problems += error.problems
    if problems:
        raise Invalid(problems)
    return given


def content_problems(kind: DocumentKind, body: str, style: str) -> list[Problem]:
    """Give what is wrong with a body and a style, each naming the field and the line."""
    if not body.strip():
        return [Problem("body", _("The layout is empty."))]
    return [
        *(_problem("body", fault) for fault in layout_faults(body, kind.shape)),
        *(_problem("style", fault) for fault in style_faults(style)),
    ]


def _problem(field: str, fault: Fault) -> Problem:
    return Problem(field, _("Line %(line)d: %(problem)s", line=fault.line, problem=fault.message))


def _ships(kind: DocumentKind) -> dict[str, Any]:
    page = kind.page.plain() if kind.page is not None else {}
    return {"body": kind.body, "style": kind.style, "page": page}


def _locked(system: Context, layout_id: int) -> DocumentLayout:
    row = system.session.get(DocumentLayout, layout_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound()
    return row


def _name(system: Context, row: DocumentLayout, given: str) -> None:
    name = clean(given)
    if not name or len(name) > LONGEST_NAME:
        message = _("Enter a name of at most %(most)d characters.", most=LONGEST_NAME)
        raise Invalid([Problem("name", message)])
    row.name, row.search_key = name, squeeze(name)
    same = select(DocumentLayout.id).where(
        DocumentLayout.kind == row.kind,
        DocumentLayout.language == row.language,
        DocumentLayout.search_key == row.search_key,
        DocumentLayout.id != (row.id or 0),
    )
    with system.session.no_autoflush:
        if system.session.execute(same).first() is not None:
            raise Invalid([Problem("name", _("There is already a layout of this name."))])


def _keep(context: Context, system: Context, row: DocumentLayout, why: str) -> None:
    """Write the version that a layout has become."""
    last = select(func.max(DocumentLayoutVersion.number)).where(DocumentLayoutVersion.layout_id == row.id)
    number = (system.session.execute(last).scalar_one_or_none() or 0) + 1
    content = {column: getattr(row, column) for column in CONTENT}
    kept = DocumentLayoutVersion(
        layout_id=row.id,
        number=number,
        why=why,
        saved_at=context.now,
        saved_by=context.actor.user_id or 0,
        **content,
    )
    system.session.add(kept)
    system.session.flush()
