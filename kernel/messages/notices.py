"""Notices that their readers want by e-mail as well, through the outbox: the words of the bell, without names of records."""

from __future__ import annotations

from collections.abc import Sequence

from kernel.messages.outbox import queue_message
from kernel.resources.context import Context
from kernel.resources.notices.telling import Letter, register_sender

PURPOSE = "kernel.notice"


def send_letters(context: Context, letters: Sequence[Letter]) -> None:
    """Queue one e-mail for each; who cannot be reached so is left out, as the outbox shows."""
    for each in letters:
        words = context.runtime.translate(each.text, each.locale)
        queue_message(
            context,
            purpose=PURPOSE,
            occasion=str(each.notice_id),
            channel="email",
            address=each.address,
            text=f"{words}\n\n{context.site.title}",
            subject=words,
        )


register_sender(send_letters)
