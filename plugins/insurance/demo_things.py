"""What the agency of the demonstration insures: insurers, lines with their prices, vehicles and places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from kernel.api import to_persian_digits

INSURERS = (
    ("بیمهٔ ایران", "4512"),
    ("بیمهٔ آسیا", "20817"),
    ("بیمهٔ البرز", "3390"),
    ("بیمهٔ پاسارگاد", "11046"),
    ("بیمهٔ سامان", "7725"),
)
VEHICLES = ("پژو ۲۰۷", "سمند", "دنا پلاس", "تیبا", "کوییک", "پراید ۱۳۱", "هایما S7", "تارا", "شاهین")
STREETS = ("خیابان فردوسی", "بلوار کشاورز", "خیابان چهارباغ", "خیابان سعدی", "بلوار معلم", "خیابان شریعتی")
LETTERS = "بجدسصطقلمنوهی"


@dataclass(frozen=True)
class Shape:
    """A line with what a policy of it costs in million Rials, and how often it occurs."""

    line: str
    least: int
    most: int
    weight: int


SHAPES = (
    Shape("third_party", 42, 95, 9),
    Shape("body", 60, 260, 6),
    Shape("fire", 12, 75, 4),
    Shape("life", 60, 180, 3),
    Shape("health", 85, 140, 3),
    Shape("accident", 6, 18, 1),
    Shape("liability", 30, 110, 2),
    Shape("engineering", 70, 300, 1),
    Shape("travel", 4, 9, 1),
)
LINES = tuple(shape for shape in SHAPES for _time in range(shape.weight))


def particulars(draw: Random, place: int, line: str) -> Mapping[str, Any]:
    """Give what a policy of a line insures: a vehicle, a place, persons."""
    if line in ("third_party", "body", "driver"):
        letter = LETTERS[place % len(LETTERS)]
        return {
            "plate": f"{draw.randrange(11, 99)}{letter}{draw.randrange(111, 999)}-{draw.randrange(11, 99)}",
            "chassis": f"NAAM{draw.randrange(10**10, 10**11)}",
            "vehicle": VEHICLES[place % len(VEHICLES)],
            "model_year": 1392 + place % 13,
            "vehicle_use": "private",
            "no_claim_years": place % 9 if line != "driver" else None,
        }
    if line in ("fire", "engineering", "liability"):
        place_of = {"address": f"{STREETS[place % len(STREETS)]}، پلاک {to_persian_digits(str(12 + place))}"}
        if line == "fire":
            return {
                **place_of,
                "area": 80 + 7 * (place % 30),
                "building": "concrete",
                "earthquake": place % 2 == 0,
            }
        return place_of
    more: dict[str, Mapping[str, Any]] = {
        "life": {"years": 20},
        "health": {"persons": 1 + place % 4},
        "travel": {"destination": ("ترکیه", "عراق", "امارات")[place % 3], "persons": 2},
    }
    return more.get(line, {})
