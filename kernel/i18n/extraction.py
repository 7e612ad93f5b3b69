"""Finds the messages of a package: in Python code and in Jinja templates.

Built for the test of completeness and for plugin authors; the running product does not use it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from babel.messages.extract import extract, extract_python
from jinja2.ext import babel_extract

TEMPLATE_SUFFIXES: Final = frozenset({".html", ".txt", ".xml", ".svg", ".jinja"})

_FUNCTIONS: Final[dict[str, tuple[Any, ...] | None]] = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
"""Functions that mark messages; where context, singular and plural stand, in Babel's notation."""

_LITERAL_ARGUMENTS: Final = {"_": 1, "ngettext_lazy": 2, "pgettext_lazy": 2, "npgettext_lazy": 3}
_JINJA_OPTIONS: Final = {"silent": "false", "trim_blocks": "true", "lstrip_blocks": "true"}
"""Blocks are trimmed as in the environment that renders pages, else the texts of `{% trans %}` would differ."""


class Found(NamedTuple):
    """A message and the place of the file where it stands."""

    path: Path
    line: int
    context: str | None
    message: str
    plural: str | None


def messages_of(package: Path) -> Iterator[Found]:
    """Find every message of a package in its `.py` files and in the files of its `templates` folders.

    Raises `jinja2.TemplateSyntaxError` for a template that cannot be read.
    """
    for path in _python_files(package):
        yield from _extract(extract_python, path, {})
    for folder in sorted(package.rglob("templates")):
        for path in sorted(folder.rglob("*")):
            if path.suffix in TEMPLATE_SUFFIXES:
                yield from _extract(babel_extract, path, _JINJA_OPTIONS)


def unreadable_calls(package: Path) -> Iterator[tuple[Path, int]]:
    """Find calls such as `_(name)` or `_(f"…")`, whose message no catalogue can hold."""
    for path in _python_files(package):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and not _has_literal_message(node):
                yield path, node.lineno


def _python_files(package: Path) -> list[Path]:
    return sorted(package.rglob("*.py"))


def _extract(method: Callable[..., Any], path: Path, options: Mapping[str, str]) -> Iterator[Found]:
    with path.open("rb") as file:
        for line, texts, _comments, context in extract(method, file, _FUNCTIONS, (), options):
            message, plural = (texts, None) if isinstance(texts, str) else (texts[0], texts[1])
            yield Found(path, line, context, message, plural)


def _has_literal_message(call: ast.Call) -> bool:
    if not isinstance(call.func, ast.Name) or call.func.id not in _LITERAL_ARGUMENTS:
        return True
    arguments = call.args[: _LITERAL_ARGUMENTS[call.func.id]]
    literal = all(isinstance(node, ast.Constant) and isinstance(node.value, str) for node in arguments)
    return literal and len(arguments) == _LITERAL_ARGUMENTS[call.func.id]
