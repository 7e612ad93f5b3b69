"""What plugins answer when they are asked for one thing: a price."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.extension.contributions.base import Text


@dataclass(frozen=True)
class Price:
    """What one unit costs, in whole Rials, and in the user's words how that came about; a wrong amount is a `TypeError`."""

    unit: int
    explanation: Text = ""

    def __post_init__(self) -> None:
        if isinstance(self.unit, bool) or not isinstance(self.unit, int) or self.unit < 0:
            raise TypeError(f"{self.unit!r} is no price: whole Rials, none below zero")
