"""Short ways to declare the values of documents: by their kind, with a sample that the preview shows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from kernel.documents.designs.values import DocumentGroup, DocumentValue
from kernel.i18n import LazyText

SAMPLE_DAY = date(2026, 11, 21)


def text_value(name: str, title: LazyText, sample: Any = "") -> DocumentValue:
    """Declare a text; without a sample its title is shown."""
    return DocumentValue(name=name, title=title, sample=sample or title)


def day_value(name: str, title: LazyText) -> DocumentValue:
    """Declare a day."""
    return DocumentValue(name=name, title=title, kind="day", sample=SAMPLE_DAY)


def number_value(name: str, title: LazyText, sample: int) -> DocumentValue:
    """Declare a whole number."""
    return DocumentValue(name=name, title=title, kind="number", sample=sample)


def money_value(name: str, title: LazyText, sample: int) -> DocumentValue:
    """Declare an amount in Rials."""
    return DocumentValue(name=name, title=title, kind="money", sample=sample)


def word_values(texts: Mapping[str, LazyText], title: LazyText) -> DocumentGroup:
    """Declare the group `words` of a layout: fixed texts in the language that is printed in, each by its name."""
    items = [DocumentValue(name=name, title=text, sample=text) for name, text in texts.items()]
    return DocumentGroup(name="words", title=title, items=items)
