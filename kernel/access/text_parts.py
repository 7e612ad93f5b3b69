"""Parts of a statement that are text, or run text: no session can know what they read."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from sqlalchemy import Extract
from sqlalchemy.sql.elements import (
    AbstractTextClause,
    BinaryExpression,
    BindParameter,
    ColumnClause,
    UnaryExpression,
)
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.lambdas import LambdaElement
from sqlalchemy.sql.operators import custom_op
from sqlalchemy.sql.selectable import (
    AliasedReturnsRows,
    HasHints,
    HasPrefixes,
    HasSuffixes,
    TableClause,
    TextualSelect,
)

from kernel.access.errors import RefusedStatement

PLAIN_LITERAL = re.compile(r"\*|\d+")
"""What `literal_column` may hold; SQLAlchemy itself writes `count(*)` and `EXISTS (SELECT 1 ...)` with it."""
OPERATOR = re.compile(r"[-+*/<>=~!@#%^&|?]+|AT TIME ZONE|OVERLAPS|IS NOT DISTINCT FROM|IS DISTINCT FROM")
"""What `.op()` may hold."""
KNOWN = frozenset(("sqlalchemy", "builtins", "typing", "collections", "abc", "enum"))
"""Packages whose elements of statements are known to write what they say."""
WORD = re.compile(r"\w+")
RUNS_TEXT = re.compile(
    r"pg_(?!advisory_xact_lock|try_advisory_xact_lock).*|.*_to_xml.*|set_config|current_setting"
    r"|ts_stat|ts_rewrite|lo_.*|dblink.*|xpath_table|crosstab.*|connectby"
)
"""Functions that run text as a statement, reach outside the database, or tell or change who the actor is."""


def check_text_free(element: Any) -> None:
    """Raise `RefusedStatement` if this element of a statement, its parts aside, is text or runs text."""
    if isinstance(element, BindParameter):
        return
    if isinstance(element, (AbstractTextClause, TextualSelect, LambdaElement)):
        raise RefusedStatement("text is no statement for a user's session")
    if _is_foreign(element.__class__):
        raise RefusedStatement(f"{type(element).__name__} writes SQL of its own")
    if isinstance(element, TableClause) or (
        isinstance(element, AliasedReturnsRows) and isinstance(element.element, TableClause)
    ):
        raise RefusedStatement(f"{element} is read past its model")
    if isinstance(element, ColumnClause) and element.is_literal and not PLAIN_LITERAL.fullmatch(element.name):
        raise RefusedStatement("literal_column holds text")
    if isinstance(element, FunctionElement) and RUNS_TEXT.fullmatch(
        str(getattr(element, "name", "")).lower()
    ):
        raise RefusedStatement("this function is not for a user's session")
    if isinstance(element, Extract) and not WORD.fullmatch(element.field):
        raise RefusedStatement("extract names one field")
    if isinstance(element, (BinaryExpression, UnaryExpression)):
        _check_operators(element)
    if isinstance(element, (HasPrefixes, HasSuffixes, HasHints)):
        _check_additions(element)


@cache
def _is_foreign(kind: type) -> bool:
    """Whether a class of elements, or one that it derives from, is made outside SQLAlchemy."""
    return not all(base.__module__.partition(".")[0] in KNOWN for base in kind.__mro__)


def _check_additions(element: Any) -> None:
    # Asked by name in the instance only: an absent attribute of an SQL expression is costly to find out.
    for name in ("_prefixes", "_suffixes", "_hints", "_statement_hints"):
        if element.__dict__.get(name):
            raise RefusedStatement("prefixes, suffixes and hints are text")


def _check_operators(element: Any) -> None:
    for name in ("operator", "modifier"):
        operator = element.__dict__.get(name)
        if isinstance(operator, custom_op) and not OPERATOR.fullmatch(operator.opstring):
            raise RefusedStatement(f"{operator.opstring!r} is no operator")
