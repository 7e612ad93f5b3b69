"""The font of all documents: the one that the pages have, out of the built assets, embedded in each PDF."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

DIST = Path(__file__).parents[1] / "web" / "static" / "dist"
"""Where `make assets` puts what it builds."""
FILES = {
    "font-arabic": "vazirmatn-arabic-wght-normal.woff2",
    "font-latin": "vazirmatn-latin-wght-normal.woff2",
}
"""The two halves of the font by the names under which layouts ask for them."""
FACES = """
@font-face { font-family: "Vazirmatn"; src: url(peyvand:font-arabic) format("woff2"); font-weight: 100 900 }
@font-face { font-family: "Vazirmatn Latin"; src: url(peyvand:font-latin) format("woff2"); font-weight: 100 900 }
html { font-family: "Vazirmatn", "Vazirmatn Latin", sans-serif }
"""
"""The style sheet by which a layout has the font."""


class FontMissing(Exception):
    """The assets were never built."""


@cache
def font_files() -> dict[str, bytes]:
    """Give the files of the font by name. Raises `FontMissing` where the assets are not built."""
    try:
        names = json.loads((DIST / "manifest.json").read_text("utf-8"))
        return {name: (DIST / names.get(file, file)).read_bytes() for name, file in FILES.items()}
    except (OSError, ValueError) as error:
        raise FontMissing(f"{DIST}: run `make assets` first") from error
