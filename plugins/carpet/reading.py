"""Reading what buyers send: serials and codes in whatever digits, spelling and order.

Digits may be of any script, in groups with blanks, dashes, dots or strokes between them (see `spelling`), with words
before, between or behind, or one number glued to the other. A row of groups is cut into serials (eleven digits with
their check digit) and codes (eight digits); where a row can be cut in several ways, each is a reading, the likeliest
first, and the caller takes the one whose serials there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from plugins.carpet import codes, serials, spelling

MOST_TEXT = 20_000
MOST_DIGITS = 600
"""What is read of one message: more than fits ten parts of an SMS, whatever words stand around it."""
MOST_READINGS = 8
MOST_OTHERS = 2
GLUED = serials.LENGTH + codes.LENGTH
"""Digits of a serial and a code with nothing between them."""


@dataclass(frozen=True)
class Pair:
    """A serial, and the code that came with it; `code` is empty where none came."""

    serial: str
    code: str = ""
    others: tuple[str, ...] = ()
    """Numbers of the message that may be the code as well."""


@dataclass(frozen=True)
class Told:
    """What a message says: readings of it, the likeliest first; else whether a number in it is nearly a serial, and whether
    one beside it can be its code.
    """

    readings: tuple[tuple[Pair, ...], ...]
    misspelt: bool = False
    coded: bool = False

    @property
    def serials(self) -> tuple[str, ...]:
        """All serials of all readings, each once."""
        return tuple(dict.fromkeys(pair.serial for reading in self.readings for pair in reading))


def read(text: str) -> Told:
    """Read a message: with the marks between groups that people use, else with whatever stands between them but letters.

    Where it can be read as well without its dates and telephones, that is likelier: a date has as many digits as a code.
    """
    plain = spelling.plain(text[:MOST_TEXT])
    told = _of_plain(plain)
    if not told.readings:
        named = not told.coded and spelling.names_both(plain)
        return Told((), misspelt=True, coded=True) if named else told
    for leaner in (
        spelling.without_others,
        lambda known: spelling.without_unnamed(spelling.without_others(known)),
    ):
        lean_text = leaner(plain)
        lean = _of_plain(lean_text) if lean_text != plain else told
        if lean is not told and set(lean.serials) == set(told.serials) and _complete(lean) >= _complete(told):
            readings = dict.fromkeys((*lean.readings, *told.readings))
            told = replace(told, readings=tuple(readings)[:MOST_READINGS])
    return told


def _of_plain(plain: str) -> Told:
    told = _read(_few(spelling.rows(plain)))
    if told.readings and _complete(told) == len(told.serials):
        return told
    looser = _read(_few(spelling.loose_rows(plain)))
    return (
        looser
        if (bool(looser.readings), _complete(looser)) > (bool(told.readings), _complete(told))
        else told
    )


def _few(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Give the first groups of rows, as many as are read of one message."""
    found: list[list[str]] = []
    left = MOST_DIGITS
    for row in rows:
        kept = []
        for group in row:
            left -= len(group)
            if left < 0:
                return [*found, kept] if kept else found
            kept.append(group)
        found.append(kept)
    return found


def _complete(told: Told) -> int:
    """Count the serials that have a code, in the reading with most of them."""
    return max((sum(bool(pair.code) for pair in each) for each in told.readings), default=0)


def _read(rows: Sequence[Sequence[str]]) -> Told:
    cuts = [list(_cuts(row)) or [()] for row in rows]
    readings: list[tuple[Pair, ...]] = []
    for chosen in _combined(cuts):
        reading = _paired(chosen)
        if reading and reading not in readings:
            readings.append(reading)
    if readings:
        return Told(tuple(readings))
    numbers = [number for row in rows for number in _stretches(row)]
    misspelt = any(len(number) in (serials.LENGTH, GLUED) and number[0] != "0" for number in numbers)
    coded = any(len(number) in (codes.LENGTH, GLUED) for number in numbers)
    return Told((), misspelt=misspelt, coded=misspelt and coded)


def _stretches(row: Sequence[str]) -> Iterator[str]:
    """Give the numbers that neighbouring groups of a row make."""
    for start in range(len(row)):
        digits = ""
        for group in row[start:]:
            digits += group
            if len(digits) > GLUED:
                break
            yield digits


def _cuts(row: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Give the ways to cut a row of groups into serials and codes: those that use most digits first."""
    if any(len(group) >= GLUED for group in row):
        yield from _glued(row)
        return
    found = [cut for cut in _walk(tuple(row)) if cut]
    most = max((_digits_in(cut) for cut in found), default=0)
    yield from (cut for cut in found if _digits_in(cut) == most)


def _glued(row: Sequence[str]) -> Iterator[tuple[str, ...]]:
    items: list[list[tuple[str, ...]]] = []
    for group in row:
        if len(group) >= GLUED:
            items.append(_apart(group) or [()])
        else:
            items.append([(group,)] if _item(group) else [()])
    yield from (tuple(item for each in chosen for item in each) for chosen in _combined(items))


def _apart(group: str) -> list[tuple[str, ...]]:
    """Cut a group into serials and codes that are glued to each other, as many of both."""
    known: dict[int, list[tuple[str, ...]]] = {len(group): [()]}
    for start in range(len(group) - codes.LENGTH, -1, -1):
        found = [
            (group[start:end], *rest)
            for end in (start + serials.LENGTH, start + codes.LENGTH)
            if _item(group[start:end])
            for rest in known.get(end, ())
        ]
        if found:
            known[start] = found[:MOST_READINGS]
    return [cut for cut in known.get(0, ()) if 2 * _serials_in(cut) == len(cut)]


def _walk(row: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Give all cuts of a row, by the groups that are left: what fits nothing is passed over."""
    known: dict[int, list[tuple[str, ...]]] = {len(row): [()]}
    for start in range(len(row) - 1, -1, -1):
        found: list[tuple[str, ...]] = []
        digits = ""
        for end in range(start + 1, len(row) + 1):
            digits += row[end - 1]
            if len(digits) > serials.LENGTH:
                break
            if _item(digits):
                found += [(digits, *rest) for rest in known[end]]
        found += known[start + 1]
        best = sorted(dict.fromkeys(found), key=lambda cut: (-_digits_in(cut), -_serials_in(cut), len(cut)))
        known[start] = best[:MOST_READINGS]
    return known[0]


def _item(digits: str) -> bool:
    return len(digits) == codes.LENGTH or serials.is_serial(digits)


def _digits_in(cut: Sequence[str]) -> int:
    return sum(map(len, cut))


def _serials_in(cut: Sequence[str]) -> int:
    return sum(len(item) == serials.LENGTH for item in cut)


def _combined(cuts: Sequence[Sequence[tuple[str, ...]]]) -> list[list[tuple[str, ...]]]:
    """Give the choices of one cut for each row, the likeliest first, few enough to be tried."""
    found: list[list[tuple[str, ...]]] = [[]]
    for options in cuts:
        found = [[*before, option] for before in found for option in options][:MOST_READINGS]
    return found


def _paired(rows: Sequence[Sequence[str]]) -> tuple[Pair, ...]:
    """Give each serial its code: within its row where each row has codes enough, else among all of them."""
    told = [row for row in rows if _serials_in(row)]
    apart = all(2 * _serials_in(row) <= len(row) for row in told)
    groups = told if apart else [[item for row in rows for item in row]]
    spare = [item for row in rows if row not in told for item in row] if apart else []
    found: dict[str, Pair] = {}
    for group in groups:
        for pair in _of_group(group, spare):
            if pair.serial not in found or not found[pair.serial].code:
                found[pair.serial] = pair
    return tuple(found.values())


def _of_group(group: Sequence[str], spare: Sequence[str]) -> Iterator[Pair]:
    """Give each serial the code of its place among the codes, or the neighbouring one where there are fewer codes."""
    told = [item for item in group if len(item) == serials.LENGTH]
    given = [item for item in group if len(item) == codes.LENGTH]
    apart = len(given) > 1 and not any(map(_is_code, group[: len(told)]))
    if len(given) < len(told) and not apart:
        yield from _neighbours(group)
        return
    if len(given) > len(told) > 1 and all(_near(group, place) for place in _places(group)):
        for place in _places(group):
            code, *more = _near(group, place)
            yield Pair(group[place], code, tuple(dict.fromkeys((*more, *spare)))[:MOST_OTHERS])
        return
    others = tuple(dict.fromkeys((*given[len(told) :], *spare)))[:MOST_OTHERS]
    for place, serial in enumerate(told):
        code = given[place] if place < len(given) else ""
        yield Pair(serial, code, tuple(other for other in others if other != code))


def _places(group: Sequence[str]) -> list[int]:
    """Give where serials stand."""
    return [place for place, item in enumerate(group) if not _is_code(item)]


def _near(group: Sequence[str], place: int) -> list[str]:
    """Give the codes behind and before a serial, as far as there are any."""
    return [item for item in (*group[place + 1 : place + 2], *group[:place][-1:]) if _is_code(item)]


def _neighbours(group: Sequence[str]) -> Iterator[Pair]:
    """Give each serial the code behind it, or the one before it where the codes come first."""
    first = bool(group) and _is_code(group[0])
    for place, item in enumerate(group):
        beside = place - 1 if first else place + 1
        if not _is_code(item):
            there = 0 <= beside < len(group) and _is_code(group[beside])
            yield Pair(item, group[beside] if there else "")


def _is_code(item: str) -> bool:
    return len(item) == codes.LENGTH
