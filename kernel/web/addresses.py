"""The addresses of a site's application: how they are recognised, and when the writing of one is prepared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from werkzeug.routing import BaseConverter, IntegerConverter, Rule, UnicodeConverter, ValidationError
from werkzeug.routing.rules import RulePart

Writer = Callable[..., tuple[str, str]]
"""Writes the address of a rule: the rule and the values in it, to a host and a path."""


class StoredNumber(IntegerConverter):
    """An id in an address: no longer than what a column holds, so that a longer one is a page that is not there."""

    regex = "[0-9]{1,18}"


class StoredText(UnicodeConverter):
    """Words in an address, such as the code of a link: with a sign that no column holds it is a page that is not there."""

    def to_python(self, value: str) -> str:
        """Give the words."""
        if "\0" in value:
            raise ValidationError
        return value


@dataclass(frozen=True)
class Parsed:
    """What Werkzeug makes of the text of a rule; the same for every application that has a rule of this text."""

    parts: list[RulePart]
    trace: list[tuple[bool, str]]
    arguments: frozenset[str]
    converters: tuple[tuple[str, type[BaseConverter], tuple[Any, ...], dict[str, Any]], ...]
    """Name of the variable, and with what its converter is made for an application."""


_parsed: dict[tuple[Any, ...], Parsed] = {}
"""By all that the parsing of a rule depends on. Rules stand in code, so that their number has an end."""


class SiteRule(Rule):
    """A rule whose text is parsed once in a process, and whose writer is compiled when a page first needs an address of it.

    A site has thousands of rules and is built anew at each change of its epoch; parsing all texts and compiling all
    writers then took most of that time, and a process writes addresses of few of the rules.
    """

    def compile(self) -> None:
        """Take the parsed text from what is known, or parse it and keep it."""
        assert self.map is not None, "a rule is compiled after it was bound to a map"
        converters = self.map.converters
        key = (
            self.rule,
            self.host if self.map.host_matching else self.subdomain,
            self.merge_slashes,
            frozenset(converters.items()),
        )
        known = _parsed.get(key)
        if known is None:
            self._made: list[tuple[str, type[BaseConverter], tuple[Any, ...], dict[str, Any]]] = []
            super().compile()
            _parsed[key] = Parsed(self._parts, self._trace, frozenset(self.arguments), tuple(self._made))
            return
        self._parts, self._trace = known.parts, known.trace
        self.arguments |= known.arguments
        self._converters = {
            name: kind(self.map, *values, **named) for name, kind, values, named in known.converters
        }
        self._build = self._compile_builder(False).__get__(self, None)
        self._build_unknown = self._compile_builder(True).__get__(self, None)

    def get_converter(
        self, variable_name: str, converter_name: str, args: tuple[Any, ...], kwargs: Any
    ) -> BaseConverter:
        """Make a converter, and note of what."""
        made = super().get_converter(variable_name, converter_name, args, kwargs)
        self._made.append((variable_name, type(made), args, dict(kwargs)))
        return made

    def _compile_builder(self, append_unknown: bool = True) -> Writer:
        compiled = super()._compile_builder

        def write(rule: SiteRule, **values: Any) -> tuple[str, str]:
            writer: Writer = compiled(append_unknown).__get__(rule, None)
            setattr(rule, "_build_unknown" if append_unknown else "_build", writer)
            return writer(**values)

        return write
