"""Where the failures of a site's plugins are kept, and what puts a plugin that keeps failing into
quarantine.
"""

from __future__ import annotations

import logging
import traceback

from sqlalchemy import Engine, text

log = logging.getLogger(__name__)

LONGEST = 8_000
"""Characters of an error and of its trace that are kept."""

_RECORD = text("SELECT kernel.record_plugin_failure(:plugin, :hook, :error, :trace)")


class FailureRows:
    """The `FailureRecorder` of a site: rows of `kernel.plugin_failure`, written in a transaction of their
    own.

    `engine` should keep no pool (the owner of the failing request holds a connection already, and five
    requests that wait for a sixth would wait for each other). The site's settings say after how many
    failures (10) in how many minutes (10) the plugin is quarantined, which raises the epoch.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def record(self, plugin: str, hook: str, error: BaseException) -> None:
        """Keep one failure; if that is impossible, only the error log has it."""
        trace = "".join(traceback.format_exception(error))
        values = {
            "plugin": plugin,
            "hook": hook,
            "error": _clean(f"{type(error).__name__}: {error}"),
            "trace": _clean(trace[-LONGEST:]),
        }
        try:
            with self._engine.begin() as connection:
                if connection.execute(_RECORD, values).scalar_one():
                    log.error("plugin %s keeps failing and is quarantined", plugin)
        except Exception:  # the page must not fail because its failure could not be written down
            log.exception("the failure of plugin %s in %s could not be recorded", plugin, hook)


def _clean(value: str) -> str:
    return value.replace("\x00", "")[:LONGEST]
