"""Choosing a good for a line: by code, barcode or name; a good with variants is chosen by its variant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from kernel.api import Context, clean, squeeze, to_ascii_digits
from plugins.sales.models import Barcode, Item, Variant

MOST = 20


@dataclass(frozen=True)
class Offered:
    """One row of the chooser: the value that the line holds (`12` or `12-34`), the title, and code beside it."""

    value: str
    title: str
    note: str


def suggest(context: Context, typed: str) -> list[Offered]:
    """Give goods on offer that fit what was typed; one whose code or barcode it is stands first and alone."""
    typed = clean(typed)
    exact = _by_code(context, to_ascii_digits(typed))
    if exact:
        return exact
    words = squeeze(typed).split() or ([squeeze(typed)] if typed.strip() else [])
    items = select(Item).where(Item.active)
    variants = (
        select(Variant, Item.code).join(Item, Item.id == Variant.item_id).where(Item.active, Variant.active)
    )
    for word in words:
        items = items.where(Item.search_key.contains(word, autoescape=True))
        variants = variants.where(Variant.search_key.contains(word, autoescape=True))
    split = select(Variant.item_id).where(Variant.active)
    plain = items.where(Item.id.not_in(split)).order_by(Item.sort_key, Item.id).limit(MOST)
    found = [Offered(str(item.id), item.title, item.code) for item in context.session.scalars(plain)]
    if words or len(found) < MOST:
        ordered = variants.order_by(Variant.title, Variant.id).limit(MOST)
        found += [
            Offered(f"{variant.item_id}-{variant.id}", variant.title, code)
            for variant, code in context.session.execute(ordered)
        ]
    return found[:MOST]


def _by_code(context: Context, code: str) -> list[Offered]:
    if not code:
        return []
    scanned = (
        select(Barcode.item_id, Barcode.variant_id, Item.title, Item.code, Variant.title)
        .join(Item, Item.id == Barcode.item_id)
        .outerjoin(Variant, Variant.id == Barcode.variant_id)
        .where(Barcode.code == code, Item.active)
    )
    for item, variant, title, own, named in context.session.execute(scanned):
        value = str(item) if variant is None else f"{item}-{variant}"
        return [Offered(value, named or title, own)]
    plain = select(Item).where(Item.code == code, Item.active)
    return [
        Offered(str(item.id), item.title, item.code)
        for item in context.session.scalars(plain)
        if not _has_variants(context, item.id)
    ]


def _has_variants(context: Context, item: int) -> bool:
    statement = select(Variant.id).where(Variant.item_id == item, Variant.active).limit(1)
    return context.session.scalar(statement) is not None


def labels_of(context: Context, values: Iterable[str]) -> dict[str, str]:
    """Give the titles of what lines hold, by their values; two statements."""
    pairs = {value: value.partition("-") for value in values if value}
    items = _numbers(part[0] for part in pairs.values())
    variants = _numbers(part[2] for part in pairs.values())
    titles = {
        row[0]: row[1]
        for row in context.session.execute(select(Item.id, Item.title).where(Item.id.in_(items)))
    }
    named = {
        row[0]: row[1]
        for row in context.session.execute(select(Variant.id, Variant.title).where(Variant.id.in_(variants)))
    }
    found = {}
    for value, (item, _dash, variant) in pairs.items():
        title = named.get(_number(variant)) if variant else titles.get(_number(item))
        if title is not None:
            found[value] = title
    return found


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


def _numbers(texts: Iterable[str]) -> Sequence[int]:
    return [number for number in map(_number, texts) if number]
