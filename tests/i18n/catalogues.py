"""Small catalogues for the tests of this folder."""

from pathlib import Path

HEADER = """msgid ""
msgstr ""
"Language: fa\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

"""


def write_po(translations: Path, name: str, entries: str, language: str = "fa", header: str = HEADER) -> Path:
    """Write a catalogue into a translations folder."""
    po = translations / language / "LC_MESSAGES" / f"{name}.po"
    po.parent.mkdir(parents=True, exist_ok=True)
    po.write_text(header + entries, "utf-8")
    return po


def entry(message: str, translation: str, context: str | None = None) -> str:
    """One entry of a catalogue."""
    start = f'msgctxt "{context}"\n' if context else ""
    return f'{start}msgid "{message}"\nmsgstr "{translation}"\n\n'


def counting(singular: str, plural: str, one: str, many: str) -> str:
    """One entry with two forms."""
    return f'msgid "{singular}"\nmsgid_plural "{plural}"\nmsgstr[0] "{one}"\nmsgstr[1] "{many}"\n\n'
