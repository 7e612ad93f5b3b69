"""Every icon that Python code names is in the sprite; a name that is not there draws nothing."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r'\bicon="([a-z0-9-]+)"')


def test_every_named_icon_is_in_the_sprite() -> None:
    known = set((ROOT / "kernel" / "web" / "assets" / "icons.txt").read_text("utf-8").split())
    sources = [*(ROOT / "kernel").rglob("*.py"), *(ROOT / "plugins").rglob("*.py")]
    named = {name for path in sources for name in NAMED.findall(path.read_text("utf-8"))}
    assert named - known == set()
