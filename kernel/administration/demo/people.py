"""Invented persons and organisations: the same number always gives the same one, and no two share a code or mobile."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from kernel.administration.demo import words
from kernel.fa.digits import to_persian_digits

SEED = 1405
MOBILE_PREFIXES = ("912", "913", "914", "915", "917", "935", "936", "938", "901", "902")
PERSON_ROLES = ("lead", "customer", "customer", "customer", "opportunity")
FIRM_ROLES = ("customer", "supplier", "partner", "lead")
DOUBLED = 40
"""Every so many persons one is entered twice, with another mobile and without codes, for the search for duplicates."""
PRIME = 7_368_787
"""Coprime with what numbers are counted in, so that different indexes give different numbers."""


def person(index: int, owners: Sequence[int], lists: dict[str, Sequence[int]], today: date) -> dict[str, Any]:
    """Give the typed values of the person number `index`, for the bulk form of the resource."""
    if index % DOUBLED == DOUBLED - 1:
        before = person(index - 1, owners, lists, today)
        return {**before, "national_code": None, "email": None, "mobile": mobile(index)}
    chance = Random(SEED * 1_000_003 + index)  # noqa: S311 - invented data, the same at every start
    female = chance.random() < 0.5
    values: dict[str, Any] = {
        "first_name": chance.choice(words.FEMALE if female else words.MALE),
        "last_name": chance.choice(words.SURNAMES) + chance.choice(words.ENDINGS),
        "gender": "female" if female else "male",
        "mobile": mobile(index),
        "owner": chance.choice(owners),
        "first_role": chance.choice(PERSON_ROLES),
        **address(chance),
    }
    if chance.random() < 0.8:
        values["national_code"] = national_code(index)
    if chance.random() < 0.6:
        values["father_name"] = chance.choice(words.FATHERS)
    if chance.random() < 0.7:
        values["birth_date"] = today - timedelta(days=chance.randrange(18 * 365, 80 * 365))
    if chance.random() < 0.3:
        values["email"] = f"person{index}@example.com"
    if lists.get("acquaintance"):
        values["acquaintance"] = chance.choice(lists["acquaintance"])
    return values


def organisation(
    index: int, owners: Sequence[int], lists: dict[str, Sequence[int]], _today: date
) -> dict[str, Any]:
    """Give the typed values of the organisation number `index`."""
    chance = Random(SEED * 2_000_003 + index)  # noqa: S311 - invented data, the same at every start
    kind, firm = chance.choice(words.KINDS), chance.choice(words.FIRMS)
    name = f"{kind} {firm} {chance.choice(words.BRANCHES)}"
    if index >= len(words.FIRMS):
        name = f"{name} {to_persian_digits(str(index))}"
    values: dict[str, Any] = {
        "name": name,
        "short_name": firm,
        "legal_id": legal_id(index),
        "phone": f"+9821{22000000 + index * 37 % 66_000_000:08d}",
        "owner": chance.choice(owners),
        "first_role": chance.choice(FIRM_ROLES),
        **address(chance),
    }
    if chance.random() < 0.5:
        values["website"] = f"https://firm{index}.example.com"
    if chance.random() < 0.5:
        values["email"] = f"info@firm{index}.example.com"
    return values


def address(chance: Random) -> dict[str, str]:
    """Give a main address in a real city, in a street that may exist anywhere."""
    province, city, _share = chance.choices(words.CITIES, [share for *_names, share in words.CITIES])[0]
    street, lane = chance.sample(words.STREETS, 2)
    number, flat = chance.randrange(1, 200), chance.randrange(1, 20)
    text = f"خیابان {street}، کوچه {lane}، پلاک {number}، واحد {flat}"
    return {"address_province": province, "address_city": city, "street": to_persian_digits(text)}


def mobile(index: int) -> str:
    """Give a mobile number in E.164, another for each index below a hundred million."""
    prefix = MOBILE_PREFIXES[index % len(MOBILE_PREFIXES)]
    return f"+98{prefix}{(index // len(MOBILE_PREFIXES) * PRIME + 1_234_567) % 10_000_000:07d}"


def national_code(index: int) -> str:
    """Give a national code with its right check digit, another for each index below 800 million."""
    body = f"{100_000_000 + index * PRIME % 800_000_000:09d}"
    rest = sum(int(digit) * weight for digit, weight in zip(body, range(10, 1, -1), strict=True)) % 11
    return body + str(rest if rest < 2 else 11 - rest)


def legal_id(index: int) -> str:
    """Give a legal identifier of an organisation with its right check digit, another for each index."""
    body = f"{1_010_000_000 + (index + 1) * PRIME % 400_000_000:010d}"
    tens = int(body[9]) + 2
    weights = (29, 27, 23, 19, 17, 29, 27, 23, 19, 17)
    total = sum((int(digit) + tens) * weight for digit, weight in zip(body, weights, strict=True))
    return body + str(total % 11 % 10)
