"""Which names a plugin may carry: its schema, its address under `/<plugin>/`, its catalogue and its grants
bear it.
"""

from __future__ import annotations

import keyword
import re

PATTERN = re.compile(r"[a-z][a-z0-9]*")
"""No underscore: `<plugin>__<purpose>` and `<plugin>.<thing>` split again without doubt."""

LONGEST = 30
"""PostgreSQL cuts identifiers at 63 bytes; the rest is left to the purpose in `<plugin>__<purpose>`."""

KERNEL_WORDS = frozenset(
    [
        "kernel",
        "plugins",
        "peyvand",
        "access",
        "administration",
        "cli",
        "data",
        "extension",
        "fa",
        "hooks",
        "i18n",
        "interactions",
        "jobs",
        "lifecycle",
        "migrations",
        "parties",
        "resources",
        "scaffold",
        "testing",
        "web",
        "party",
        "interaction",
        "limits",
        "consent",
        "facts",
        "family",
        "faith",
        "diet",
    ]
)
"""The kernel's own packages, schemas, catalogues, resources and groups of settings."""

ADDRESS_WORDS = frozenset(
    [
        "admin",
        "api",
        "assets",
        "auth",
        "events",
        "files",
        "health",
        "home",
        "login",
        "logout",
        "media",
        "search",
        "static",
    ]
)
"""First parts of addresses that the kernel serves itself."""

SQL_WORDS = frozenset(
    [
        "all",
        "analyse",
        "analyze",
        "and",
        "any",
        "array",
        "as",
        "asc",
        "asymmetric",
        "authorization",
        "binary",
        "both",
        "case",
        "cast",
        "check",
        "collate",
        "collation",
        "column",
        "concurrently",
        "constraint",
        "create",
        "cross",
        "default",
        "deferrable",
        "desc",
        "distinct",
        "do",
        "else",
        "end",
        "except",
        "false",
        "fetch",
        "for",
        "foreign",
        "freeze",
        "from",
        "full",
        "grant",
        "group",
        "having",
        "ilike",
        "in",
        "initially",
        "inner",
        "intersect",
        "into",
        "is",
        "isnull",
        "join",
        "lateral",
        "leading",
        "left",
        "like",
        "limit",
        "localtime",
        "localtimestamp",
        "natural",
        "not",
        "notnull",
        "null",
        "offset",
        "on",
        "only",
        "or",
        "order",
        "outer",
        "overlaps",
        "placing",
        "primary",
        "public",
        "references",
        "returning",
        "right",
        "select",
        "similar",
        "some",
        "symmetric",
        "table",
        "tablesample",
        "then",
        "to",
        "trailing",
        "true",
        "union",
        "unique",
        "user",
        "using",
        "variadic",
        "verbose",
        "when",
        "where",
        "window",
        "with",
    ]
)
"""Reserved words of PostgreSQL 18 (`pg_get_keywords()`, categories R and T), and the schema `public`."""

RESERVED = KERNEL_WORDS | ADDRESS_WORDS | SQL_WORDS | frozenset(word.lower() for word in keyword.kwlist)


def is_well_formed(name: str) -> bool:
    """Say whether the name is written as plugin names are: a small Latin letter, then letters and digits."""
    return bool(PATTERN.fullmatch(name)) and len(name) <= LONGEST


def is_reserved(name: str) -> bool:
    """Say whether the name means something else already."""
    return name in RESERVED
