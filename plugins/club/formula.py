"""Formulas of settings: numbers, a few names, + - * / and brackets, min and max. Exact, and nothing else can be said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from kernel.api import LazyText, _, to_ascii_digits

NAMES = ("balance", "months", "rank", "earned")
LONGEST = 200
DEEPEST = 20
_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?)|([a-z]+)|([-+*/(),]))")


class FormulaError(ValueError):
    """A text that is no formula; `text` says why in the user's words."""

    def __init__(self, text: LazyText) -> None:
        super().__init__(str(text))
        self.text = text


def check(formula: str) -> LazyText | None:
    """Say what is wrong with a formula; None where nothing is."""
    try:
        evaluate(formula, dict.fromkeys(NAMES, Fraction(3)))
    except FormulaError as error:
        return error.text
    return None


def evaluate(formula: str, values: Mapping[str, int | Fraction]) -> Fraction:
    """Reckon a formula; raise `FormulaError`. What is divided by zero is zero."""
    reader = _Reader(formula, values)
    found = reader.sum(0)
    reader.end()
    return found


class _Reader:
    def __init__(self, formula: str, values: Mapping[str, int | Fraction]) -> None:
        if len(formula) > LONGEST:
            raise FormulaError(_("A formula has %(most)d characters at most.", most=LONGEST))
        self.tokens = _tokens(to_ascii_digits(formula).lower())
        self.values = values
        self.at = 0

    def sum(self, depth: int) -> Fraction:
        if depth > DEEPEST:
            raise FormulaError(_("The brackets of this formula are too deep."))
        found = self.product(depth)
        while self.peek() in ("+", "-"):
            sign = self.take()
            other = self.product(depth)
            found = found + other if sign == "+" else found - other
        return found

    def product(self, depth: int) -> Fraction:
        found = self.value(depth)
        while self.peek() in ("*", "/"):
            sign = self.take()
            other = self.value(depth)
            if sign == "*":
                found *= other
            else:
                found = found / other if other else Fraction(0)
        return found

    def value(self, depth: int) -> Fraction:
        token = self.take()
        if token == "-":  # noqa: S105 - a sign
            if depth > DEEPEST:
                raise FormulaError(_("The brackets of this formula are too deep."))
            return -self.value(depth + 1)
        if token == "(":  # noqa: S105 - a bracket
            found = self.sum(depth + 1)
            self.expect(")")
            return found
        if token in ("min", "max"):
            return self.chosen(token, depth)
        if token in self.values:
            return Fraction(self.values[token])
        if token[:1].isdigit():
            return Fraction(Decimal(token))
        raise FormulaError(_("“%(word)s” means nothing in this formula.", word=token or "…"))

    def chosen(self, name: str, depth: int) -> Fraction:
        self.expect("(")
        found = [self.sum(depth + 1)]
        while self.peek() == ",":
            self.take()
            found.append(self.sum(depth + 1))
        self.expect(")")
        return min(found) if name == "min" else max(found)

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self) -> str:
        token = self.peek()
        self.at += 1
        return token

    def expect(self, wanted: str) -> None:
        if self.take() != wanted:
            raise FormulaError(_("“%(sign)s” is missing in this formula.", sign=wanted))

    def end(self) -> None:
        if self.peek():
            raise FormulaError(_("“%(word)s” means nothing in this formula.", word=self.peek()))


def _tokens(text: str) -> list[str]:
    found, at = [], 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            raise FormulaError(_("“%(word)s” means nothing in this formula.", word=text[at:].strip()[:20]))
        found.append(match.group().strip())
        at = match.end()
    return found
