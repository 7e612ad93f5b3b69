"""Fail when a dependency's licence is neither permissive nor LGPL.

Tools that only tests and builds use, and that are never distributed, may also be under the file-level Mozilla licence.
"""

import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import Requirement

PERMISSIVE = re.compile(
    r"\b(MIT|BSD|0BSD|Apache|ISC|PSF|Python Software Foundation|Python-2\.0|Unlicense|Zlib|ZPL|CC0|Artistic"
    r"|Public Domain|HPND|PostgreSQL|LGPL|Lesser General Public)\b",
    re.IGNORECASE,
)
FILE_LEVEL = re.compile(r"\b(MPL|Mozilla)\b", re.IGNORECASE)
KNOWN: dict[str, str] = {}
"""Packages whose metadata name no licence, and what their own files say."""


def licence_of(found: Distribution) -> str:
    """Give what the package says of its licence: the expression, else the classifiers, else the field."""
    meta = found.metadata
    classifiers = [
        line.split("::")[-1].strip() for line in meta.get_all("Classifier") or () if "License ::" in line
    ]
    texts = [meta.get("License-Expression") or "", "; ".join(classifiers), (meta.get("License") or "")[:80]]
    return next((text for text in texts if text.strip()), KNOWN.get(meta["Name"].lower(), ""))


def closure(name: str, extras: set[str], seen: dict[str, Distribution]) -> None:
    """Collect a distribution and everything that it requires on this machine."""
    found = distribution(name)
    for line in found.requires or ():
        needed = Requirement(line)
        wanted = needed.marker is None or any(
            needed.marker.evaluate({"extra": extra}) for extra in extras | {""}
        )
        if not wanted or needed.name.lower() in seen:
            continue
        try:
            seen[needed.name.lower()] = distribution(needed.name)
        except PackageNotFoundError:
            continue
        closure(needed.name, set(needed.extras), seen)


def refused(extras: set[str], allowed: tuple[re.Pattern[str], ...]) -> list[str]:
    """Give a line for each package under another licence."""
    seen: dict[str, Distribution] = {}
    closure("peyvand", extras, seen)
    lines = []
    for name, found in sorted(seen.items()):
        licence = licence_of(found)
        if not any(pattern.search(licence) for pattern in allowed):
            lines.append(f"{name} {found.version}: {licence or 'no licence named'}")
    return lines


bad = refused(set(), (PERMISSIVE,)) + refused({"test", "build"}, (PERMISSIVE, FILE_LEVEL))
if bad:
    sys.exit("Licences that may not be used:\n  " + "\n  ".join(sorted(set(bad))))
print("All licences are permissive or LGPL (tools: also MPL).")
