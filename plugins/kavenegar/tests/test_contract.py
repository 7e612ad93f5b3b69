"""Kavenegar's adapter against its simulator."""

import pytest

from kernel.messages.gateways import Callback, GatewayProblem, Handed, Outgoing
from kernel.testing.simulators import Fault, KavenegarSimulator
from kernel.testing.simulators.contract import SENDER, GatewayContract
from plugins.kavenegar import plugin


class TestContract(GatewayContract):
    (gateway,) = plugin.gateways()
    simulator = KavenegarSimulator
    delivered = 10

    def test_a_repeated_message_is_recognised(self, provider: KavenegarSimulator) -> None:
        messages, line = self.batch(), self.line(provider)
        first = self.gateway.send(line, messages)
        again = self.gateway.send(line, messages)
        assert [each.reference for each in again] == [each.reference for each in first]
        assert len(provider.book) == len(messages)

    def test_an_unknown_one_is_found_by_our_number(self, provider: KavenegarSimulator) -> None:
        (message,), line = self.batch(1), self.line(provider)
        provider.faults.append(Fault.DROPPED_AFTER)
        assert self.claims(line, [message]) == {message.client_id: "may have"}
        handed = Handed(client_id=message.client_id, reference="", at=None)
        other = Handed(client_id=5, reference="", at=None)
        (found,) = self.gateway.state(line, [handed, other])
        assert (found.client_id, found.state) == (message.client_id, "sent")
        assert found.reference == provider.book[0].reference

    def test_a_closed_number_is_a_failure_with_its_reason(self, provider: KavenegarSimulator) -> None:
        (message,) = self.batch(1)
        provider.closed_numbers.add("0" + message.to[3:])
        (receipt,) = self.gateway.send(self.line(provider), [message])
        assert receipt.state == "failed"
        assert "advertising" in str(receipt.reason)

    def test_a_text_too_long_costs_only_its_own_message(self, provider: KavenegarSimulator) -> None:
        messages = [*self.batch(3), Outgoing(client_id=9, to="+989129999999", text="د" * 901)]
        states = [each.state for each in self.gateway.send(self.line(provider), messages)]
        assert states == ["sent", "sent", "sent", "failed"]

    def test_the_credit_is_told_in_rials(self, provider: KavenegarSimulator) -> None:
        assert self.gateway.credit(self.line(provider)) == 4_500_000

    def test_reading_gives_each_message_once_and_a_hundred_at_most(
        self, provider: KavenegarSimulator
    ) -> None:
        for number in range(130):
            provider.receive("09120000000", SENDER, f"{number}")
        line = self.line(provider)
        found = [len(self.gateway.poll(line)) for _time in range(3)]
        assert found == [100, 30, 0]


def callback(**more: object) -> Callback:
    given = {"method": "GET", "query": {}, "form": {}, "body": b"", "content_type": ""}
    return Callback(**{**given, **more})


TOLD = {"messageid": "85463238", "message": "سلام", "date": "1795850000"}


@pytest.mark.parametrize("names", [("from", "to"), ("sender", "receptor"), ("From", "To")])
@pytest.mark.parametrize("way", ["query", "form", "json"])
def test_received_messages_come_in_both_spellings_and_every_way(names: tuple[str, str], way: str) -> None:
    import json

    told = {**TOLD, names[0]: "09121112233", names[1]: SENDER}
    made = {
        "query": callback(query=told),
        "form": callback(method="POST", form=told),
        "json": callback(method="POST", body=json.dumps(told).encode(), content_type="application/json"),
    }[way]
    (received,) = TestContract.gateway.read(None, made).received
    assert (received.sender, received.to, received.text) == ("09121112233", SENDER, "سلام")
    assert received.reference == "85463238"
    assert received.at is not None


@pytest.mark.parametrize(
    ("status", "state"),
    [("1", "sent"), ("5", "sent"), ("6", "failed"), ("10", "delivered"), ("11", "failed"), ("14", "failed")],
)
def test_delivery_reports_are_read(status: str, state: str) -> None:
    answer = TestContract.gateway.read(None, callback(query={"messageid": "7", "status": status}))
    ((reference, found, _reason),) = answer.receipts
    assert (reference, found) == ("7", state)


@pytest.mark.parametrize("query", [{}, {"messageid": "7"}, {"message": "text alone"}, {"status": "1"}])
def test_anything_else_is_a_problem(query: dict[str, str]) -> None:
    with pytest.raises(GatewayProblem):
        TestContract.gateway.read(None, callback(query=query))
