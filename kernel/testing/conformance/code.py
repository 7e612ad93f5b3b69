"""What can be seen without a database: manifest, imports, texts."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.pofile import read_po

from kernel.extension.specifications import implementations
from kernel.fa.folding import LOOK_ALIKES
from kernel.i18n.build import catalogues, wrong_placeholders
from kernel.i18n.extraction import unreadable_calls
from kernel.i18n.missing import translations_for, untranslated
from kernel.testing.conformance.examined import Examined

ICONS = Path(__file__).parents[2] / "web" / "assets" / "icons.txt"
FOR_MIGRATIONS = {"add_user_values", "drop_user_values"}
"""What a migration may import of `kernel.api`: promised to do for ever what they do for the kernel's own tables."""
IMPORTING = Path(__file__).with_name("importing.py")


def manifest(examined: Examined) -> Iterator[str]:
    """Look at what the manifest says, beyond what discovery has accepted already."""
    plugin, folder = examined.found.plugin, examined.found.folder
    if not str(plugin.title).strip():
        yield "the manifest has no title"
    if not str(plugin.summary).strip():
        yield "the manifest has no summary: the page of plugins says with it what the plugin is for"
    if plugin.icon not in _icons():
        yield f"the icon {plugin.icon} is not registered: see kernel/web/assets/icons.txt"
    if examined.tables and examined.found.migrations is None:
        yield f"there are models, but no folder {folder.name}/migrations/versions"
    if not list(implementations(examined.found)):
        yield "the manifest module implements no hook"


def _icons() -> set[str]:
    lines = (line.partition("#")[0].split() for line in ICONS.read_text("utf-8").splitlines())
    return {words[0] for words in lines if words}


def importing(examined: Examined) -> Iterator[str]:
    """Import the manifest module in a process of its own that watches what happens."""
    command = [sys.executable, "-B", str(IMPORTING), examined.found.module.__name__]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - this interpreter
    if done.returncode not in (0, 1):
        yield f"it cannot be imported by itself: {done.stderr.strip().splitlines()[-1:]}"
    yield from done.stdout.splitlines()


def imports(examined: Examined) -> Iterator[str]:
    """Read the imports out of the syntax trees; what stands under TYPE_CHECKING counts as well.

    The `api` of a plugin that may be absent (`works_with`) is imported where it is used, once it is known to be there.
    """
    others = {
        found.module.__package__ or "": name
        for name, found in examined.discovery.plugins.items()
        if name != examined.name
    }
    required = set(examined.found.plugin.required_names)
    known = set(examined.found.plugin.works_with)
    for path, tree in examined.modules():
        migration = "migrations" in path.relative_to(examined.found.folder).parts
        late = _late(tree)
        for node in ast.walk(tree):
            allowed = required | known if node in late else required
            for module in _imported(node):
                place = f"{examined.place(path)}:{getattr(node, 'lineno', 0)}"
                if migration and _within(module, "kernel", examined.package) and not _for_migrations(node):
                    yield f"{place} imports {module}: a migration stands for itself, for ever"
                elif _within(module, "kernel") and not _within(module, "kernel.api"):
                    yield f"{place} imports {module}"
                yield from (
                    f"{place} imports {module} of the plugin {name}, which it does not require"
                    if name not in required | known
                    else f"{place} imports {module} of the plugin {name}, which may be absent: import it in a function"
                    if name not in allowed
                    else f"{place} imports {module}: only {package}.api is promised"
                    for package, name in others.items()
                    if _within(module, package)
                    and not (name in allowed and _within(module, f"{package}.api"))
                )


def _late(tree: ast.AST) -> set[ast.AST]:
    """Give what is not run when the module is imported: bodies of functions, and what only type checkers read."""
    functions = (each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef))
    typed = (
        each
        for each in ast.walk(tree)
        if isinstance(each, ast.If) and isinstance(each.test, ast.Name) and each.test.id == "TYPE_CHECKING"
    )
    return {inner for each in (*functions, *typed) for inner in ast.walk(each)}


def _for_migrations(node: ast.AST) -> bool:
    """Say whether an import takes nothing but what `kernel.api` offers to migrations."""
    return (
        isinstance(node, ast.ImportFrom)
        and node.module == "kernel.api"
        and {name.name for name in node.names} <= FOR_MIGRATIONS
    )


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
        plain = node.module != "kernel"
        return [node.module] if plain else [f"kernel.{alias.name}" for alias in node.names]
    return []


def _within(module: str, *packages: str) -> bool:
    return any(module == each or module.startswith(f"{each}.") for each in packages if each)


def texts(examined: Examined) -> Iterator[str]:
    """Look for texts without Persian words, and at the catalogues themselves."""
    folder = examined.found.folder
    for found in untranslated(folder, translations_for(folder, "fa")):
        yield f"{examined.place(found.path)}:{found.line} has no Persian words: {found.message!r}"
    for path, line in unreadable_calls(folder):
        yield f"{examined.place(path)}:{line} builds its text, so that nobody can translate it"
    for po in catalogues(folder):
        with po.open("rb") as file:
            catalogue = read_po(file, abort_invalid=True)
        for wrong in wrong_placeholders(catalogue):
            yield f"{po.name}: {wrong}"
        for message in catalogue:
            forms = [message.string] if isinstance(message.string, str) else list(message.string or ())
            if message.id and (message.fuzzy or not all(forms)):
                yield f"{po.name}: {message.id!r} is not finished"
            if message.id and LOOK_ALIKES.keys() & set("".join(forms)):
                yield f"{po.name}: {message.id!r} is written with Arabic letters that only look Persian"
