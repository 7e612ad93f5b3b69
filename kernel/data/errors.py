"""The errors of the data layer: each carries a code for programs and a translatable sentence for people."""

from __future__ import annotations

from kernel.i18n import LazyText


class DataError(Exception):
    """Something that the data layer refuses or cannot do; `text` says what and what to do about it."""

    code = "data-error"

    def __init__(self, text: LazyText, code: str | None = None) -> None:
        super().__init__(str(text))
        self.text = text
        if code is not None:
            self.code = code


class ConfigError(DataError):
    """A setting of the process is missing or makes no sense."""

    code = "config"


class ServerError(DataError):
    """The embedded server cannot be set up, started or stopped."""

    code = "server"


class WrongServerVersion(ServerError):
    """The data folder belongs to another major version of PostgreSQL; it has not been touched."""

    code = "wrong-server-version"


class SiteError(DataError):
    """A site is missing, exists already, or its files are damaged."""

    code = "site"


class DatabaseUnavailable(DataError):
    """The database server does not answer; the same request may succeed in a moment."""

    code = "database-unavailable"
