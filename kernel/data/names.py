"""Names inside the database server: what a site may be called, and what its roles are called for that."""

from __future__ import annotations

import re

from sqlalchemy import Connection, text

from kernel.data.errors import SiteError
from kernel.i18n import _

SITE_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_RESERVED = {"postgres", "template0", "template1", "kernel", "public"}


def check_site_name(name: str) -> str:
    """Return `name` if a site may be called so; it names the database, two roles and a folder."""
    if not SITE_NAME.fullmatch(name) or name in _RESERVED or name.startswith("pg_"):
        raise SiteError(
            _(
                "“%(name)s” cannot name a site: use up to 40 small Latin letters, digits and underscores, "
                "beginning with a letter.",
                name=name,
            ),
            "bad-name",
        )
    return name


def owner_role(site: str) -> str:
    """The role that owns the site's database and everything in it."""
    return f"{site}_owner"


def app_role(site: str) -> str:
    """The role that every request and job runs as; it owns nothing."""
    return f"{site}_app"


def app_role_here(connection: Connection) -> str:
    """The application's role of the database that `connection` is in: for migrations and policies."""
    owner: str = connection.execute(
        text("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()")
    ).scalar_one()
    return owner.removesuffix("_owner") + "_app"
