"""Lists messages without a translation: `python -m kernel.i18n.missing <package folder> … [--locale fa]`.

What it prints are empty entries to be filled in and put into the package's catalogue.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click
from babel.messages import Catalog
from babel.messages.pofile import write_po

from kernel.i18n.catalogue import KERNEL_TRANSLATIONS, Catalogue, Translations
from kernel.i18n.extraction import Found, messages_of


def untranslated(package: Path, translations: Translations) -> Iterator[Found]:
    """Find the messages of a package that a language has no words for, with or without their context."""
    for found in messages_of(package):
        if (found.context, found.message) not in translations and (None, found.message) not in translations:
            yield found


def translations_for(package: Path, locale: str) -> Translations:
    """What a package can rely on: the kernel's catalogues and its own."""
    return Catalogue.load(locale, [("kernel", KERNEL_TRANSLATIONS), (package.name, package / "translations")])


@click.command()
@click.argument("packages", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--locale", default="fa", show_default=True, help="Language to look into.")
def main(packages: tuple[Path, ...], locale: str) -> None:
    """Print empty entries for the messages of packages that have no translation; fails if there are any."""
    catalog = Catalog(locale=locale)
    for package in packages:
        for path, line, context, message, plural in untranslated(package, translations_for(package, locale)):
            ids = (message, plural) if plural else message
            catalog.add(ids, locations=[(str(path), line)], context=context)
    if catalog:
        write_po(sys.stdout.buffer, catalog, omit_header=True)
        raise SystemExit(1)


if __name__ == "__main__":
    main()
