"""The style sheet of a layout: it may lay out and colour, and load nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import tinycss2

from kernel.documents.wording import Fault
from kernel.i18n import _

AT_RULES = frozenset(
    {
        "page",
        "media",
        "supports",
        *(f"{side}-{place}" for side in ("top", "bottom") for place in ("left", "center", "right")),
    }
)
"""What may stand behind an `@`; the boxes at the edge of a page among them."""
LOADING = frozenset({"url", "src", "image", "image-set", "cross-fade"})
LONGEST = 40_000


def style_faults(style: str) -> list[Fault]:
    """Give what is wrong with a style sheet, each with its line."""
    if len(style) > LONGEST:
        return [Fault(1, _("The text is longer than %(most)d characters.", most=LONGEST))]
    if "</" in style or "<!" in style:
        line = (
            style[: min(place for place in (style.find("</"), style.find("<!")) if place >= 0)].count("\n")
            + 1
        )
        return [Fault(line, _("“%(name)s” cannot be used in a style.", name="<"))]
    try:
        rules = tinycss2.parse_stylesheet(style, skip_comments=True, skip_whitespace=True)
        return list(_faults(rules))
    except RecursionError:
        return [Fault(1, _("The text is nested too deeply."))]


def _faults(items: Iterable[Any]) -> Iterator[Fault]:
    for node in items:
        kind, line = node.type, node.source_line
        if kind == "error":
            yield Fault(line, _("Not understood here: %(reason)s", reason=node.message))
        elif kind in ("at-rule", "at-keyword"):
            name = node.lower_at_keyword if kind == "at-rule" else node.lower_value
            if name not in AT_RULES:
                yield Fault(line, _("“%(name)s” cannot be used in a style.", name=f"@{name}"[:60]))
        elif kind == "url" or (kind == "function" and node.lower_name in LOADING):
            name = "url" if kind == "url" else node.lower_name
            yield Fault(line, _("A layout cannot load “%(name)s()”.", name=name))
        for below in ("prelude", "content", "arguments"):
            yield from _faults(getattr(node, below, None) or ())
