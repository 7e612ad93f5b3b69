"""Every hook has a page: signature, when it is called, what its failure means, an example, and who uses it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import kernel.api
from kernel.resources.fields import Field
from kernel.testing.conformance.rules import RULES
from kernel.web.slots import SLOTS

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = DOCS / "plugins" / "hooks"
HOOKS = [
    node
    for node in ast.parse((ROOT / "kernel" / "hooks.py").read_text("utf-8")).body
    if isinstance(node, ast.FunctionDef)
]
MANIFESTS = {
    **{path.parent.name: path for path in sorted((ROOT / "plugins").glob("*/plugin.py"))},
    "hotel": ROOT / "tests" / "outside" / "hotel" / "hotel" / "plugin.py",
}
"""The plugins that a page may name under "Used by"."""
NOT_ASKED = "*The kernel does not ask this hook yet.*"
NOBODY = "No plugin that ships uses it yet."
FAILURES = {
    "once": "The plugin is *broken* on that site: none of its declarations count, whatever requires it is broken"
    " too, and everything else runs.",
    "require": "The action is refused with the plugin's name, and nothing is saved.",
    "gather": "The plugin is left out of this page, the failure is recorded, and staff see a notice.",
    "first": "The next plugin is asked, and the failure is recorded.",
    "first(writes=True)": "What it wrote is undone, the failure is recorded, and the next plugin is asked.",
    "publish": "The failure is recorded and the event is delivered again later, to this plugin alone.",
}
LIBRARIES = {"click", "datetime", "decimal", "flask", "markupsafe", "sqlalchemy"}
each_hook = pytest.mark.parametrize("hook", HOOKS, ids=lambda node: node.name)


def page_of(hook: ast.FunctionDef) -> str:
    path = PAGES / f"{hook.name}.md"
    assert path.exists(), (
        f"the hook {hook.name} needs a page: write {path.relative_to(ROOT)} like its neighbours"
    )
    return path.read_text("utf-8")


def paragraph(page: str, title: str) -> str:
    found = re.search(rf"^\*\*{re.escape(title)}\*\* (.+(?:\n.+)*)", page, re.MULTILINE)
    assert found, f"the page has no paragraph **{title}**"
    return " ".join(found[1].split())


def implementing(hook: str) -> set[str]:
    """The plugins whose manifest module holds a function of this name under `@hookimpl`."""
    return {
        name
        for name, path in MANIFESTS.items()
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef)
        and node.name == hook
        and any("hookimpl" in ast.unparse(each) for each in node.decorator_list)
    }


@each_hook
def test_its_page_gives_the_signature_and_the_words_of_the_code(hook: ast.FunctionDef) -> None:
    returns = f" -> {ast.unparse(hook.returns)}" if hook.returns else ""
    page = page_of(hook)
    assert page.startswith(f"# {hook.name}\n\n`{hook.name}({ast.unparse(hook.args)}){returns}`\n")
    words = ast.get_docstring(hook)
    assert words, "a hook without a docstring"
    assert " ".join(words.split()) in " ".join(page.split())


@each_hook
def test_its_page_says_when_it_is_called_and_what_a_failure_means(hook: ast.FunctionDef) -> None:
    page = page_of(hook)
    assert len(paragraph(page, "When it is called.")) > 20
    rule = ast.unparse(hook.decorator_list[0])
    assert paragraph(page, "If it fails.") == FAILURES[rule]


@each_hook
def test_its_example_implements_it_with_names_that_plugins_may_import(hook: ast.FunctionDef) -> None:
    blocks = re.findall(r"```python\n(.*?)```", page_of(hook), re.DOTALL)
    assert len(blocks) == 1
    tree = ast.parse(blocks[0])
    compile(tree, hook.name, "exec")
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            top = (node.module or "").partition(".")[0]
            if node.module == "kernel.api":
                unknown = {alias.name for alias in node.names} - set(kernel.api.__all__)
                assert not unknown, f"not in kernel.api: {unknown}"
            else:
                assert top == "hotel" or top in LIBRARIES, node.module
    shown = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == hook.name]
    assert len(shown) == 1
    assert [ast.unparse(each) for each in shown[0].decorator_list] == ["hookimpl"]
    assert {each.arg for each in shown[0].args.args} <= {each.arg for each in hook.args.args}


@each_hook
def test_its_page_names_the_plugins_that_use_it(hook: ast.FunctionDef) -> None:
    used = paragraph(page_of(hook), "Used by.")
    named = set(re.findall(r"`(\w+)`", used))
    assert named == implementing(hook.name)
    assert bool(named) != (used == NOBODY)


@each_hook
def test_it_is_asked_by_the_kernel_or_said_not_to_be_yet(hook: ast.FunctionDef) -> None:
    sources = (path for path in (ROOT / "kernel").rglob("*.py") if path.name != "hooks.py")
    ways = "items|gather|require|require_of|first|of|of_plugin|values|event|publish"
    way = re.compile(rf'\b({ways})\b[^"]{{0,60}}"{hook.name}"')
    asked = any(way.search(path.read_text("utf-8")) for path in sources)
    assert asked != (NOT_ASKED in page_of(hook))


def test_there_is_no_page_of_a_hook_that_is_gone_and_the_index_has_each_in_its_place() -> None:
    names = {hook.name for hook in HOOKS}
    assert {path.stem for path in PAGES.glob("*.md")} - {"README"} == names
    rule, by_rule = "", dict[str, str]()
    titles = dict(zip(FAILURES, ("Declarations", "Rules that must be asked", "Contributions"), strict=False))
    titles |= {"first": "Providers", "publish": "Events"}
    for line in (PAGES / "README.md").read_text("utf-8").splitlines():
        if line.startswith("## "):
            rule = next(name for name, title in titles.items() if line == f"## {title}")
        elif found := re.match(r"\| \[(\w+)\]\(\1\.md\) \|", line):
            by_rule[found[1]] = rule
    rules = {hook.name: ast.unparse(hook.decorator_list[0]).partition("(")[0] for hook in HOOKS}
    assert by_rule == rules


def test_every_slot_is_documented_with_its_subject() -> None:
    page = (PAGES / "slot.md").read_text("utf-8")
    assert re.findall(r"^\| `([\w.]+)` \| (.+) \|$", page, re.MULTILINE) == list(SLOTS.items())


def test_every_kind_of_field_is_documented() -> None:
    page = (DOCS / "plugins" / "fields.md").read_text("utf-8")
    kinds = {name for name in kernel.api.fields.__all__ if _is_field(getattr(kernel.api.fields, name))}
    assert set(re.findall(r"^\| `([A-Z]\w+)` \|", page, re.MULTILINE)) == kinds


def _is_field(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, Field) and value is not Field


def test_every_rule_of_the_conformance_suite_is_explained() -> None:
    page = (DOCS / "plugins" / "testing.md").read_text("utf-8")
    assert set(re.findall(r"^### (\w+)$", page, re.MULTILINE)) == set(RULES)


def test_links_between_documents_lead_somewhere() -> None:
    broken = []
    for path in [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text("utf-8")):
            if not (path.parent / target).exists():
                broken.append(f"{path.relative_to(ROOT)}: {target}")
    assert broken == []
