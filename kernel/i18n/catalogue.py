"""Catalogues of translations: read from `.mo` or `.po` files, merged per language."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from gettext import c2py
from pathlib import Path
from typing import Final, NamedTuple

from babel.messages import Catalog, Message
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

log = logging.getLogger(__name__)

KERNEL_TRANSLATIONS: Final = Path(__file__).parents[1] / "translations"
"""The kernel's own catalogues, the first source of every site."""

FILES_KEPT: Final = 512
"""Files of catalogues whose entries a process keeps: it builds its sites anew more often than these change."""

Key = tuple[str | None, str]
"""Context and English message."""


class Entry(NamedTuple):
    """The translation of one message: its forms, and the rule that chooses one by a count."""

    forms: tuple[str, ...]
    choose: Callable[[int], int]


class Translations:
    """All translations of one language, whatever part or plugin they come from; immutable."""

    def __init__(self, locale: str, entries: Mapping[Key, Entry]) -> None:
        self.locale: Final = locale
        self._entries: Final = entries

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: Key) -> bool:
        return key in self._entries

    def gettext(self, message: str, context: str | None = None) -> str:
        """Translate a message; without an entry the English text comes back."""
        entry = self._find(message, context)
        return entry.forms[0] if entry else message

    def ngettext(self, singular: str, plural: str, n: int, context: str | None = None) -> str:
        """Translate a message that counts, in the form for `n`."""
        entry = self._find(singular, context)
        if entry is None:
            return singular if n == 1 else plural
        return entry.forms[min(entry.choose(abs(n)), len(entry.forms) - 1)]

    def _find(self, message: str, context: str | None) -> Entry | None:
        entry = self._entries.get((context, message))
        if entry is None and context is not None:
            entry = self._entries.get((None, message))
        return entry


ENGLISH: Final = Translations("en", {})
"""The message ids themselves."""


class Catalogue:
    """Reads what the kernel and the plugins bring with them."""

    @staticmethod
    def load(locale: str, sources: Sequence[tuple[str, Path]]) -> Translations:
        """Merge the catalogues of a locale; the first source that has a message wins, so name the kernel
        first.

        `sources` are pairs of a name (for the log) and a folder with `<locale>/LC_MESSAGES/*.po` or
        `*.mo`; all files in it count. Where there is none for `fa_IR`, those for `fa` serve. A file that
        cannot be read is reported in the log and left out: its messages appear in English, and everything
        else as it should.
        """
        entries: dict[Key, Entry] = {}
        for name, folder in sources:
            for path in _files(folder, locale):
                try:
                    found = _entries_of(path)
                except Exception:  # readers of catalogues raise whatever a broken file leads them to
                    log.exception("catalogue of %s cannot be read: %s", name, path)
                    continue
                entries = found | entries
        return Translations(locale, entries)


def _files(folder: Path, locale: str) -> list[Path]:
    """The `.po` files of a locale, each replaced by its `.mo` where that is there and not older."""
    for language in (locale, locale.replace("-", "_").partition("_")[0]):
        messages = folder / language / "LC_MESSAGES"
        if messages.is_dir():
            names = sorted({path.stem for path in messages.iterdir() if path.suffix in {".po", ".mo"}})
            return [_newer(messages / f"{name}.po") for name in names]
    return []


def _newer(po: Path) -> Path:
    mo = po.with_suffix(".mo")
    if not mo.exists() or (po.exists() and po.stat().st_mtime > mo.stat().st_mtime):
        return po
    return mo


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_mo(file) if path.suffix == ".mo" else read_po(file, abort_invalid=True)


def _entries_of(path: Path) -> dict[Key, Entry]:
    """What a file says; read again only where it was written since."""
    status = path.stat()
    return _entries_at(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=FILES_KEPT)
def _entries_at(path: Path, _written: int, _size: int) -> dict[Key, Entry]:
    return dict(_entries(_read(path)))


def _entries(catalog: Catalog) -> Iterator[tuple[Key, Entry]]:
    choose = c2py(catalog.plural_expr)
    for message in catalog:
        forms = _forms(message)
        if message.id and forms and all(forms) and not message.fuzzy:
            yield (_context(message), _singular(message)), Entry(forms, choose)


def _singular(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _forms(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def _context(message: Message) -> str | None:
    # Babel's reader of .mo files gives contexts as bytes, against its own type.
    context: str | bytes | None = message.context
    return context.decode() if isinstance(context, bytes) else context
