"""Layouts for whoever knows no HTML: blocks, stored as data, that become the body of a layout."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from markupsafe import escape

from kernel.documents.designs.kinds import DocumentKind
from kernel.documents.designs.language import layout_faults
from kernel.documents.designs.values import DocumentGroup, DocumentRows, DocumentValue, Item, Words, written
from kernel.fa.text import clean
from kernel.i18n import LazyText, _
from kernel.resources.errors import Problem

MOST = 60
"""Blocks of one layout."""
COLUMNS = 6
LONGEST = 4_000
NO_STATEMENTS = _("A block holds words and values only, no statements of the template language.")
VALUE = re.compile(r"({{.*?}})", re.DOTALL)
ALIGNMENTS: Mapping[str, LazyText] = {
    "start": _("At the beginning"),
    "center": _("Centred"),
    "end": _("At the end"),
}
SIZES: Mapping[str, LazyText] = {"s": _("Small"), "m": _("Usual"), "l": _("Large"), "xl": _("Very large")}


USUAL: Mapping[str, str] = {"size": "m", "align": "start"}


@dataclass(frozen=True)
class BlockType:
    """A kind of block: its title, icon, and what is asked of it, by the names of `PARTS`."""

    title: LazyText
    icon: str
    parts: tuple[str, ...]
    start: Mapping[str, str] = field(default_factory=dict)


TYPES: Mapping[str, BlockType] = {
    "heading": BlockType(_("Heading"), "heading", ("text", "size", "align"), {"size": "l"}),
    "text": BlockType(_("Text"), "align-right", ("text", "size", "align")),
    "facts": BlockType(_("Labels and values"), "list", ("columns",)),
    "table": BlockType(_("Table of rows"), "table", ("rows", "columns")),
    "picture": BlockType(_("Logo"), "photo", ("millimetres", "align"), {"millimetres": "20"}),
    "qr": BlockType(_("QR code"), "qrcode", ("value", "millimetres", "align"), {"millimetres": "25"}),
    "barcode": BlockType(_("Barcode"), "barcode", ("value", "millimetres", "align"), {"millimetres": "12"}),
    "signature": BlockType(_("Line for a signature"), "pencil", ("text", "align"), {"align": "end"}),
    "line": BlockType(_("Line across"), "minus", ()),
    "space": BlockType(_("Empty space"), "arrows-vertical", ("millimetres",), {"millimetres": "8"}),
}
STYLE = """.block { margin: 0 0 3mm }
.heading { font-weight: 700 }
.align-center { text-align: center }
.align-end { text-align: left }
[dir=ltr] .align-end { text-align: right }
.size-s { font-size: 9pt }
.size-m { font-size: 11pt }
.size-l { font-size: 14pt }
.size-xl { font-size: 19pt }
table.rows { width: 100%; border-collapse: collapse }
table.rows th, table.rows td { border: .4pt solid #888; padding: 1.2mm 2mm; text-align: inherit }
table.rows th { background: #f1f3f6 }
table.facts td { padding: .6mm 2mm; vertical-align: top }
table.facts td:first-child { color: #555 }
hr { border: 0; border-top: .5pt solid #888; margin: 3mm 0 }
.signature span { display: inline-block; min-width: 50mm; border-top: .5pt solid #444; padding-top: 1.5mm;
  margin-top: 16mm; text-align: center }
"""
"""The style of documents made of blocks; it goes along when they are turned into HTML."""


def rows_of(items: Iterable[Item], prefix: str = "") -> dict[str, DocumentRows]:
    """Give the rows that a table may show, by their paths."""
    found = {}
    for item in items:
        if isinstance(item, DocumentRows):
            found[f"{prefix}{item.name}"] = item
        elif hasattr(item, "items"):
            found.update(rows_of(item.items, f"{prefix}{item.name}."))
    return found


def starting_blocks(kind: DocumentKind, words: Words) -> list[dict[str, Any]]:
    """Give blocks to begin with: a heading, and on whole pages the first values of each group and of the first rows."""
    found: list[dict[str, Any]] = [{"type": "heading", "text": words(kind.title)}]
    if kind.page is None:
        return found
    rows: dict[str, DocumentRows] = {}
    for group in kind.items:
        if isinstance(group, DocumentRows):
            rows[group.name] = group
        elif isinstance(group, DocumentGroup) and group.name not in ("words", "own"):
            rows.update(rows_of(group.items, f"{group.name}."))
            if len(found) > 1:
                found.append({"type": "heading", "text": words(group.title), "size": "m"})
            found.append({"type": "facts", "columns": _first_values(group.items, f"{group.name}.", words)})
    for path, table in list(rows.items())[:1]:
        found.append({"type": "table", "rows": path, "columns": _first_values(table.items, "row.", words)})
    return [block for block in found if block.get("columns", True)]


def _first_values(items: Iterable[Item], prefix: str, words: Words) -> list[dict[str, str]]:
    single = [
        each for each in items if isinstance(each, DocumentValue) and each.kind not in ("lines", "flag")
    ]
    figures = [each for each in single if each.kind in ("money", "number")][: COLUMNS - 2]
    texts = [each for each in single if each not in figures][: COLUMNS - len(figures)]
    return [
        {
            "title": words(each.title),
            "value": f"{{{{ {prefix}{each.name}{written(each) or _digits(each)} }}}}",
        }
        for each in (*texts, *figures)
    ]


def _digits(value: DocumentValue) -> str:
    """Numbers that are kept as text are written in the digits of the layout; codes with letters are not."""
    sample = value.sample if isinstance(value.sample, str) else ""
    return "|digits" if sample and not any(letter.isalpha() for letter in sample) else ""


def cleaned(given: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Give blocks as they are stored: known types with the parts that each has, nothing else."""
    found: list[dict[str, Any]] = []
    for block in list(given)[:MOST]:
        kind = TYPES.get(str(block.get("type")))
        if kind is None:
            continue
        kept: dict[str, Any] = {"type": str(block["type"])}
        for name in kind.parts:
            if name == "columns":
                kept[name] = _columns(block.get(name) or ())
            else:
                text = str(block.get(name) or kind.start.get(name, USUAL.get(name, "")))[:LONGEST]
                kept[name] = text if name == "text" else clean(text)
        found.append(kept)
    return found


def _columns(given: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    columns = [
        {part: clean(str(each.get(part) or ""))[:300] for part in ("title", "value")} for each in given
    ]
    return [each for each in columns if each["title"] or each["value"]][:COLUMNS]


def body_of(blocks: Iterable[Mapping[str, Any]], kind: DocumentKind) -> str:
    """Turn blocks into the body of a layout."""
    return "\n".join(markup for block in blocks if (markup := _markup(block, kind)))


def block_problems(blocks: list[dict[str, Any]], kind: DocumentKind) -> list[Problem]:
    """Give what is wrong with blocks, each named by its place."""
    if not blocks:
        return [Problem("blocks", _("A layout needs at least one block."))]
    problems = []
    for place, block in enumerate(blocks, 1):
        title = TYPES[block["type"]].title
        found = [fault.message for fault in layout_faults(_markup(block, kind), kind.shape)]
        if block["type"] == "table" and block["rows"] not in rows_of(kind.items):
            found.insert(0, _("Choose what the rows of the table are."))
        if block["type"] in ("qr", "barcode") and not block["value"]:
            found.append(_("Say what the code holds."))
        if any("{%" in text or "{#" in text for text in _texts(block)):
            found.insert(0, NO_STATEMENTS)
        problems += [
            Problem(
                "blocks",
                _("Block %(place)d (%(title)s): %(problem)s", place=place, title=title, problem=each),
            )
            for each in found[:1]
        ]
    return problems


def _texts(block: Mapping[str, Any]) -> Iterable[str]:
    for value in block.values():
        if isinstance(value, str):
            yield value
        else:
            yield from (text for column in value for text in column.values())


def _markup(block: Mapping[str, Any], kind: DocumentKind) -> str:
    classes = f"block {block['type']}"
    if "align" in block:
        classes += f" align-{block['align'] if block['align'] in ALIGNMENTS else 'start'}"
    if "size" in block:
        classes += f" size-{block['size'] if block['size'] in SIZES else 'm'}"
    inner = _inner(block, kind)
    return inner if block["type"] == "line" else f'<div class="{classes}"{_height(block)}>{inner}</div>'


def _height(block: Mapping[str, Any]) -> str:
    return f' style="height: {_number(block, 8):g}mm"' if block["type"] == "space" else ""


def _inner(block: Mapping[str, Any], kind: DocumentKind) -> str:
    what = block["type"]
    if what in ("heading", "text"):
        return _words(block["text"])
    if what == "facts":
        rows = (
            f"<tr><td>{_words(each['title'])}</td><td>{_words(each['value'])}</td></tr>"
            for each in block["columns"]
        )
        return f'<table class="facts">{"".join(rows)}</table>'
    if what == "table":
        return _table(block)
    if what == "picture":
        return f'{{% if own.logo %}}<img src="peyvand:logo" alt="" style="height: {_number(block, 20):g}mm">{{% endif %}}'
    if what in ("qr", "barcode"):
        return _code(block["value"], what, _number(block, 25))
    if what == "signature":
        return f"<span>{_words(block['text']) or '&nbsp;'}</span>"
    return "<hr>" if what == "line" else ""


def _table(block: Mapping[str, Any]) -> str:
    heads = "".join(f"<th>{_words(each['title'])}</th>" for each in block["columns"])
    cells = "".join(f"<td>{_words(each['value'])}</td>" for each in block["columns"])
    name = block["rows"] if re.fullmatch(r"[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)*", block["rows"]) else "rows"
    return (
        f'<table class="rows"><thead><tr>{heads}</tr></thead><tbody>\n'
        f"{{% for row in {name} %}}<tr>{cells}</tr>{{% endfor %}}\n</tbody></table>"
    )


def _code(value: str, what: str, millimetres: float) -> str:
    """A code holds one value, or words as they stand."""
    found = VALUE.fullmatch(value.strip())
    inside = found[1][2:-2].strip() if found else "'" + re.sub(r"['\\{}]", "", value) + "'"
    return f"{{{{ {inside}|{what}({millimetres:g}) }}}}"


def _words(text: str) -> str:
    """Give words as markup: their values stay, everything else is written as it stands."""
    parts = VALUE.split(text.replace("{%", "{ %").replace("{#", "{ #"))
    return "".join(
        part if place % 2 else str(escape(part)).replace("{{", "{ {").replace("\n", "<br>")
        for place, part in enumerate(parts)
    )


def _number(block: Mapping[str, Any], usual: float) -> float:
    try:
        return min(max(float(block.get("millimetres") or usual), 2.0), 150.0)
    except ValueError:
        return usual
