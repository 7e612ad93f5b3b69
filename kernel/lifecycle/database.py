"""Making and dropping a site's database: two roles that are no superusers, extensions, privileges, marks.

The administrator needs CREATEROLE and CREATEDB only. What a superuser can do beyond that (the marks) is done
where he is one, and remembered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import errors
from psycopg.sql import SQL, Identifier, Literal

from kernel.data.address import conninfo
from kernel.data.errors import SiteError
from kernel.data.names import app_role, owner_role
from kernel.data.site import Secrets, Site
from kernel.i18n import _

Admin = psycopg.Connection[tuple[Any, ...]]

EXTENSIONS = ("pg_trgm", "btree_gist", "ltree", "unaccent")
CHARACTER_TYPES = ("C.UTF-8", "C.utf8", "en_US.UTF-8", "en_US.utf8")
"""What counts as a letter; servers name it differently. The order is bytewise in any case."""
SAFE_FUNCTIONS = (
    "textlike(text,text)",
    "range_overlaps(anyrange,anyrange)",
    "range_contains_elem(anyrange,anyelement)",
    "arrayoverlap(anyarray,anyarray)",
    "arraycontains(anyarray,anyarray)",
    "jsonb_contains(jsonb,jsonb)",
)
"""Behind the operators of search and calendars. Unmarked, row security keeps them from their indexes."""


@contextmanager
def administering(url: str) -> Iterator[Admin]:
    """A connection outside any transaction: databases and roles are made that way."""
    address = conninfo(url, application_name="peyvand administration")
    with psycopg.connect(address, autocommit=True) as connection:
        yield connection


def is_superuser(admin: Admin) -> bool:
    """Whether the administrator may do everything."""
    row = admin.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    return bool(row and row[0])


def taken(admin: Admin, site: str) -> bool:
    """Whether the server knows a database or role that the site `site` would need."""
    row = admin.execute(
        "SELECT EXISTS (SELECT FROM pg_database WHERE datname = %s)"
        " OR EXISTS (SELECT FROM pg_roles WHERE rolname IN (%s, %s))",
        (site, owner_role(site), app_role(site)),
    ).fetchone()
    return bool(row and row[0])


def make_roles(admin: Admin, site: str, secrets: Secrets) -> None:
    """Create the owner and the application's role, or set their passwords anew where they exist."""
    for role, password in (
        (owner_role(site), secrets.owner_password),
        (app_role(site), secrets.app_password),
    ):
        # The password is hashed here, so that no statement, log or activity view ever holds it.
        verifier = admin.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
        known = admin.execute("SELECT FROM pg_roles WHERE rolname = %s", (role,)).fetchone() is not None
        command = SQL("ALTER ROLE {} LOGIN PASSWORD {}" if known else "CREATE ROLE {} LOGIN PASSWORD {}")
        admin.execute(command.format(Identifier(role), Literal(verifier)))
    if not is_superuser(admin):
        admin.execute(SQL("GRANT {} TO CURRENT_USER").format(Identifier(owner_role(site))))


def make_database(admin: Admin, site: str, *, template: str = "template0", options: str = "") -> None:
    """Create the site's database, empty or as a copy of `template`, owned by its owner role."""
    base = SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
        Identifier(site), Identifier(owner_role(site)), Identifier(template)
    )
    if template != "template0":
        admin.execute(base + SQL(f" {options}"))
        return
    for character_type in CHARACTER_TYPES:
        try:
            admin.execute(
                base
                + SQL(" ENCODING 'UTF8' LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE {}").format(
                    Literal(character_type)
                )
            )
            return
        except (errors.WrongObjectType, errors.InvalidParameterValue) as error:
            missing = error
    raise SiteError(
        _("The database server has no UTF-8 locale: %(why)s", why=str(missing)), "no-locale"
    ) from missing


def furnish(site: Site) -> None:
    """As the owner: extensions, and privileges that make a new schema usable by the application at once."""
    app = Identifier(app_role(site.name))
    database = Identifier(site.name)
    with administering(site.owner_url) as owner, owner.transaction():
        for extension in EXTENSIONS:
            owner.execute(SQL("CREATE EXTENSION IF NOT EXISTS {}").format(Identifier(extension)))
        for command in (
            "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
            "GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {app}",
            "ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO {app}",
            "ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}",
            "ALTER DEFAULT PRIVILEGES GRANT USAGE, SELECT ON SEQUENCES TO {app}",
        ):
            owner.execute(SQL(command).format(app=app, database=database))
        _check_letters(owner)


def mark_safe(admin_url: str) -> bool:
    """Mark the operators of search and calendars as safe under row security; returns whether they are.

    Marks are per database and stand in no dump: repeat after each restore, before any pool opens.
    """
    with administering(admin_url) as admin:
        try:
            with admin.transaction():
                for function in SAFE_FUNCTIONS:
                    admin.execute(SQL(f"ALTER FUNCTION pg_catalog.{function} LEAKPROOF"))
        except errors.InsufficientPrivilege:
            return not unmarked(admin)
        return True


def unmarked(connection: Admin) -> list[str]:
    """Those of `SAFE_FUNCTIONS` that are not marked in this database."""
    rows = connection.execute(
        "SELECT f FROM unnest(%s::text[]) f JOIN pg_proc ON oid = ('pg_catalog.' || f)::regprocedure"
        " WHERE NOT proleakproof ORDER BY f",
        (list(SAFE_FUNCTIONS),),
    ).fetchall()
    return [row[0] for row in rows]


def drop_database(admin: Admin, site: str) -> None:
    """Drop the site's database, whoever is connected, and its roles; what is missing already is no error."""
    admin.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(site)))
    for role in (app_role(site), owner_role(site)):
        admin.execute(SQL("DROP ROLE IF EXISTS {}").format(Identifier(role)))


def server_version(connection: Admin) -> int:
    """The server's version as one number: 180006 is 18.6."""
    return connection.info.server_version


def has_persian_letters(connection: Admin) -> bool:
    """Whether Persian words have trigrams: under the character type `C` there are none, without any error."""
    row = connection.execute("SELECT show_trgm('آب')").fetchone()
    return bool(row and row[0] and re.search(r"\w", "".join(row[0])))


def _check_letters(connection: Admin) -> None:
    if not has_persian_letters(connection):
        raise SiteError(
            _("The database server takes no Persian letter for a letter: search would find nothing. "
              "Its locale must be a UTF-8 one."),
            "no-trigrams",
        )  # fmt: skip
