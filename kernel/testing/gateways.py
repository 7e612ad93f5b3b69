"""A carrier of messages for tests: it keeps what it is given, and answers what it is told to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from kernel.messages.gateways import Gateway, Handed, Line, Outgoing, Receipt, State


@dataclass
class RecordingGateway:
    """A gateway as the hook `gateways` gives it, `made()`, with its books. Nothing leaves the machine.

    `failure`, when set, is raised by the next `send`, which then keeps nothing: `NotHandedOver`, say, or `Uncertain`.
    """

    name: str = "recording"
    channels: tuple[str, ...] = ("sms", "email", "fax")
    batch: int = 10
    knows_client_ids: bool = True
    sent: list[Outgoing] = field(default_factory=list)
    """The messages handed over, in order."""
    lines: list[Line] = field(default_factory=list)
    """The line of each of them."""
    failure: Exception | None = None
    lacks: set[str] = field(default_factory=set)
    """Addresses for which it takes nothing at the moment, and says so in the receipt: to be offered again."""
    states: dict[int, State] = field(default_factory=dict)
    """State by client id; `sent` until the test says otherwise."""

    def send(self, line: Line, messages: Sequence[Outgoing]) -> list[Receipt]:
        """Take messages and give their receipts."""
        if self.failure is not None:
            failure, self.failure = self.failure, None
            raise failure
        taken = [each for each in messages if each.to not in self.lacks]
        self.sent += taken
        self.lines += [line] * len(taken)
        return [
            Receipt(client_id=each.client_id, state="failed", reason="not now", again=True)
            if each.to in self.lacks
            else self._receipt(each.client_id)
            for each in messages
        ]

    def state(self, line: Line, handed: Sequence[Handed]) -> list[Receipt]:
        """The states of messages that were sent; those that never came here are left out."""
        known = {each.client_id for each in self.sent}
        return [self._receipt(each.client_id) for each in handed if each.client_id in known]

    def made(self) -> Gateway:
        """What the hook `gateways` gives."""
        return Gateway(
            name=self.name,
            title=self.name.title(),
            channels=self.channels,
            send=self.send,
            state=self.state,
            batch=self.batch,
            knows_client_ids=self.knows_client_ids,
        )

    def _receipt(self, client_id: int) -> Receipt:
        state = self.states.get(client_id, "sent")
        return Receipt(client_id=client_id, state=state, reference=f"receipt-{client_id}")
