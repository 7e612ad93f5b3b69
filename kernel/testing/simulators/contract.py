"""The tests that every adapter of an SMS provider must pass against its simulator.

    class TestContract(GatewayContract):
        gateway = next(iter(plugin.gateways()))
        simulator = KavenegarSimulator

An adapter's claims are compared with the simulator's book: `NotHandedOver` and `failed` are promises that the provider does
not have the message, because another line then sends it.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import ClassVar, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.messages import exchange
from kernel.messages.gateways import (
    Answer,
    Gateway,
    GatewayProblem,
    Handed,
    Line,
    NotHandedOver,
    Outgoing,
    Receipt,
    Uncertain,
)
from kernel.testing.simulators.server import ACCEPTING, Fault, Simulator, dead_address

SENDER = "30001234"
WRONG = "wrong"
PATIENCE = 0.3
"""Seconds that the adapter waits for an answer here."""
Claim = Literal["has", "has not", "may have"]
NOTHING = {Fault.REFUSED, Fault.CREDIT, Fault.BUSY}
"""Faults after which the provider said that it took nothing."""
_ids = count(7_000_000_000)


def messages_to(numbers: Sequence[str]) -> list[Outgoing]:
    """One message to each number (`09…`), each with a text of its own."""
    return [
        Outgoing(client_id=next(_ids), to=f"+98{number[1:]}", text=f"سلام {place}")
        for place, number in enumerate(numbers)
    ]


class GatewayContract:
    """What is asked of each adapter."""

    gateway: ClassVar[Gateway]
    simulator: ClassVar[type[Simulator]]
    account: ClassVar[Mapping[str, str]] = {}
    """Fields besides the address and the secret."""

    @pytest.fixture(autouse=True)
    def patience(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Nobody waits half a minute in a test."""
        monkeypatch.setattr(exchange, "READ", PATIENCE)

    @pytest.fixture
    def provider(self) -> Iterator[Simulator]:
        """A provider that runs during the test."""
        with self.simulator() as running:
            yield running

    def line(self, provider: Simulator, *, address: str = "", key: str = "") -> Line:
        """A line at the provider."""
        values = {each.name: each.default for each in self.gateway.fields} | dict(self.account)
        values["address"] = address or provider.address
        values |= {each.name: key or provider.key for each in self.gateway.fields if each.secret}
        return Line(sender=SENDER, service=True, values=values)

    def batch(self, most: int = 6) -> list[Outgoing]:
        """As many messages as the adapter takes at once, at most six."""
        return messages_to([f"0912000{1000 + place}" for place in range(min(most, self.gateway.batch))])

    def send(self, line: Line, messages: Sequence[Outgoing]) -> Sequence[Receipt]:
        """Hand over by the adapter."""
        assert self.gateway.send is not None
        return self.gateway.send(line, messages)

    def claims(self, line: Line, messages: Sequence[Outgoing]) -> dict[int, Claim]:
        """Hand over, and write down for each message what the adapter claims."""
        with quiet(line):
            try:
                receipts = self.send(line, messages)
            except NotHandedOver:
                return {each.client_id: "has not" for each in messages}
            except Uncertain:
                return {each.client_id: "may have" for each in messages}
        assert [each.client_id for each in receipts] == [each.client_id for each in messages]
        return {each.client_id: _claim(each) for each in receipts}

    def compare(self, provider: Simulator, messages: Sequence[Outgoing], claims: Mapping[int, Claim]) -> None:
        """Hold the claims against the book."""
        booked = {(entry.to, entry.text) for entry in provider.book}
        for message in messages:
            there = (exchange.national(message.to), message.text) in booked
            claim = claims[message.client_id]
            assert claim == "may have" or there == (claim == "has"), (claim, there)

    def test_a_batch_is_handed_over_as_it_is(self, provider: Simulator) -> None:
        """Numbers, texts, sender and references arrive, each with its own."""
        messages = self.batch()
        receipts = self.send(self.line(provider), messages)
        entries = {entry.reference: entry for entry in provider.book}
        assert len(entries) == len(messages)
        for message, receipt in zip(messages, receipts, strict=True):
            assert receipt.client_id == message.client_id
            assert receipt.state == "sent"
            assert entries[receipt.reference].text == message.text
            assert entries[receipt.reference].to == exchange.national(message.to)
            assert entries[receipt.reference].sender == SENDER

    @pytest.mark.parametrize("fault", Fault, ids=str)
    def test_after_every_fault_the_claims_agree_with_the_book(
        self, provider: Simulator, fault: Fault
    ) -> None:
        """Nothing that the provider took is called refused, and the right words are found for the rest."""
        provider.faults.append(fault)
        messages = self.batch()
        claims = self.claims(self.line(provider), messages)
        self.compare(provider, messages, claims)
        if fault in ACCEPTING or fault in (Fault.DROPPED_BEFORE, Fault.ERROR_BEFORE):
            assert set(claims.values()) == {"may have"}
        elif fault in NOTHING:
            assert set(claims.values()) == {"has not"}

    @pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.CREDIT, Fault.BUSY], ids=str)
    def test_a_refusal_says_why_and_whether_it_will_pass(self, provider: Simulator, fault: Fault) -> None:
        """Only a busy provider is asked again by itself."""
        provider.faults.append(fault)
        with pytest.raises(NotHandedOver) as caught:
            self.send(self.line(provider), self.batch())
        assert caught.value.temporary == (fault is Fault.BUSY)
        assert str(caught.value.reason)

    def test_a_provider_that_cannot_be_reached_has_nothing(self, provider: Simulator) -> None:
        """A failed connect is definite, and passes."""
        line = self.line(provider, address=dead_address())
        with quiet(line), pytest.raises(NotHandedOver) as caught:
            self.send(line, self.batch())
        assert caught.value.temporary

    def test_an_address_that_is_none_is_told(self, provider: Simulator) -> None:
        """Somebody must mend it."""
        for address in ("ftp://example.com", "example.com", "https://", "http://[", "http://a b"):
            line = self.line(provider, address=address)
            with quiet(line), pytest.raises(NotHandedOver) as caught:
                self.send(line, self.batch())
            assert not caught.value.temporary

    @pytest.mark.parametrize("key", [WRONG, "wrong\r\nX-Other: 1", "کلید", "../../x?y#z", "a b"])
    def test_a_wrong_key_is_told(self, provider: Simulator, key: str) -> None:
        """Whatever signs are in it, it is refused, and never shown."""
        line = self.line(provider, key=key)
        with quiet(line), pytest.raises(NotHandedOver) as caught:
            self.send(line, self.batch())
        assert not caught.value.temporary

    def test_a_bad_number_costs_only_its_own_message(self, provider: Simulator) -> None:
        """Although the provider refuses a whole request for it."""
        messages = self.batch()
        bad = messages[len(messages) // 2]
        provider.bad_numbers.add(exchange.national(bad.to))
        receipts = {each.client_id: each for each in self.send(self.line(provider), messages)}
        assert receipts.pop(bad.client_id).state == "failed"
        assert {each.state for each in receipts.values()} <= {"sent"}
        assert len(provider.book) == len(messages) - 1

    def test_states_are_asked(self, provider: Simulator) -> None:
        """What the provider says of its numbers comes back under ours; of strange numbers nothing is said."""
        assert self.gateway.state is not None
        messages, line = self.batch(), self.line(provider)
        receipts = self.send(line, messages)
        provider.states[receipts[0].reference] = self.delivered
        handed = [
            Handed(client_id=each.client_id, reference=each.reference, at=datetime.now(UTC))
            for each in receipts
        ]
        strange = replace(handed[0], client_id=5, reference="123456789012")
        found = {each.client_id: each for each in self.gateway.state(line, [*handed, strange])}
        assert found[messages[0].client_id].state == "delivered"
        assert 5 not in found

    delivered: ClassVar[int]
    """The provider's code for a message that arrived."""

    def test_what_came_in_is_fetched(self, provider: Simulator) -> None:
        """Sender, text, line, number and moment come as the provider has them."""
        assert self.gateway.poll is not None
        sent = provider.receive("09121112233", SENDER, "سلام ۱۱", at=1_795_850_000)
        found = self.gateway.poll(self.line(provider))
        (received,) = found.received if isinstance(found, Answer) else found
        assert received.sender.lstrip("0") == "9121112233"
        assert (received.text, received.to, received.reference) == (sent.text, SENDER, sent.reference)
        assert received.at == datetime.fromtimestamp(sent.at, UTC)

    def test_an_inbox_that_does_not_open_is_a_problem(self, provider: Simulator) -> None:
        """No silent empty list."""
        assert self.gateway.poll is not None
        for line in (self.line(provider, address=dead_address()), self.line(provider, key=WRONG)):
            with quiet(line), pytest.raises(GatewayProblem):
                self.gateway.poll(line)

    def test_through_any_row_of_faults_nothing_is_sent_twice(self) -> None:
        """What is said to be refused is offered again; at the end nobody got two, and nobody was forgotten."""

        @settings(max_examples=15, deadline=None)
        @given(st.lists(st.sampled_from([each for each in Fault if each is not Fault.SLOW]), max_size=4))
        def through(faults: list[Fault]) -> None:
            with self.simulator() as provider:
                provider.faults.extend(faults)
                self._offer_until_taken(provider)

        through()

    def _offer_until_taken(self, provider: Simulator) -> None:
        line, first = self.line(provider), self.batch()
        waiting: Sequence[Outgoing] = first
        seen: dict[int, Claim] = {}
        for _round in range(10):
            seen |= self.claims(line, waiting)
            self.compare(provider, first, seen)
            waiting = [each for each in first if seen[each.client_id] == "has not"]
            if not waiting:
                break
        assert not waiting
        sent = [(entry.to, entry.text) for entry in provider.book]
        assert len(set(sent)) == len(sent)


def _claim(receipt: Receipt) -> Claim:
    if receipt.state == "unknown":
        return "may have"
    return "has not" if receipt.state == "failed" else "has"


@contextmanager
def quiet(line: Line) -> Iterator[None]:
    """Fail when an error that passes through shows a secret of the line."""
    try:
        yield
    except Exception as error:
        shown = "".join(traceback.format_exception(error)) + repr(line) + repr(error.__context__)
        for name in ("key", "password"):
            secret = line.values.get(name)
            assert not secret or secret == WRONG or secret not in shown
        raise
