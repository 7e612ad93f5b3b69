"""What stands on the letterhead of the house, in each language of documents: name, lines beneath it, foot and logo.

What a site leaves empty is its own organisation's name and address, and the logo of its branding.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import BigInteger, LargeBinary, Text, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from kernel.data.base import KernelBase
from kernel.data.media import fits, media_type
from kernel.data.types import Instant
from kernel.documents.postal import own_address
from kernel.extension.branding import BrandingRow
from kernel.i18n import LazyText, _
from kernel.parties.own import own_name
from kernel.resources import fields
from kernel.resources.audit import note
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, NotFound, Problem
from kernel.resources.fields import Field, read_all

LANGUAGES: Mapping[str, LazyText] = {"fa": _("Persian"), "en": _("English")}
LOGO_BYTES = 512 * 1024
ALLOWED = ("image/png", "image/jpeg")
"""What is printed and cannot hold a program."""
FIELDS: tuple[Field, ...] = (
    fields.Text(
        "name", _("Name of the house"), limit=120, help=_("Left empty, the name of our own organisation.")
    ),
    fields.LongText(
        "header",
        _("Lines beneath the name"),
        limit=400,
        help=_("Such as a motto, or numbers of registration; each line by itself."),
    ),
    fields.LongText(
        "footer",
        _("Lines at the foot"),
        limit=400,
        help=_("Left empty, the address of our own organisation."),
    ),
)


class LetterheadRow(KernelBase):
    """The letterhead of one language, as far as the site has chosen it."""

    __tablename__ = "letterhead"

    language: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    header: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    footer: Mapped[str] = mapped_column(Text, server_default=text("''"), default="")
    logo: Mapped[bytes | None] = mapped_column(LargeBinary)
    logo_kind: Mapped[str | None] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(Instant, server_default=text("now()"))
    updated_by: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))


@dataclass(frozen=True)
class Letterhead:
    """What is printed: the name, lines beneath it, lines at the foot, the logo; `chosen` is what the site entered itself."""

    name: str
    header: tuple[str, ...]
    footer: tuple[str, ...]
    logo: bytes | None
    chosen: Mapping[str, str]
    own_logo: bool


def letterhead_of(context: Context, language: str) -> Letterhead:
    """Give the letterhead of a language; everybody prints with it."""
    with context.system("the letterhead") as system:
        row = system.session.execute(
            select(LetterheadRow.__table__).where(LetterheadRow.language == language)
        ).one_or_none()
        brand = system.session.execute(select(BrandingRow.__table__.c.logo)).scalar_one()
    own = None if row is None or row.logo is None else bytes(row.logo)
    chosen = {each.name: getattr(row, each.name) if row is not None else "" for each in FIELDS}
    return Letterhead(
        name=chosen["name"] or own_name(context),
        header=_lines(chosen["header"]),
        footer=_lines(chosen["footer"]) or tuple(own_address(context, language)[1:]),
        logo=own or (None if brand is None else bytes(brand)),
        chosen=chosen,
        own_logo=own is not None,
    )


def _lines(entered: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in entered.splitlines() if line.strip())


@command("letterhead.save", _("Change a letterhead"), resource="document_layout", action="edit")
def save(context: Context, *, language: str, values: Mapping[str, Any]) -> None:
    """Choose the words of a letterhead. Raises `Invalid` naming each field, `NotFound` for a language without documents."""
    read, problems = read_all(FIELDS, values, context)
    if problems:
        raise Invalid(problems)
    kept = {name: value or "" for name, value in read.items()}
    _write(context, language, kept, kept)


@command("letterhead.set_logo", _("Set the logo of a letterhead"), resource="document_layout", action="edit")
def set_logo(context: Context, *, language: str, stream: BinaryIO, name: str) -> None:
    """Store a picture as the logo; what it is, its content says. Raises `Invalid`."""
    content = stream.read(LOGO_BYTES + 1)
    if len(content) > LOGO_BYTES:
        raise Invalid(
            [Problem("logo", _("The picture may have %(most)d KB at most.", most=LOGO_BYTES // 1024))]
        )
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        kind = media_type(Path(file.name), name)
    if kind not in ALLOWED or not fits(name, kind):
        raise Invalid([Problem("logo", _("Choose a picture of the kind PNG or JPEG."))])
    _write(context, language, {"logo": content, "logo_kind": kind}, {"logo": kind})


@command(
    "letterhead.remove_logo", _("Remove the logo of a letterhead"), resource="document_layout", action="edit"
)
def remove_logo(context: Context, *, language: str) -> None:
    """Take the logo away; that of the branding is printed again."""
    _write(context, language, {"logo": None, "logo_kind": None}, {"logo": None})


def _write(context: Context, language: str, values: Mapping[str, Any], detail: Mapping[str, Any]) -> None:
    if language not in LANGUAGES:
        raise NotFound()
    row = {**values, "updated_at": context.now, "updated_by": context.actor.user_id or 0}
    with context.system("letterhead") as system:
        statement = insert(LetterheadRow).values(language=language, **row)
        system.session.execute(statement.on_conflict_do_update(index_elements=["language"], set_=row))
    note(context, "letterhead", detail={"language": language, **detail})
