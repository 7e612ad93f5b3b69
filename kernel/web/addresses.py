"""The addresses of a site's application: how they are recognised, and when the writing of one is prepared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.routing import IntegerConverter, Rule

Writer = Callable[..., tuple[str, str]]
"""Writes the address of a rule: the rule and the values in it, to a host and a path."""


class StoredNumber(IntegerConverter):
    """An id in an address: no longer than what a column holds, so that a longer one is a page that is not there."""

    regex = "[0-9]{1,18}"


class SiteRule(Rule):
    """A rule whose writer is compiled when a page first needs an address of it.

    A site has a thousand rules and is built anew at each change of its epoch; compiling all writers then
    took most of that time, and a process writes addresses of few of the rules.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Writer:
        compiled = super()._compile_builder

        def write(rule: SiteRule, **values: Any) -> tuple[str, str]:
            writer: Writer = compiled(append_unknown).__get__(rule, None)
            setattr(rule, "_build_unknown" if append_unknown else "_build", writer)
            return writer(**values)

        return write
