"""How a draw is reckoned, so that anybody can do it again with the frozen list, the seed and the public word.

1. The frozen list is one line for each entrant in its order: `place TAB number TAB chances`, each ended by a line feed, in
   UTF-8. Its SHA-256 in hexadecimal is the hash of the list.
2. When the list is frozen, a seed of 64 hexadecimal digits is drawn and kept; its SHA-256 is published: the commitment.
3. At the draw the seed is published, with a public word that nobody knew before (the closing index of a stock exchange).
4. Round 0, 1, 2 … gives the SHA-256 of `seed|hash of the list|public word|round`, read as a number N of 256 bits. With T
   chances of those who are still in: where N is not below the largest multiple of T that 256 bits hold, the round gives
   nothing; else the ticket is N mod T, counted along the list from 0, each entrant having as many tickets as chances.
5. Who holds the ticket is drawn and leaves the list with all his chances. So it goes on until enough are drawn.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

SPACE = 2**256


@dataclass(frozen=True)
class Ticketed:
    """A line of the frozen list."""

    place: int
    number: str
    chances: int


def new_seed() -> str:
    """Draw a seed."""
    return secrets.token_hex(32)


def commitment_of(seed: str) -> str:
    """Give the commitment to a seed."""
    return _hash(seed)


def list_text(entrants: Sequence[Ticketed]) -> str:
    """Give the frozen list as it is hashed."""
    return "".join(f"{each.place}\t{each.number}\t{each.chances}\n" for each in entrants)


def list_hash(entrants: Sequence[Ticketed]) -> str:
    """Give the hash of the frozen list."""
    return _hash(list_text(entrants))


def drawn(entrants: Sequence[Ticketed], seed: str, public_word: str, wanted: int) -> list[Ticketed]:
    """Give who is drawn, in the order of the draw; all of them where there are not more."""
    left = list(entrants)
    stem = f"{seed}|{list_hash(entrants)}|{public_word}|"
    found: list[Ticketed] = []
    turn = 0
    while left and len(found) < wanted:
        tickets = sum(each.chances for each in left)
        number = int(_hash(f"{stem}{turn}"), 16)
        turn += 1
        if number >= SPACE - SPACE % tickets:
            continue
        holder = _holder(left, number % tickets)
        found.append(holder)
        left.remove(holder)
    return found


def _holder(entrants: Sequence[Ticketed], ticket: int) -> Ticketed:
    for each in entrants:
        if ticket < each.chances:
            return each
        ticket -= each.chances
    raise AssertionError("the ticket is below the number of tickets")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
