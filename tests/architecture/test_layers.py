"""The house keeps its order: who may import whom, read from the syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
LAYERS = (
    *("fa", "i18n", "data", "extension", "access", "resources", "jobs"),
    *(
        "parties",
        "interactions",
        "documents",
        "messages",
        "interfaces",
        "lifecycle",
        "administration",
        "web",
        "cli",
    ),
)
FREE = {"testing", "scaffold"}
"""Folders of the kernel that are not layers: what authors and tests use may look anywhere."""


def modules(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*.py")) if "node_modules" not in path.parts]


@cache
def imported(path: Path) -> tuple[tuple[str, int], ...]:
    """Give what a module imports when it runs; what stands under TYPE_CHECKING does not count."""
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[tuple[str, int]]:
    tree = ast.parse(path.read_text("utf-8"))
    skipped: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and _for_types(node.test):
            skipped.update(child for branch in node.body for child in ast.walk(branch))
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            yield node.module or "", node.lineno
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def _for_types(condition: ast.expr) -> bool:
    names = (getattr(node, "id", None) or getattr(node, "attr", None) for node in ast.walk(condition))
    return "TYPE_CHECKING" in names


def layer_of(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[0] == "kernel" and parts[1] in LAYERS else None


def kernel_layer(path: Path) -> str | None:
    parts = path.relative_to(ROOT / "kernel").parts
    return parts[0] if len(parts) > 1 and parts[0] in LAYERS else None


def test_layers_import_only_to_the_left() -> None:
    wrong = []
    for path in modules(ROOT / "kernel"):
        layer = kernel_layer(path)
        if layer is None:
            continue
        allowed = set(LAYERS[: LAYERS.index(layer) + 1])
        for module, line in imported(path):
            target = layer_of(module)
            if target is not None and target not in allowed:
                wrong.append(f"{path.relative_to(ROOT)}:{line} imports {module}")
    assert not wrong, "\n".join(wrong)


def test_the_kernel_names_no_plugin_and_nobody_in_it_imports_its_api() -> None:
    wrong = []
    for path in modules(ROOT / "kernel"):
        if path.relative_to(ROOT / "kernel").parts[0] in FREE:
            continue
        for module, line in imported(path):
            if module.split(".")[0] == "plugins" or module == "kernel.api":
                wrong.append(f"{path.relative_to(ROOT)}:{line} imports {module}")
    assert not wrong, "\n".join(wrong)


def test_plugins_import_the_api_and_nothing_else_of_the_kernel() -> None:
    wrong = []
    for plugin in sorted(path for path in (ROOT / "plugins").iterdir() if (path / "plugin.py").exists()):
        for path in modules(plugin):
            relative = path.relative_to(plugin)
            if relative.parts[0] in ("tests", "migrations"):
                continue
            for module, line in imported(path):
                first, *rest = module.split(".")
                foreign_kernel = first == "kernel" and rest[:1] != ["api"] and module != "kernel"
                foreign_plugin = (
                    first == "plugins" and rest and rest[0] != plugin.name and rest[1:2] != ["api"]
                )
                if foreign_kernel or foreign_plugin:
                    wrong.append(f"{path.relative_to(ROOT)}:{line} imports {module}")
    assert not wrong, "\n".join(wrong)


def test_every_hook_file_imports_types_only() -> None:
    allowed = {"kernel.extension.markers"}
    found = {
        module for module, _line in imported(ROOT / "kernel" / "hooks.py") if module.startswith("kernel")
    }
    assert all(module.startswith(tuple(allowed)) for module in found), found
