"""Search: what somebody typed as conditions on the stored search keys, and the best hits first.

Each word is an ANDed `LIKE` of its own (several patterns in one array would skip the trigram index). Words of one or two
letters have no trigrams: alone they are looked up as a beginning, on the B-tree; beside a longer word they only filter.
Hits are capped; what begins with the words typed is fetched by a query of its own, so that the cap never hides it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Select, Text, and_, any_, bindparam, false, func, or_
from sqlalchemy.orm import InstrumentedAttribute, Session

from kernel.fa.text import like_pattern, search_terms
from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, Problem
from kernel.resources.lists.query import LONGEST_SEARCH
from kernel.resources.resource import Resource

CAP = 1_000
"""Hits of a search; more than these are a selection, and the page says so."""
MOST_WORDS = 8
SHORT = 2
"""Words of up to this many letters have no trigram."""

Selecting = Callable[..., Select[Any]]
"""Makes the select over a list's rows (all its conditions but the search) with the given columns."""


@dataclass(frozen=True)
class Words:
    """What was typed, folded. `whole` is all of it without spaces, for exact hits and beginnings."""

    terms: tuple[str, ...]
    whole: str

    @property
    def long(self) -> tuple[str, ...]:
        """The words that have trigrams."""
        return tuple(term for term in self.terms if len(term) > SHORT)


@dataclass(frozen=True)
class Hits:
    """Ids of what was found, best first; `more` says that they are a selection."""

    ids: tuple[int, ...]
    more: bool


def words_of(text: str) -> Words | None:
    """Fold what was typed; None where nothing was. Text without a letter or digit gives no words, so no hits."""
    if not text.strip():
        return None
    terms = tuple(search_terms(text[:LONGEST_SEARCH])[:MOST_WORDS])
    return Words(terms, "".join(terms))


class Finder:
    """The search of a resource on behalf of an actor."""

    def __init__(self, context: Context, resource: Resource, words: Words) -> None:
        if resource.search is None:
            raise Invalid([Problem(None, _("This list cannot be searched."))])
        self.words = words
        self.key: InstrumentedAttribute[str] = getattr(resource.model, resource.search.key)
        self.names_only = not _sees_key(context, resource)
        private = resource.search.private
        self.private: InstrumentedAttribute[str] | None = None
        if private and context.runtime.may_search_private(context, resource):
            self.private = getattr(resource.model, private)

    def condition(self) -> ColumnElement[bool]:
        """Build the condition of a hit: every word is found, in the names or in the numbers."""
        if not self.words.terms:
            return false()
        if not self.words.long:
            first, *others = self.words.terms
            return and_(self._begins(first), *(self._holds(term) for term in others))
        return and_(*(self._holds(term) for term in self.words.terms))

    def beginning(self) -> ColumnElement[bool]:
        """Build the condition of a hit that begins with what was typed."""
        return self._begins(self.words.whole)

    def exact(self) -> ColumnElement[bool]:
        """Build the condition of a hit that is called exactly so."""
        called = or_(
            self.key == self.words.whole, self.key.like(like_pattern(f"{self.words.whole}|", "prefix"))
        )
        return and_(called, self._begins(self.words.whole)) if self.names_only else called

    def is_exact(self, key: str) -> bool:
        """Say whether a stored key is called exactly so."""
        return key.partition("|")[0] == self.words.whole

    def _begins(self, text: str) -> ColumnElement[bool]:
        return self._fits(like_pattern(text, "prefix"))

    def _fits(self, pattern: str) -> ColumnElement[bool]:
        condition: ColumnElement[bool] = self.key.like(pattern)
        if not self.names_only:
            return condition
        return and_(condition, func.split_part(self.key, "|", 1).like(pattern))

    def _holds(self, term: str) -> ColumnElement[bool]:
        condition = self._fits(like_pattern(term))
        if self.private is None or not term.isdecimal() or not self.words.long:
            return condition
        return or_(condition, *(self.private.like(like_pattern(number)) for number in _numbers(term)))


def _sees_key(context: Context, resource: Resource) -> bool:
    """Say whether the actor sees whatever stands in the key beside the name; else only names are searched."""
    if not context.actor.fields or resource.search is None:
        return True
    held = set(resource.search.held)
    return all(
        context.runtime.may_see_field(context, resource, item)
        for item in resource.fields
        if item.name in held or (getattr(item, "searchable", False) and not item.private)
    )


def _numbers(term: str) -> list[str]:
    """Give the spellings in which a number may be stored: phones without trunk zero and with the country's code."""
    if term.startswith("00"):
        return [term, term[2:]]
    if term.startswith("0"):
        return [term, f"98{term[1:]}"]
    return [term]


def find(
    session: Session,
    finder: Finder,
    selecting: Selecting,
    order: Sequence[ColumnElement[Any]],
    *,
    descending: bool = False,
) -> Hits:
    """Find at most `CAP` hits: exact ones, then those that begin so, then the rest, each in the given order.

    Two statements: a third only where very many begin with what was typed.
    """
    if not finder.words.terms:
        return Hits((), False)
    base = selecting(finder.key, *order)
    number = base.selected_columns[0]
    beginning = _fetch(session, base.where(finder.beginning()).order_by(finder.key, number))
    if len(beginning) > CAP:
        others = _fetch(session, base.where(finder.exact()).order_by(number))
    else:
        others = _fetch(session, base.where(finder.condition()))
    rows = {row[0]: row for row in (*beginning, *others)}
    begins = {row[0] for row in beginning}
    best = sorted(
        _in_order(list(rows.values()), descending=descending),
        key=lambda row: (not finder.is_exact(row[1]), row[0] not in begins),
    )
    return Hits(tuple(row[0] for row in best[:CAP]), len(rows) > CAP)


def _fetch(session: Session, statement: Select[Any]) -> list[Any]:
    return list(session.execute(statement.limit(CAP + 1)))


def _in_order(rows: list[Any], *, descending: bool) -> list[Any]:
    filled = [row for row in rows if None not in row[2:]]
    empty = [row for row in rows if None in row[2:]]
    filled.sort(key=lambda row: (*row[2:], row[0]), reverse=descending)
    empty.sort(key=lambda row: row[0], reverse=descending)
    return filled + empty


def any_of(column: Any, ids: Sequence[int]) -> ColumnElement[bool]:
    """Build `column = ANY(ids)` with one bound array, however many ids there are."""
    array = bindparam(None, list(ids), ARRAY(BigInteger), unique=True)
    condition: ColumnElement[bool] = column == any_(array)
    return condition


def any_text(column: Any, values: Iterable[str]) -> ColumnElement[bool]:
    """Build the same for texts."""
    array = bindparam(None, list(values), ARRAY(Text), unique=True)
    condition: ColumnElement[bool] = column == any_(array)
    return condition
