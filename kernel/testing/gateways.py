"""A carrier of messages for tests: it keeps what it is given, and answers what it is told to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class RecordingGateway:
    """What the hook `gateways` gives: an object with `send` and `state`. Nothing leaves the machine.

    `failure`, when set, is raised by the next `send`, which then keeps nothing: a definite refusal, say, or a time-out.
    """

    sent: list[Any] = field(default_factory=list)
    """The messages handed over, in order."""
    failure: Exception | None = None
    states: dict[str, str] = field(default_factory=dict)
    """State by receipt; `sent` until the test says otherwise."""

    def send(self, message: Any) -> str:
        """Take a message and give the receipt under which its state may be asked."""
        if self.failure is not None:
            failure, self.failure = self.failure, None
            raise failure
        self.sent.append(message)
        receipt = f"receipt-{len(self.sent)}"
        self.states[receipt] = "sent"
        return receipt

    def state(self, receipt: str) -> str:
        """The state of a message that was sent; `unknown` for a receipt that this gateway never gave."""
        return self.states.get(receipt, "unknown")
