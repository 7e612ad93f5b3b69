"""Which layout a document is printed with: the site's default, else the one that ships."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from kernel.documents.designs.kinds import DocumentKind
from kernel.documents.designs.models import DocumentLayout, DocumentLayoutVersion
from kernel.documents.designs.page import PageSettings
from kernel.documents.letterheads import letterhead_of
from kernel.documents.variables import house_values
from kernel.resources.context import Context
from kernel.resources.errors import NotFound

LOGO = "logo"
"""By this name a layout asks for the logo of the site."""
RIGHT = ("document_layout", "edit")
"""Who may design documents: administrators, until it is granted."""


@dataclass(frozen=True)
class Design:
    """A layout as it is filled."""

    body: str
    style: str
    page: PageSettings | None
    layout_id: int | None = None


def shipped_design(kind: DocumentKind) -> Design:
    """Give the layout that ships with a kind."""
    return Design(kind.body, kind.style, kind.page)


def design_of(row: DocumentLayout | DocumentLayoutVersion, kind: DocumentKind) -> Design:
    """Give a stored layout as it is filled."""
    page = PageSettings.read(row.page) if kind.page is not None else None
    return Design(row.body, row.style, page, row.id if isinstance(row, DocumentLayout) else row.layout_id)


def own_design(context: Context, kind: DocumentKind, language: str) -> Design | None:
    """Give the site's default layout of a kind in a language; None where what ships is printed with."""
    statement = select(DocumentLayout).where(
        DocumentLayout.kind == kind.key, DocumentLayout.language == language, DocumentLayout.is_default
    )
    with context.system("the layout of a document") as system:
        row = system.session.execute(statement).scalar_one_or_none()
        return None if row is None else design_of(row, kind)


def layouts(context: Context) -> Sequence[DocumentLayout]:
    """Give all layouts of the site by kind, language and name."""
    context.require(*RIGHT)
    statement = select(DocumentLayout).order_by(
        DocumentLayout.kind, DocumentLayout.language.desc(), DocumentLayout.search_key
    )
    with context.system("layouts of documents") as system:
        rows = list(system.session.execute(statement).scalars())
        system.session.expunge_all()
    return rows


def find_layout(context: Context, layout_id: int) -> DocumentLayout:
    """Give a layout; raise `NotFound`."""
    context.require(*RIGHT)
    with context.system("a layout of documents") as system:
        row = system.session.get(DocumentLayout, layout_id)
        if row is None:
            raise NotFound()
        system.session.expunge(row)
    return row


def versions_of(context: Context, layout_id: int) -> Sequence[DocumentLayoutVersion]:
    """Give the versions of a layout, newest first."""
    context.require(*RIGHT)
    statement = (
        select(DocumentLayoutVersion)
        .where(DocumentLayoutVersion.layout_id == layout_id)
        .order_by(DocumentLayoutVersion.number.desc())
    )
    with context.system("versions of a layout") as system:
        rows = list(system.session.execute(statement).scalars())
        for row in rows:
            system.session.expunge(row)
    return rows


def common_values(context: Context, language: str) -> dict[str, Any]:
    """Give the values that every document knows."""
    house, head = house_values(context, language), letterhead_of(context, language)
    return {
        "own": {
            "name": head.name,
            "phone": house["own.phone"],
            "address": list(head.footer),
            "lines": list(head.header),
            "logo": head.logo is not None,
        },
        "today": context.today,
        "printed_by": context.actor.name if context.actor.user_id else house["own.name"],
    }


def files_of(context: Context, language: str) -> Mapping[str, bytes]:
    """Give the files that a layout may name."""
    logo = letterhead_of(context, language).logo
    return {} if logo is None else {LOGO: logo}
