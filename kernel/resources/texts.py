"""The texts of a site: one merged catalogue per language, the kernel's first, then those of the enabled plugins."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kernel.i18n import Catalogue, LazyText, translate


class Texts:
    """Catalogues of a site, loaded when a language is first asked for."""

    def __init__(self, sources: Sequence[tuple[str, Path]]) -> None:
        self._sources = tuple(sources)
        self._loaded: dict[str, Any] = {}

    def catalogue(self, locale: str) -> Any:
        """Give the merged translations of a language."""
        if locale not in self._loaded:
            self._loaded[locale] = Catalogue.load(locale, self._sources)
        return self._loaded[locale]

    def translate(self, value: LazyText | str, locale: str) -> str:
        """Render a text in a language."""
        return translate(value, self.catalogue(locale))
