"""How digits are written: in whatever script, with marks in and between them, and letters in the place of digits.

A message becomes rows of groups of ASCII digits. Between groups of a row stands what people put into one number: blanks,
dashes, dots, strokes. In loose rows all but letters may stand there, so that a serial with a group on each line is read.
"""

from __future__ import annotations

import re
import unicodedata

_HIDDEN = frozenset(("Cf", "Mn", "Me"))
"""Categories of what is not seen between digits: marks of direction, joiners, what makes a digit a key of a telephone."""
_KASHIDA = "\u0640"
_ALIKE = str.maketrans("OoΟοОоIl", "00000011")
_SOFT = " \t\u00a0\u2000-\u200a\u202f\u205f\u3000.\\-_/\\\\\u00b7\u2010-\u2015\u2022\u2212\u066a-\u066c"
_LIKE_DIGITS = re.compile(f"(?<![A-Za-z])[0-9OoΟοОоIl](?:[{_SOFT}]*[0-9OoΟοОоIl]){{7,}}(?![A-Za-z])")
_ROW = re.compile(f"[0-9]+(?:[{_SOFT}]+[0-9]+)*")
_LOOSE_ROW = re.compile(r"[0-9]+(?:[\W_]+[0-9]+)*")
_DIGITS = re.compile("[0-9]+")
_ELSE = (
    "تلفن|تماس|همراه|موبا[یي]ل|منزل|خانه|ثابت|تار[یي]خ|پست[یي]|مل[یي]|ق[یي]مت|مبلغ|فا[کك]تور|پلا[کك]|مشتر[یي]|"
    "سفارش|ره[گک]یری|phone|tel|mobile|date|invoice"
)
_MONEY = "ر[یي]ال|تومان|تومن|rial|toman"
_END = "(?![0-9])"
_OTHERS = re.compile(
    rf"(?:{_ELSE})[^0-9]{{0,12}}(?:0[0-9]{{2,3}}[{_SOFT}]+)?[0-9]{{5,}}"
    rf"|(?<![0-9])(?:1[34]|20)[0-9]{{2}}[/.\-][0-9]{{1,2}}[/.\-][0-9]{{1,2}}{_END}"
    rf"|(?<![0-9])[0-9]{{1,2}}[/.\-][0-9]{{1,2}}[/.\-](?:1[34]|20)[0-9]{{2}}{_END}"
    rf"|(?<![0-9])(?:1[34]|20)[0-9]{{2}}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]){_END}"
    rf"|(?<![0-9])[0-9]{{1,3}}(?:,[0-9]{{3}})+{_END}"
    rf"|(?<![0-9])[0-9][0-9.,/]*\s*(?:{_MONEY})"
    rf"|(?:(?:\+|(?<![0-9])00)98[{_SOFT}]*|(?<![0-9])0)9[0-9]{{2}}[{_SOFT}]*[0-9]{{3}}[{_SOFT}]*[0-9]{{4}}{_END}",
    re.IGNORECASE,
)
"""Numbers that say what else they are: telephones, dates, prices."""
_NAMED = re.compile(
    r"(?:رمز|پ[یي]ن|[کك]د(?!\s*(?:مل[یي]|پست[یي]|ره[گک]))|code|pin|scratch)[^0-9¤]{0,12}$", re.IGNORECASE
)
"""What stands before a number that is called a code."""
_CALLED_SERIAL = re.compile(r"(?:سر[یي]ال|serial|s/n)[^0-9]{0,12}[0-9]{9,13}(?![0-9])", re.IGNORECASE)
_CALLED_CODE = re.compile(r"(?:رمز|پ[یي]ن|[کك]د|code|pin)[^0-9]{0,12}[0-9]{6,10}(?![0-9])", re.IGNORECASE)
_CODE = 8
_NONE = " ¤x "
"""What stands where a number was left out: no row goes over it, and no word before it names the next number."""


def plain(text: str) -> str:
    """Write all digits as ASCII ones, and leave out what is not seen."""
    if not text.isascii():
        text = "".join(_shown(mark) for mark in text)
    return _LIKE_DIGITS.sub(_without_letters, text)


def _shown(mark: str) -> str:
    if mark.isascii():
        return mark
    if mark == _KASHIDA or unicodedata.category(mark) in _HIDDEN:
        return ""
    digit = unicodedata.digit(mark, None)
    return mark if digit is None else str(digit)


def _without_letters(found: re.Match[str]) -> str:
    """Take O for 0 and l for 1 in a row as long as a code that holds digits besides."""
    row = found[0]
    return row.translate(_ALIKE) if any(mark.isdigit() for mark in row) else row


def without_others(plain_text: str) -> str:
    """Put a letter in the place of numbers that are likely something else; they may be what is looked for all the same."""
    return _OTHERS.sub(_NONE, plain_text)


def without_unnamed(plain_text: str) -> str:
    """Where some number is called a code, put a letter in the place of those as long that are not."""
    found = [row for row in _ROW.finditer(plain_text) if sum(map(str.isdigit, row[0])) == _CODE]
    unnamed = [row for row in found if not _NAMED.search(plain_text[max(0, row.start() - 24) : row.start()])]
    if len(unnamed) == len(found):
        return plain_text
    parts, at = [], 0
    for row in unnamed:
        parts += [plain_text[at : row.start()], _NONE]
        at = row.end()
    return "".join([*parts, plain_text[at:]])


def names_both(plain_text: str) -> bool:
    """Say whether words call one number a serial and another a code, though digits are missing or too many."""
    joined = _ROW.sub(lambda row: "".join(_DIGITS.findall(row[0])), plain_text)
    return bool(_CALLED_SERIAL.search(joined) and _CALLED_CODE.search(joined))


def rows(plain_text: str) -> list[list[str]]:
    """Give the rows of groups of digits."""
    return [_DIGITS.findall(found) for found in _ROW.findall(plain_text)]


def loose_rows(plain_text: str) -> list[list[str]]:
    """Give the rows of groups between which no letter stands."""
    return [_DIGITS.findall(found) for found in _LOOSE_ROW.findall(plain_text)]
