"""Plugins for tests, written to a folder and offered by entry points as a distribution would."""

from __future__ import annotations

import textwrap
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from kernel.extension.discovery import GROUP, Discovery, discover

HEAD = """\
from kernel.extension.manifest import Plugin
from kernel.extension.markers import hookimpl
"""


class Maker:
    """Makes plugins under a folder of the test's own; each name may be used once per test."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._folder = folder
        self._prefix = f"made_{abs(hash(folder)) % 10**8}"
        self.offers: list[EntryPoint] = []
        monkeypatch.syspath_prepend(str(folder))

    def make(
        self, name: str, hooks: str = "", *, api: str = "", manifest: str = "", says: str = ""
    ) -> EntryPoint:
        """Write a plugin; `manifest` holds further arguments of `Plugin`, `says` another name than the
        entry point's.
        """
        package = f"{self._prefix}_{name}_{len(self.offers)}"
        folder = self._folder / package
        folder.mkdir()
        (folder / "__init__.py").touch()
        version = "" if "version=" in manifest else "version='1.0', "
        plugin = f"plugin = Plugin(name={says or name!r}, title={name.title()!r}, {version}{manifest})\n"
        (folder / "plugin.py").write_text(HEAD + plugin + textwrap.dedent(hooks), encoding="utf-8")
        if api:
            text = "from kernel.extension.markers import first, gather, once, require\n" + textwrap.dedent(
                api
            )
            (folder / "api.py").write_text(text, encoding="utf-8")
        offer = EntryPoint(name, f"{package}.plugin", GROUP)
        self.offers.append(offer)
        return offer

    def discover(self) -> Discovery:
        """Discover what was made."""
        return discover(self.offers, kernel_version="1.2.0")
