"""Tables that scroll sideways on a phone can be scrolled by keys: what holds them takes the focus and has a name."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
HOLDER = re.compile(r'<div class="tbl-wrap"([^>]*)')
WANTED = ('tabindex="0"', 'role="region"', "aria-label=")


def test_what_holds_a_table_takes_the_focus() -> None:
    templates = [
        *(ROOT / "kernel").rglob("templates/**/*.html"),
        *(ROOT / "plugins").rglob("templates/**/*.html"),
    ]
    found = [(path, held) for path in templates for held in HOLDER.findall(path.read_text("utf-8"))]
    assert len(found) > 5
    assert [str(path) for path, held in found if not all(each in held for each in WANTED)] == []
