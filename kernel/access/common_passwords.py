"""Passwords that are guessed first: runs, rows of the keyboard, repetitions, and well-known words with a number.

A rule of few lines instead of a list of millions: it knows the shape of such passwords, and needs no upkeep.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from kernel.fa.digits import to_ascii_digits
from kernel.i18n import LazyText, _

FEWEST = 4
"""Different characters that a password has at least."""
LONGEST_UNIT = 6
"""Characters of the longest piece whose repetition is refused."""
SHORTEST_RUN = 3
"""Characters from which on neighbours count as a run."""
DIGITS_ALONE = 12
"""Characters from which on a password may consist of digits: dates, phones and national codes are shorter."""

ROWS = (
    "01234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "qazwsxedcrfvtgbyhnujm",
    "ابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی",
    "ضصثقفغعهخحجچ",
    "شسیبلاتنمکگ",
    "ظطزرذدپو",
)
"""What stands side by side: digits, alphabets, and rows and columns of the usual keyboards."""
# fmt: off
WORDS = frozenset({
    "password", "passwd", "pass", "admin", "administrator", "root", "user", "guest", "test", "demo", "default",
    "secret", "login", "welcome", "letmein", "changeme", "master", "iloveyou", "love", "monkey", "dragon",
    "football", "sunshine", "princess", "shadow", "computer", "internet", "system", "server", "manager", "iran",
    "tehran", "persian", "salam", "azadi", "khoda", "ali", "mohammad", "reza", "hossein", "maryam", "fatemeh",
    "zahra", "ramz", "karbar", "modir", "peyvand", "پیوند", "رمز", "گذرواژه", "پسورد", "مدیر", "کاربر", "سلام",
    "ایران", "تهران", "خدا", "علی", "محمد", "رضا", "حسین", "مریم", "فاطمه", "زهرا", "دوستت", "دارم",
})
# fmt: on
"""What comes to everybody's mind; the names of user and site are added by the caller."""
_LOOK_ALIKE = str.maketrans("014357@$!", "oiaestasi")


def why_common(password: str, names: Iterable[str] = ()) -> LazyText | None:
    """Say why a password would be guessed early; None where nothing speaks against it. `names` are known to guessers."""
    plain = to_ascii_digits(unicodedata.normalize("NFKC", password)).casefold()
    plain = plain.replace("ي", "ی").replace("ك", "ک")
    if len(set(plain)) < FEWEST:
        return _("This password consists of too few different characters.")
    if any(plain == (plain[:size] * len(plain))[: len(plain)] for size in range(1, LONGEST_UNIT + 1)):
        return _("This password repeats itself.")
    letters = "".join(sign for sign in plain if sign.isalnum())
    if letters.isdigit() and len(letters) < DIGITS_ALONE:
        return _("A password of digits alone has at least %(count)d of them.", count=DIGITS_ALONE)
    if _is_of_runs(letters):
        return _("This password is a row of the keyboard or of the alphabet.")
    if _is_of_words(plain, names):
        return _("This password is a well-known word or name with a number; it would be guessed early.")
    return None


def _is_of_runs(plain: str) -> bool:
    """Say whether a text falls into runs altogether, such as `qwerty123`."""
    ways = (*ROWS, *(row[::-1] for row in ROWS))
    reached = {0}
    for start in range(len(plain)):
        if start in reached:
            for end in range(start + SHORTEST_RUN, len(plain) + 1):
                if any(plain[start:end] in way for way in ways):
                    reached.add(end)
    return bool(plain) and len(plain) in reached


def _is_of_words(plain: str, names: Iterable[str]) -> bool:
    known = set(WORDS)
    for name in names:
        parts = ["".join(re.findall(r"[^\W\d_]+", part)) for part in name.casefold().split()]
        known |= {part for part in (*parts, "".join(parts)) if len(part) > 1}
    spoken = (plain, plain.translate(_LOOK_ALIKE))
    ends = (re.sub(r"^[\W\d_]+|[\W\d_]+$", "", plain).translate(_LOOK_ALIKE),)
    texts = {"".join(re.findall(r"[^\W\d_]+", text)) for text in (*spoken, *ends)}
    return any(_falls_into(text, known) for text in texts)


def _falls_into(text: str, known: set[str]) -> bool:
    reached = {0}
    for start in range(len(text)):
        if start in reached:
            reached |= {start + len(word) for word in known if text.startswith(word, start)}
    return bool(text) and len(text) in reached
