"""Compiles catalogues: `python -m kernel.i18n.build [folder …]`.

Each folder is a `translations` folder, or holds some one or two levels below; the default is the current
folder. A catalogue whose placeholders differ from those of the English message is refused, with its line.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import click
from babel.messages import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from kernel.i18n.lazy import PLACEHOLDER


def catalogues(root: Path) -> list[Path]:
    """The `.po` files in a translations folder, or in those up to two levels below a folder."""
    folders = [
        root,
        *(folder for depth in ("", "*/", "*/*/") for folder in root.glob(f"{depth}translations")),
    ]
    return sorted({po for folder in folders for po in folder.glob("*/LC_MESSAGES/*.po")})


def wrong_placeholders(catalog: Catalog) -> Iterator[str]:
    """Tell the translated entries whose placeholders are not those of the English message.

    Forms of a plural may leave some out: "one row" needs no number.
    """
    for message in catalog:
        wanted = _placeholders(message.id)
        given = [_placeholders(form) for form in _forms(message) if form]
        unknown = any(names - wanted for names in given)
        lost = not message.pluralizable and any(wanted - names for names in given)
        if message.id and (unknown or lost):
            yield f"line {message.lineno}: {message.id!r}"


def compile_catalogue(po: Path) -> Path:
    """Write the `.mo` beside a `.po` file, replaced at once; raises `ValueError` for a faulty catalogue."""
    with po.open("rb") as file:
        try:
            catalog = read_po(file, abort_invalid=True)
        except PoFileError as error:
            raise ValueError(f"{po}: {error}") from error
    if wrong := list(wrong_placeholders(catalog)):
        raise ValueError(f"{po}: placeholders differ from the English message\n" + "\n".join(wrong))
    mo = po.with_suffix(".mo")
    draft = mo.with_name(f"{mo.name}.{os.getpid()}")
    with draft.open("wb") as file:
        write_mo(file, catalog)
    draft.replace(mo)
    return mo


def _placeholders(text: str | list[str] | tuple[str, ...]) -> set[str]:
    texts = (text,) if isinstance(text, str) else text
    return {match[1] for part in texts for match in re.finditer(PLACEHOLDER, part) if match[1]}


def _forms(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


@click.command()
@click.argument("folders", nargs=-1, type=click.Path(exists=True, file_okay=False, path_type=Path))
def main(folders: tuple[Path, ...]) -> None:
    """Compile every catalogue of the given translations folders."""
    for folder in folders or (Path.cwd(),):
        for po in catalogues(folder):
            try:
                compile_catalogue(po)
            except ValueError as error:
                raise click.ClickException(str(error)) from error
            click.echo(f"compiled {po}")


if __name__ == "__main__":
    main()
