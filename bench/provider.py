"""One simulated SMS provider as a process of its own, to be killed.

python -m bench.provider NAME PORT FOLDER SEED FAULTS [HOOK]

Its book is a file. A share of the requests to send (`FAULTS`, 0 to 1) meets a fault; where there is a `HOOK`, the address of
the customer's line, delivery reports go there twice, late and in any order, with requests between them that make no sense.
"""

from __future__ import annotations

import random
import sys
import threading
import time
from collections import deque
from contextlib import suppress
from pathlib import Path

from kernel.testing.simulators import (
    Fault,
    KavenegarSimulator,
    MeliPayamakSimulator,
    Simulator,
    SmsIrSimulator,
)
from kernel.testing.simulators.server import request

SIMULATORS: dict[str, type[Simulator]] = {
    "kavenegar": KavenegarSimulator,
    "smsir": SmsIrSimulator,
    "melipayamak": MeliPayamakSimulator,
}
DELIVERED = 10
"""Kavenegar's code of what arrived."""
ON_THE_WAY = (1, 4, 10, 10)


class Misfortune(deque[Fault]):
    """The faults that are still to come: none is asked for, some come all the same."""

    def __init__(self, chance: random.Random, share: float) -> None:
        super().__init__()
        self.chance, self.share = chance, share

    def __bool__(self) -> bool:
        return len(self) > 0 or self.chance.random() < self.share

    def popleft(self) -> Fault:
        """The next one."""
        return super().popleft() if len(self) else self.chance.choice(list(Fault))


def reports(simulator: Simulator, hook: str, chance: random.Random) -> None:
    """Call the customer's address for ever; when nobody is there, so be it."""
    while True:
        time.sleep(0.3)
        some = chance.sample(simulator.book, min(3, len(simulator.book)))
        calls = [
            {"messageid": each.reference, "status": str(state)}
            for each in some
            for state in chance.sample(ON_THE_WAY, 3)
        ]
        calls.append({"messageid": "گم", "state": "?"})
        chance.shuffle(calls)
        for call in calls:
            with suppress(OSError):
                request(hook, "POST", call)


def main() -> None:
    """Run until killed."""
    name, port, folder, seed, share, *hooks = sys.argv[1:]
    chance = random.Random(int(seed))
    made = SIMULATORS[name](port=int(port), kept=Path(folder, f"{name}.book"), slow=2.0)
    made.faults = Misfortune(chance, float(share))
    for entry in made.book:
        made.states[entry.reference] = DELIVERED if name == "kavenegar" else 1
    with made:
        if hooks:
            reports(made, hooks[0], chance)
        threading.Event().wait()


if __name__ == "__main__":
    main()
