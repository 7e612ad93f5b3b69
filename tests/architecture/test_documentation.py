"""Every hook is documented with its signature, and implemented by a plugin that the tests install."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOOKS = [
    node
    for node in ast.parse((ROOT / "kernel" / "hooks.py").read_text("utf-8")).body
    if isinstance(node, ast.FunctionDef)
]
DOCUMENT = (ROOT / "docs" / "plugins" / "hooks.md").read_text("utf-8")


@pytest.mark.parametrize("hook", HOOKS, ids=lambda node: node.name)
def test_each_hook_is_documented_with_its_signature(hook: ast.FunctionDef) -> None:
    returns = f" -> {ast.unparse(hook.returns)}" if hook.returns else ""
    assert f"### {hook.name}\n\n`{hook.name}({ast.unparse(hook.args)}){returns}`" in DOCUMENT
    assert ast.get_docstring(hook), "a hook without a docstring"


def test_the_document_names_no_hook_that_is_gone() -> None:
    named = {line.removeprefix("### ").strip() for line in DOCUMENT.splitlines() if line.startswith("### ")}
    assert named == {hook.name for hook in HOOKS}


NOT_ASKED = "*The kernel does not ask this hook yet.*"


@pytest.mark.parametrize("hook", HOOKS, ids=lambda node: node.name)
def test_each_hook_is_asked_by_the_kernel_or_said_not_to_be_yet(hook: ast.FunctionDef) -> None:
    sources = (path for path in (ROOT / "kernel").rglob("*.py") if path.name != "hooks.py")
    ways = "items|gather|require|require_of|first|of|of_plugin|values|event"
    way = re.compile(rf'\b({ways})\b[^"]{{0,60}}"{hook.name}"')
    asked = any(way.search(path.read_text("utf-8")) for path in sources)
    section = DOCUMENT.split(f"### {hook.name}\n", 1)[1].split("### ", 1)[0]
    assert asked != (NOT_ASKED in section)
