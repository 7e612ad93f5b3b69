"""Making the distribution of a new plugin out of the template.

The template is a plugin named `tradename`; its files carry `.txt` so that no tool takes them for code of the kernel.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Collection
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from kernel.extension.names import LONGEST, is_reserved, is_well_formed

NAME, TITLE, PERSIAN, LICENCE = "tradename", "tradetitle", "tradepersian", "tradelicence"
"""The words of the template that are replaced."""
TEMPLATES = "tradetemplates"
"""Its folder of templates, named so that their texts are not taken for texts of the kernel."""
LICENCES = {
    "apache-2.0": ("Apache-2.0", "apache.txt"),
    "mit": ("MIT", "mit.txt"),
    "none": ("LicenseRef-Proprietary", "none.txt"),
}
"""What may be chosen: the name for `pyproject.toml`, and the text."""
LONGEST_TITLE = 60
TITLES = re.compile(r"[^\W_](?:[^\W_]|[ \u200c&().,'-])*")
"""Letters and digits of any script with a few marks: a title stands in Python, TOML and a catalogue alike."""


class ScaffoldError(ValueError):
    """A plugin of this name or title cannot be made; the message says why, in words."""


def check_name(name: str, taken: Collection[str] = ()) -> None:
    """Raise `ScaffoldError` unless a plugin may be called so. `taken` are the plugins that are here already."""
    if not is_well_formed(name):
        raise ScaffoldError(
            f"“{name}” cannot be a plugin's name: it takes small Latin letters and digits, begins with a letter, "
            f"and has at most {LONGEST} of them. No underscores, no dashes."
        )
    if is_reserved(name):
        raise ScaffoldError(
            f"“{name}” means something else already, in Python, SQL or the kernel: take another name."
        )
    if name in taken:
        raise ScaffoldError(f"There is a plugin named “{name}” in this environment: take another name.")
    if importlib.util.find_spec(name) is not None:
        raise ScaffoldError(
            f"Python has a module named “{name}” here, which the plugin would hide: take another name."
        )


def make_plugin(
    name: str,
    into: Path,
    *,
    title: str = "",
    persian: str = "",
    licence: str = "apache-2.0",
    taken: Collection[str] = (),
) -> Path:
    """Write the distribution of a new plugin into the folder `into / name`, and give that folder.

    `title` is the plugin's English title, `persian` the Persian one; each stands for the other where only one is
    given. Raises `ScaffoldError`, also where the folder is there already; then nothing is written.
    """
    check_name(name, taken)
    title = title or persian or name.capitalize()
    persian = persian or title
    for each in (title, persian):
        if not TITLES.fullmatch(each) or len(each) > LONGEST_TITLE:
            raise ScaffoldError(
                f"“{each}” cannot be a title: it takes letters, digits, spaces and & ( ) . , ' -, at most {LONGEST_TITLE}."
            )
    if licence not in LICENCES:
        raise ScaffoldError(f"The licence is one of: {', '.join(LICENCES)}.")
    folder = into / name
    if folder.exists():
        raise ScaffoldError(f"The folder {folder} is there already: take another name or place.")
    spdx, text = LICENCES[licence]
    words = {NAME: name, TITLE: title, PERSIAN: persian, LICENCE: spdx, TEMPLATES: "templates"}
    here = files("kernel.scaffold")
    _copy(here / "template", folder, words)
    (folder / "LICENSE").write_text((here / "licences" / text).read_text("utf-8"), "utf-8")
    return folder


def _copy(source: Traversable, target: Path, words: dict[str, str]) -> None:
    target.mkdir(parents=True)
    for each in source.iterdir():
        called = _replaced(each.name, words)
        if each.is_dir():
            _copy(each, target / called, words)
        else:
            plain = called.removesuffix(".txt")
            plain = ".gitignore" if plain == "gitignore" else plain
            (target / plain).write_text(_replaced(each.read_text("utf-8"), words), "utf-8")


def _replaced(text: str, words: dict[str, str]) -> str:
    for word, value in words.items():
        text = text.replace(word, value)
    return text
