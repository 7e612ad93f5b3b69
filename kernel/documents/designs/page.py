"""The page of a layout: paper, margins, letterhead, and the words at its edges, as settings and as style."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from kernel.i18n import LazyText, _
from kernel.resources.context import Context
from kernel.resources.errors import Invalid
from kernel.resources.fields import Choice, Field, Text, Whole, YesNo
from kernel.resources.records.values import read_values

SIZES: Mapping[str, tuple[int, int]] = {"A4": (210, 297), "A5": (148, 210), "A6": (105, 148)}
CUSTOM = "custom"
PAPERS: Mapping[str, LazyText] = {
    "A4": _("A4"),
    "A5": _("A5"),
    "A6": _("A6"),
    CUSTOM: _("Another size"),
}


@dataclass(frozen=True)
class PageSettings:
    """How the page of a document looks; lengths in millimetres."""

    paper: str = "A4"
    width: int = 210
    height: int = 297
    """Of a paper of another size."""
    landscape: bool = False
    margin_top: int = 15
    margin_bottom: int = 18
    margin_side: int = 15
    letterhead: bool = True
    """Logo, name and address of the house above the first page."""
    header: str = ""
    footer: str = ""
    numbered: bool = True
    """Page numbers at the foot."""

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> PageSettings:
        """Give the settings as they are stored; what is missing is as usual."""
        known = {each.name for each in fields(cls)}
        return cls(**{name: value for name, value in stored.items() if name in known and value is not None})

    def plain(self) -> dict[str, Any]:
        """Give them as they are stored."""
        return asdict(self)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the page as it is printed."""
        width, height = SIZES.get(self.paper, (self.width, self.height))
        return (height, width) if self.landscape else (width, height)


FIELDS: tuple[Field, ...] = (
    Choice("paper", _("Paper"), options=PAPERS, required=True, default="A4"),
    Whole("width", _("Width (mm)"), least=40, most=420, help=_("Of paper of another size only.")),
    Whole("height", _("Height (mm)"), least=30, most=600),
    YesNo("landscape", _("Across"), default=False),
    Whole("margin_top", _("Margin above (mm)"), required=True, least=0, most=100),
    Whole("margin_bottom", _("Margin below (mm)"), required=True, least=0, most=100),
    Whole("margin_side", _("Margin at the sides (mm)"), required=True, least=0, most=100),
    YesNo("letterhead", _("With a letterhead"), default=True),
    Text("header", _("Words at the head of each page"), limit=200),
    Text("footer", _("Words at the foot of each page"), limit=200),
    YesNo("numbered", _("Page numbers"), default=True),
)
"""The form of the page."""


def read_page(context: Context, raw: Mapping[str, Any]) -> PageSettings:
    """Read what was entered; raise `Invalid` naming the fields."""
    read = read_values(FIELDS, {item.name: raw.get(item.name) for item in FIELDS}, context, all_required=True)
    if read.problems:
        raise Invalid(read.problems)
    return PageSettings.read(read.values)


def page_style(page: PageSettings, language: str) -> str:
    """Give the style sheet of the page."""
    width, height = page.size
    digits = ", persian" if language == "fa" else ""
    start, end = ("right", "left") if language == "fa" else ("left", "right")
    edges = []
    if page.header:
        edges.append(f"@top-center {{ content: {quoted(page.header)} }}")
    if page.footer:
        edges.append(f"@bottom-{start} {{ content: {quoted(page.footer)} }}")
    if page.numbered:
        edges.append(f'@bottom-{end} {{ content: counter(page{digits}) " / " counter(pages{digits}) }}')
    return (
        f"@page {{ size: {width}mm {height}mm; margin: {page.margin_top}mm {page.margin_side}mm {page.margin_bottom}mm;"
        f" font-size: 8.5pt; color: #444; {' '.join(edges)} }}"
    )


def quoted(words: str) -> str:
    """Write words as a text of a style sheet, whatever stands in them."""
    return (
        '"'
        + "".join(
            letter if letter.isalnum() or letter in " -،.:" else f"\\{ord(letter):x} " for letter in words
        )
        + '"'
    )
