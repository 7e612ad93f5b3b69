"""Texts with variables: what they may be made of, checked when they are saved, and how they are filled.

The language is a small part of Jinja: variables, `default`, and `if`. Everything else is refused by name and line, so that
a template can neither call, nor loop, nor reach into an object; the sandbox stands behind that all the same. A variable
that is empty for a recipient is an error, unless the text says what stands in its place.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, Undefined, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from kernel.i18n import LazyText, _

LONGEST = 20_000
"""Characters of a text with variables."""
FILTERS = frozenset({"default", "d", "trim"})
PLAIN = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Filter, nodes.Const),
    *(nodes.If, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not),
)
"""What a text may be made of."""


@dataclass(frozen=True)
class Fault:
    """What is wrong with a text, and in which line, counted from 1."""

    line: int
    message: LazyText


class EmptyVariable(Exception):
    """A variable that the text needs is empty; `name` is its name."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Blank(Undefined):
    """Stands for an empty value: false in conditions, replaced by `default`, and an error where it would be written."""

    def __str__(self) -> str:
        raise EmptyVariable(self._undefined_name or "")


_ENVIRONMENT = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined, autoescape=False, cache_size=0, trim_blocks=True, extensions=()
)
for _holder in (_ENVIRONMENT.filters, _ENVIRONMENT.globals, _ENVIRONMENT.tests):
    for _name in [name for name in _holder if name not in FILTERS]:
        del _holder[_name]


def faults(text: str, known: Collection[str]) -> list[Fault]:
    """Give what is wrong with a text whose variables must be among `known`: `party.name`, `own.name`, `hour`."""
    if len(text) > LONGEST:
        return [Fault(1, _("The text is longer than %(most)d characters.", most=LONGEST))]
    try:
        tree = _ENVIRONMENT.parse(text)
    except TemplateSyntaxError as error:
        return [Fault(error.lineno, _("The braces do not fit together here."))]
    except RecursionError:
        return [Fault(1, _("The text is nested too deeply."))]
    found: list[Fault] = []
    for node in _walk(tree):
        if isinstance(node, _Variable):
            if node.name not in known:
                found.append(Fault(node.line, _("There is no variable “%(name)s”.", name=node.name)))
        elif isinstance(node, nodes.Filter) and node.name not in FILTERS:
            found.append(Fault(node.lineno, _("“%(name)s” cannot be used in a text.", name=node.name)))
        elif not isinstance(node, PLAIN):
            name = type(node).__name__.lower()
            found.append(Fault(node.lineno, _("“%(name)s” cannot be used in a text.", name=name)))
    return found


def variables_in(text: str) -> frozenset[str]:
    """Give the names of the variables that a faultless text names."""
    return frozenset(node.name for node in _walk(_ENVIRONMENT.parse(text)) if isinstance(node, _Variable))


def fill(text: str, values: Mapping[str, Any]) -> str:
    """Fill a text: `values` holds texts by dotted name, empty ones as an empty text.

    Raises `EmptyVariable` where an empty one would be written. The text has no faults.
    """
    pieces = _pieces(text)
    if pieces is None or any(is_name and piece not in values for piece, is_name in pieces):
        return rendered(text, values)
    return "".join([_worth(piece, values) if is_name else piece for piece, is_name in pieces]).strip()


def rendered(text: str, values: Mapping[str, Any]) -> str:
    """Fill a text as `fill` does, by the template language itself: for texts of more than words and variables."""
    return _compiled(text).render(tree_of(values)).strip()


def _worth(name: str, values: Mapping[str, Any]) -> str:
    value = values[name]
    if value is None or value == "":
        raise EmptyVariable(name)
    return str(value)


def tree_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Give values as the template reads them, `party.name` as a name within `party`; blanks in place of empty ones."""
    tree: dict[str, Any] = {}
    for name, value in values.items():
        given = value if value not in (None, "") else Blank(name=name)
        root, dot, leaf = name.partition(".")
        if dot:
            tree.setdefault(root, {})[leaf] = given
        else:
            tree[root] = given
    return tree


@dataclass(frozen=True)
class _Variable:
    name: str
    line: int


def _walk(node: nodes.Node) -> Iterator[nodes.Node | _Variable]:
    """Give every node, those that name a variable as one."""
    if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
        yield _Variable(f"{node.node.name}.{node.attr}", node.lineno)
        return
    if isinstance(node, nodes.Getattr):
        yield _Variable(f"….{node.attr}", node.lineno)
        return
    if isinstance(node, nodes.Name):
        yield _Variable(node.name, node.lineno)
        return
    yield node
    for below in node.iter_child_nodes():
        yield from _walk(below)


@lru_cache(maxsize=256)
def _pieces(text: str) -> tuple[tuple[str, bool], ...] | None:
    """Give a text as words, and names of variables; None where more stands in it.

    A sending fills one text a hundred thousand times: putting pieces together takes a tenth of what a template takes.
    """
    found: list[tuple[str, bool]] = []
    for output in _ENVIRONMENT.parse(text).body:
        if not isinstance(output, nodes.Output):
            return None
        for node in output.nodes:
            if isinstance(node, nodes.TemplateData):
                found.append((node.data, False))
            elif isinstance(node, nodes.Name):
                found.append((node.name, True))
            elif isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
                found.append((f"{node.node.name}.{node.attr}", True))
            else:
                return None
    return tuple(found)


@lru_cache(maxsize=256)
def _compiled(text: str) -> Template:
    return _ENVIRONMENT.from_string(text)
