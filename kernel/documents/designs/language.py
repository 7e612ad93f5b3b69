"""The language of layouts: what a layout of a site may be made of, checked by name and line when it is saved.

It is a part of Jinja: values, `if`, `for` over given rows, `set` and listed filters. Nothing can be called, included or
defined. The process that fills layouts checks them again before it begins, so that what stands in the database counts
for nothing by itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import copy
from dataclasses import replace
from typing import Any

from jinja2 import TemplateSyntaxError, nodes

from kernel.documents.designs.sandbox import FILTERS, TESTS, environment
from kernel.documents.designs.values import Shape
from kernel.documents.wording import Fault
from kernel.i18n import LazyText, _

LONGEST = 60_000
"""Characters of a layout, and of its style."""
UNKNOWN: Shape = {}
LOOP: Shape = dict.fromkeys(("index", "index0", "revindex", "first", "last", "length"))
CALCULATED = (
    *(nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Neg, nodes.Pos),
    *(nodes.And, nodes.Or, nodes.Not, nodes.Compare, nodes.Operand, nodes.CondExpr),
)
"""Expressions of which only the parts are looked at."""
MARKUP: tuple[tuple[re.Pattern[str], LazyText], ...] = (
    (
        re.compile(
            r"<\s*/?\s*(script|style|link|meta|base|iframe|frame|object|embed|applet|form|input|button|textarea|select"
            r"|audio|video|source|use|image|foreignobject|animate|set)\b",
            re.IGNORECASE,
        ),
        _("“%(name)s” cannot be used in a layout."),
    ),
    (re.compile(r"<[^<>]*\s(on[a-z]+)\s*=", re.IGNORECASE), _("“%(name)s” cannot be used in a layout.")),
    (
        re.compile(r"\bsrc\s*=\s*(?![\"']peyvand:logo[\"'])([^\s>]*)", re.IGNORECASE),
        _('A picture can only be the logo: src="peyvand:logo", not “%(name)s”.'),
    ),
    (
        re.compile(
            r"\b(?:href|data|action|srcset|background)\s*=\s*[\"']?\s*((?:file|javascript|data|ftp):)",
            re.IGNORECASE,
        ),
        _("An address cannot begin with “%(name)s”."),
    ),
    (re.compile(r"\b(url|src|image-set)\s*\(", re.IGNORECASE), _("A layout cannot load “%(name)s()”.")),
)
"""What the words around the values may not hold. The walls are the process and its fetcher; this says it early."""


def layout_faults(body: str, known: Mapping[str, Shape] | None) -> list[Fault]:
    """Give what is wrong with a layout whose values are `known`, each with its line; None takes every name for known."""
    if len(body) > LONGEST:
        return [Fault(1, _("The text is longer than %(most)d characters.", most=LONGEST))]
    try:
        tree = environment().parse(body)
    except TemplateSyntaxError as error:
        return [
            Fault(
                error.lineno, _("Not understood here: %(reason)s", reason=_apart((error.message or "")[:120]))
            )
        ]
    except RecursionError:
        return [Fault(1, _("The text is nested too deeply."))]
    checker = _Checker()
    try:
        checker.block(tree.body, dict(known) if known is not None else _Any())
        if not checker.found:
            environment().compile(tree)
    except (RecursionError, SyntaxError):  # Python nests twenty loops in one another, no more
        return [Fault(1, _("The text is nested too deeply."))]
    return sorted(checker.found, key=lambda fault: fault.line)


class _Any(dict[str, Shape]):
    """Holds every name."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> Shape:
        return UNKNOWN


class _Checker:
    """Walks a layout with the names that hold at each place."""

    def __init__(self) -> None:
        self.found: list[Fault] = []

    def block(self, body: list[nodes.Node], scope: dict[str, Shape]) -> None:
        for node in body:
            self.statement(node, scope)

    def statement(self, node: nodes.Node, scope: dict[str, Shape]) -> None:
        if isinstance(node, nodes.Output):
            for each in node.nodes:
                self.output(each, scope)
        elif isinstance(node, nodes.If):
            self.expression(node.test, scope)
            for part in (node.body, node.elif_, node.else_):
                self.block(list(part), scope)
        elif isinstance(node, nodes.For):
            self.loop(node, scope)
        elif isinstance(node, nodes.Assign) and isinstance(node.target, nodes.Name):
            scope[node.target.name] = self.expression(node.node, scope)
        else:
            self.refuse(node)

    def output(self, node: nodes.Node, scope: dict[str, Shape]) -> None:
        if isinstance(node, nodes.TemplateData):
            self.markup(node)
            return
        shape = self.expression(node, scope)
        if shape is not None and shape is not UNKNOWN:
            self.note(
                node,
                _("“%(name)s” is not one value: name one in it, or go through its rows.", name=_path(node)),
            )

    def markup(self, node: nodes.TemplateData) -> None:
        for pattern, message in MARKUP:
            for match in pattern.finditer(node.data):
                line = node.lineno + node.data.count("\n", 0, match.start())
                self.found.append(Fault(line, replace(message, params=(("name", match[1][:60]),))))

    def loop(self, node: nodes.For, scope: dict[str, Shape]) -> None:
        shape = self.expression(node.iter, scope)
        if node.recursive or not isinstance(node.target, nodes.Name):
            self.refuse(node)
            return
        if not isinstance(shape, list) and shape is not UNKNOWN:
            self.note(node, _("“%(name)s” has no rows to go through.", name=_path(node.iter)))
        inner = copy(scope)
        inner |= {node.target.name: shape[0] if isinstance(shape, list) else UNKNOWN, "loop": LOOP}
        if node.test is not None:
            self.expression(node.test, inner)
        self.block(list(node.body), inner)
        self.block(list(node.else_), copy(scope))

    def expression(self, node: nodes.Node, scope: dict[str, Shape]) -> Shape:
        if isinstance(node, nodes.Const):
            return None
        root = _root(node)
        if isinstance(root, nodes.Name) and root.name not in scope:
            self.note(node, _("There is no variable “%(name)s”.", name=_path(node)))
            return UNKNOWN
        if isinstance(node, nodes.Name):
            return scope[node.name]
        if isinstance(node, nodes.Getattr):
            return self.member(node, self.expression(node.node, scope), node.attr)
        if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
            return self.member(node, self.expression(node.node, scope), node.arg.value)
        if isinstance(node, nodes.Filter | nodes.Test):
            return self.filtered(node, scope)
        if isinstance(node, CALCULATED):
            for child in node.iter_child_nodes():
                self.expression(child, scope)
            return None
        self.refuse(node)
        return UNKNOWN

    def member(self, node: nodes.Node, shape: Shape, name: Any) -> Shape:
        if shape is UNKNOWN:
            return UNKNOWN
        if isinstance(shape, Mapping) and name in shape:
            return shape[name]  # type: ignore[no-any-return]
        if isinstance(shape, list) and isinstance(name, int) and not isinstance(name, bool):
            return shape[0]  # type: ignore[no-any-return]
        self.note(node, _("There is no variable “%(name)s”.", name=_path(node)))
        return UNKNOWN

    def filtered(self, node: nodes.Filter | nodes.Test, scope: dict[str, Shape]) -> Shape:
        known = FILTERS if isinstance(node, nodes.Filter) else TESTS
        if node.name not in known or node.node is None or node.dyn_args or node.dyn_kwargs:
            self.refuse(node, node.name)
            return UNKNOWN
        shape = self.expression(node.node, scope)
        for each in node.args:
            self.expression(each, scope)
        for named in node.kwargs:
            self.expression(named.value, scope)
        if node.name in ("first", "last") and isinstance(shape, list):
            return shape[0]  # type: ignore[no-any-return]
        return None

    def refuse(self, node: nodes.Node, name: str | None = None) -> None:
        said = name or _named(node)
        self.note(node, _("“%(name)s” cannot be used in a layout.", name=said))

    def note(self, node: nodes.Node, message: LazyText) -> None:
        fault = Fault(node.lineno, message)
        if fault not in self.found:
            self.found.append(fault)


def _apart(words: str) -> str:
    """Keep English words together inside of Persian ones."""
    return f"\u2066{words}\u2069"


def _named(node: nodes.Node) -> str:
    """Give what is refused as it is written: `range()`, `**`, `include`."""
    if isinstance(node, nodes.Call):
        return _apart(f"{_path(node.node)}()")
    return "**" if isinstance(node, nodes.Pow) else type(node).__name__.lower()


def _root(node: nodes.Node) -> nodes.Node:
    """Give the name that a path begins with; another node where it begins with something else."""
    while isinstance(node, nodes.Getattr | nodes.Getitem):
        node = node.node
    return node


def _path(node: nodes.Node) -> str:
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        return f"{_path(node.node)}.{node.attr}"
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        return f"{_path(node.node)}.{node.arg.value}"
    return "…"
