"""Who writes: colleagues and our own lines are no customers; plugins' channels know words of their own for opting out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select, update

from kernel.access.models import UserAccount
from kernel.messages.gateways import Received
from kernel.messages.inbound.storing import take
from kernel.messages.models import SenderLine
from tests.inbound.conftest import Inbox


def arrive(inbox: Inbox, line: int, sender: str, text: str = "سلام", reference: str = "1") -> None:
    with inbox.runtime.system_work("test", "test.take") as context:
        row = context.session.execute(select(SenderLine).where(SenderLine.id == line)).scalar_one()
        take(context, row, [Received(sender=sender, text=text, reference=reference)], "poll")
    inbox.work()


@pytest.mark.parametrize("sender", ["Negin@Example.com", "clinic@example.ir"])
def test_colleagues_and_our_own_addresses_are_not_entered_as_persons(inbox: Inbox, sender: str) -> None:
    line = inbox.line("kernel.mail", channel="email", sender="clinic@example.ir")
    inbox.do("settings.save", group="messages", values={"make_parties": "1"})
    inbox.renew()
    with inbox.engines.owner(inbox.runtime.site).begin() as owner:
        statement = update(UserAccount).where(UserAccount.id == inbox.boss.user_id)
        owner.execute(statement.values(email="negin@example.com"))
    arrive(inbox, line, sender)
    arrive(inbox, line, "sara@example.com", reference="2")
    assert inbox.rows("SELECT sender, party_id IS NULL FROM kernel.inbound ORDER BY id") == [
        (sender.lower(), True),
        ("sara@example.com", False),
    ]


def test_a_gateway_of_a_plugin_declares_words_for_its_channel(inbox: Inbox) -> None:
    made = inbox.book.made
    inbox.book.made = lambda: replace(made(), channels=("pigeon",), opt_out_words=("بس است",))  # type: ignore[method-assign]
    inbox.renew()
    line = inbox.line("kernel.recording", channel="pigeon")
    arrive(inbox, line, "nest-7", "بس‌است!")
    arrive(inbox, line, "nest-8", "لغو", "2")
    assert inbox.rows("SELECT channel, address, source FROM kernel.opt_out") == [
        ("pigeon", "nest-7", "inbound")
    ]
    assert inbox.rows("SELECT opted_out FROM kernel.inbound ORDER BY id") == [(True,), (False,)]
