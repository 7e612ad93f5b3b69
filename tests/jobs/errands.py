"""What a worker of a test loads: the product's own worker, with kinds of work that tests can watch from outside."""

from __future__ import annotations

import os
import time
from pathlib import Path

from kernel.cli.worker import app
from kernel.i18n import _
from kernel.jobs import heartbeat
from kernel.messages import answers
from kernel.messages.gateways import Gateway, GatewayField, Receipt
from kernel.resources.queue import background

__all__ = ["app"]

heartbeat.EVERY = 0.5

FOLDER = Path(os.environ["PEYVAND_TEST_FOLDER"])


@background("test.write", _("Work"))
def write(runtime, progress, *, name):
    """Leave a file that says that it was done."""
    (FOLDER / name).write_text("done")


@background("test.slow", _("Work"))
def slow(runtime, progress, *, name):
    """Take a while, as a gateway does that answers late."""
    time.sleep(0.4)


@background("test.hang", _("Work"))
def hang(runtime, progress, *, name):
    """Hang at the first attempt, for the test to kill the worker; be done at the second."""
    begun = FOLDER / f"{name}.begun"
    if not begun.exists():
        begun.write_text(str(os.getpid()))
        time.sleep(600)
    (FOLDER / name).write_text("done")


def post(line, messages):
    """Keep a book of what goes out; a line that waits does so until the test lets it go on."""
    (FOLDER / f"{line.sender}.begun").touch()
    while line.values["waits"] and not (FOLDER / line.values["waits"]).exists():
        time.sleep(0.02)
    with (FOLDER / line.sender).open("a") as book:
        book.writelines(f"{each.to}\n" for each in messages)
    return [
        Receipt(client_id=each.client_id, state="sent", reference=str(each.client_id)) for each in messages
    ]


_own = answers.gateways
answers.gateways = lambda: (
    *_own(),
    Gateway(
        name="post",
        title="Post",
        channels=("sms",),
        send=post,
        batch=4,
        fields=(GatewayField(name="waits", title="", required=False),),
    ),
)
