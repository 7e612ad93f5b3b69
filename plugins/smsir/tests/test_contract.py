"""The adapter of SMS.ir against its simulator."""

from dataclasses import replace

import pytest

from kernel.messages.gateways import NotHandedOver
from kernel.testing.simulators import SmsIrSimulator
from kernel.testing.simulators.contract import SENDER, GatewayContract
from plugins.smsir import plugin


class TestContract(GatewayContract):
    (gateway,) = plugin.gateways()
    simulator = SmsIrSimulator
    delivered = 1

    def test_zero_and_null_in_the_answer_are_refusals(self, provider: SmsIrSimulator) -> None:
        messages = self.batch(3)
        provider.closed_numbers.add("0" + messages[1].to[3:])
        receipts = self.gateway.send(self.line(provider), messages)
        assert [each.state for each in receipts] == ["sent", "failed", "sent"]
        assert receipts[1].reference == ""
        assert "advertising" in str(receipts[1].reason)

    def test_an_answer_with_a_number_missing_proves_nothing(
        self, provider: SmsIrSimulator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        usual = provider._send

        def one_short(asked: object, way: str) -> tuple[int, dict]:
            status, envelope = usual(asked, way)
            envelope["data"]["messageIds"].pop(0)
            return status, envelope

        monkeypatch.setattr(provider, "_send", one_short)
        messages = self.batch(3)
        assert set(self.claims(self.line(provider), messages).values()) == {"may have"}

    def test_a_line_that_is_no_number_is_refused_before_anything_is_sent(
        self, provider: SmsIrSimulator
    ) -> None:
        with pytest.raises(NotHandedOver):
            self.gateway.send(replace(self.line(provider), sender="CLINIC"), self.batch())
        assert provider.asked == []

    def test_the_credit_is_told_in_rials(self, provider: SmsIrSimulator) -> None:
        assert self.gateway.credit(self.line(provider)) == 1_234_567

    def test_reading_gives_each_message_once_and_a_hundred_at_most(self, provider: SmsIrSimulator) -> None:
        for number in range(130):
            provider.receive("9120000000", SENDER, f"{number}")
        line = self.line(provider)
        found = [len(self.gateway.poll(line)) for _time in range(3)]
        assert found == [100, 30, 0]
