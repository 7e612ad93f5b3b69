"""MeliPayamak's adapter against its simulator."""

from datetime import UTC, datetime
from typing import ClassVar

import pytest

from kernel.messages.gateways import Callback, GatewayProblem, NotHandedOver, Outgoing, Uncertain
from kernel.testing.simulators import MeliPayamakSimulator
from kernel.testing.simulators.contract import SENDER, GatewayContract
from plugins.melipayamak import plugin, reading


class TestContract(GatewayContract):
    (gateway,) = plugin.gateways()
    simulator = MeliPayamakSimulator
    account: ClassVar = {"username": "clinic"}
    delivered = 1

    @pytest.mark.parametrize(
        ("answer", "expected"),
        [
            ({"Value": "4823749823749823749", "RetStatus": 1, "StrRetStatus": "Ok"}, "sent"),
            ({"value": "4823749823749823749", "retStatus": "1"}, "sent"),
            ({"Value": 4823749823749823749, "RetStatus": 1}, "sent"),
            ({"Value": "5", "RetStatus": 9, "StrRetStatus": "InvalidNumber"}, NotHandedOver),
            ({"Value": "0", "RetStatus": 1, "StrRetStatus": "Ok"}, NotHandedOver),
            ({"Value": "", "RetStatus": 35, "StrRetStatus": "InvalidData"}, "failed"),
            ({"Value": "14", "RetStatus": 9}, "failed"),
            ({"Value": "-110", "RetStatus": 9}, NotHandedOver),
            ({"Value": "4823749823749823749", "RetStatus": 9}, Uncertain),
            ({"Value": "77", "RetStatus": 1}, Uncertain),
            ({"Value": "2"}, Uncertain),
            ({"RetStatus": 1}, Uncertain),
            ({}, Uncertain),
            ([], Uncertain),
        ],
    )
    def test_both_codes_are_read(
        self,
        provider: MeliPayamakSimulator,
        monkeypatch: pytest.MonkeyPatch,
        answer: object,
        expected: object,
    ) -> None:
        monkeypatch.setattr(provider, "answer", lambda _request: (200, answer))
        line, messages = self.line(provider), self.batch()
        if isinstance(expected, str):
            (receipt,) = self.gateway.send(line, messages)
            assert receipt.state == expected
        else:
            with pytest.raises(expected):
                self.gateway.send(line, messages)

    def test_a_link_is_a_failure_with_its_reason(self, provider: MeliPayamakSimulator) -> None:
        message = Outgoing(client_id=3, to="+989121112233", text="http://example.com")
        (receipt,) = self.gateway.send(self.line(provider), [message])
        assert receipt.state == "failed"
        assert "link" in str(receipt.reason)

    def test_the_inbox_gives_the_newest_hundred_again_each_time(self, provider: MeliPayamakSimulator) -> None:
        for number in range(130):
            provider.receive("9120000000", SENDER, f"{number}")
        line = self.line(provider)
        found = [[each.text for each in self.gateway.poll(line)] for _time in range(2)]
        assert found[0] == found[1] == [f"{number}" for number in range(129, 29, -1)]


def read(**query: str):
    callback = Callback(method="GET", query=query, form={}, body=b"", content_type="")
    return TestContract.gateway.read(None, callback)


def test_a_request_of_the_template_is_read() -> None:
    (received,) = read(to=SENDER, body="سلام", **{"from": "9121112233"}).received
    assert (received.sender, received.text, received.to) == ("9121112233", "سلام", SENDER)
    assert (received.reference, received.at) == ("", None)


@pytest.mark.parametrize("query", [{}, {"from": "9121112233"}, {"body": "x"}])
def test_anything_else_is_a_problem(query: dict[str, str]) -> None:
    with pytest.raises(GatewayProblem):
        read(**query)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/Date(1715000000000+0430)/", datetime(2024, 5, 6, 12, 53, 20, tzinfo=UTC)),
        ("/Date(1715000000000)/", datetime(2024, 5, 6, 12, 53, 20, tzinfo=UTC)),
        ("2024-05-06", None),
        ("/Date(99999999999999999999)/", None),
        (None, None),
    ],
)
def test_dates_of_microsoft_are_read(text: object, expected: datetime | None) -> None:
    assert reading.moment(text) == expected
