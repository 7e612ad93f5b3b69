"""How a site presents itself: name, words of the sign-in page, a colour of the palette, logo and icon."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import select, update

from kernel.administration.palette import PALETTE
from kernel.data.media import fits, media_type
from kernel.extension.branding import BrandingRow
from kernel.extension.state import raise_epoch
from kernel.i18n import _
from kernel.resources import fields
from kernel.resources.administrators import administrators_only
from kernel.resources.audit import note
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, NotFound, Problem
from kernel.resources.fields import Field, read_all

PICTURES: Mapping[str, int] = {"logo": 512 * 1024, "icon": 128 * 1024}
"""The pictures of a site, and how many bytes each may have at most."""
ALLOWED = ("image/png", "image/jpeg", "image/webp")
"""What a browser shows and what cannot hold a program."""

FIELDS: tuple[Field, ...] = (
    fields.Text(
        "name", _("Name on the pages"), limit=60, help=_("Left empty, the site's own title is shown.")
    ),
    fields.Choice(
        "accent",
        _("Colour"),
        options={"": _("Indigo"), **{key: colour.title for key, colour in PALETTE.items()}},
    ),
    fields.Text("slogan", _("First line beside the sign-in form"), limit=120),
    fields.Text("slogan_note", _("Second line beside the sign-in form"), limit=200),
)
"""What is entered besides the pictures."""


@command("branding.save", _("Change the branding"), resource="setting", action="edit")
def save(context: Context, *, values: Mapping[str, Any]) -> None:
    """Set name, colour and words. Raises `Invalid` naming each field."""
    administrators_only(context)
    read, problems = read_all(FIELDS, values, context)
    if problems:
        raise Invalid(problems)
    kept = {name: value or "" for name, value in read.items()}
    _write(context, kept, kept)


@command("branding.set_picture", _("Set a logo or icon"), resource="setting", action="edit")
def set_picture(context: Context, *, which: str, stream: BinaryIO, name: str) -> None:
    """Store a picture as the `logo` or `icon`; what it is, its content says. Raises `Invalid`."""
    administrators_only(context)
    if which not in PICTURES:
        raise NotFound()
    content = stream.read(PICTURES[which] + 1)
    kind = _kind_of(content, name)
    if len(content) > PICTURES[which]:
        most = PICTURES[which] // 1024
        raise Invalid([Problem(which, _("The picture may have %(most)d KB at most.", most=most))])
    if kind not in ALLOWED or not fits(name, kind):
        raise Invalid([Problem(which, _("Choose a picture of the kind PNG, JPEG or WebP."))])
    _write(context, {which: content, f"{which}_kind": kind}, {which: kind})


@command("branding.remove_picture", _("Remove a logo or icon"), resource="setting", action="edit")
def remove_picture(context: Context, *, which: str) -> None:
    """Take the `logo` or `icon` away; the product's own is shown again."""
    administrators_only(context)
    if which not in PICTURES:
        raise NotFound()
    _write(context, {which: None, f"{which}_kind": None}, {which: None})


def picture(context: Context, which: str) -> tuple[bytes, str]:
    """Give the content and media type of the `logo` or `icon`; raise `NotFound` where there is none."""
    table = BrandingRow.__table__.c
    if which not in PICTURES:
        raise NotFound()
    with context.system("a picture of the branding") as system:
        row = system.session.execute(select(table[which], table[f"{which}_kind"])).one()
    if row[0] is None or row[1] not in ALLOWED:
        raise NotFound()
    return bytes(row[0]), row[1]


def _kind_of(content: bytes, name: str) -> str:
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        return media_type(Path(file.name), name)


def _write(context: Context, values: Mapping[str, Any], detail: Mapping[str, Any]) -> None:
    with context.system("branding") as system:
        system.session.execute(update(BrandingRow).values(changed_at=context.now, **values))
        raise_epoch(system.session)
    note(context, "branding", detail=detail)
