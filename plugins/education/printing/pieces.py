"""Short ways to declare the values of documents."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from kernel.api import DocumentGroup, DocumentValue, LazyText, _


def text(name: str, title: LazyText, sample: Any = "") -> DocumentValue:
    """A text."""
    return DocumentValue(name=name, title=title, sample=sample or title)


def day(name: str, title: LazyText) -> DocumentValue:
    """A day."""
    return DocumentValue(name=name, title=title, kind="day", sample=date(2026, 11, 21))


def number(name: str, title: LazyText, sample: int) -> DocumentValue:
    """A whole number."""
    return DocumentValue(name=name, title=title, kind="number", sample=sample)


def words(texts: Mapping[str, LazyText], title: LazyText = _("Words of the document")) -> DocumentGroup:
    """The words of a layout, in the language that is printed in."""
    return DocumentGroup(
        name="words",
        title=title,
        items=[DocumentValue(name=name, title=each, sample=each) for name, each in texts.items()],
    )


TABLE_STYLE = """.facts { width: 100% }
.facts td { padding: 1mm 1.5mm; vertical-align: top }
.facts td:nth-child(odd) { color: #444; width: 28mm }
.rows { width: 100%; border-collapse: collapse; margin-top: 4mm }
.rows th, .rows td { border: .2mm solid #999; padding: 1mm 1.5mm; text-align: start; overflow-wrap: normal }
.sum td { font-weight: bold }
.note { color: #444; font-size: 8pt }
"""
