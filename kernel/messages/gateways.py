"""The contract between the outbox and carriers of messages.

A gateway is what a plugin declares through the hook `gateways`: a name, the channels it carries, the fields that an
administrator fills for each line, and functions that talk to the provider. The functions know nothing of the database;
they are called outside any transaction, in a worker. What they raise decides what may happen to the messages next:

* `NotHandedOver`: nothing of the request left this machine, or the provider refused it as a whole. Another line may try.
* `Uncertain`, or whatever else is raised: bytes were sent and no readable answer came. The messages are *unknown*; nobody
  repeats them but a person.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from kernel.i18n import LazyText

Text = str | LazyText
State = Literal["sent", "delivered", "failed", "unknown"]
"""What a provider says of a message: taken over, arrived, certainly not arriving, or nothing that can be relied on."""


@dataclass(frozen=True, kw_only=True)
class GatewayField:
    """Something that an administrator fills for a line: a key, an account, an address of the service."""

    name: str
    title: Text
    secret: bool = False
    """Stored encrypted and never shown again."""
    required: bool = True
    default: str = ""
    hint: Text = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """The sender that messages go from, as a gateway is given it: a number or an address, and its filled fields."""

    sender: str
    service: bool
    """A service line reaches those who closed themselves to advertising; an advertising line does not."""
    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What the administrator filled, by name of field; fields left empty hold their default."""


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file that goes along with an e-mail or a fax."""

    name: str
    mime: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Approved:
    """How a message goes by a template that the provider has approved: its name there, and the values of its variables."""

    name: str
    values: tuple[tuple[str, str], ...]
    """Each variable by the provider's name, in the order in which it stands."""

    def as_dict(self) -> dict[str, str]:
        """Give the values by name."""
        return dict(self.values)


@dataclass(frozen=True, kw_only=True)
class ApprovedRules:
    """What a provider's approved templates take."""

    fits: Callable[[str, str], bool]
    """Whether the variable of a name may hold a value."""
    names: tuple[str, ...] = ()
    """The variables in their order; empty where the site names them itself."""
    required: tuple[str, ...] = ()
    """Variables that every template has."""
    example: str = ""
    """How a line of such a template is written, for whoever enters one."""


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """One message to one recipient."""

    client_id: int
    """Ours, positive and below 2**62, never used for another message: what a provider may recognise repeats by."""
    to: str
    """E.164 for SMS and fax (`+989121234567`), an address for e-mail."""
    text: str
    subject: str = ""
    approved: Approved | None = None
    """Set where the gateway has `approved` and the message goes by such a template; `text` is then what it comes to."""
    html: str = ""
    attachments: tuple[Attachment, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What a provider says of one message."""

    client_id: int
    state: State
    reference: str = ""
    """The provider's own number of the message."""
    reason: Text = ""
    """Why it failed, in words for the user."""
    cost: int | None = None
    """Whole Rials, where the provider tells it."""
    dead: bool = False
    """With `failed`: the address takes nothing from anybody, for good; nothing else is sent to it."""
    again: bool = False
    """With `failed`: the provider certainly has no such message and nothing is wrong with the message itself, so that it
    may be offered again, here or elsewhere. Said of single messages of a batch; of all of them `NotHandedOver` is raised.
    """


@dataclass(frozen=True, kw_only=True)
class Handed:
    """A message that was handed over, when its state is asked."""

    client_id: int
    reference: str
    """Empty where the provider's answer never came: then only `client_id` can find it."""
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Received:
    """Something that came in, as the provider gives it: nothing in it is normalised yet."""

    sender: str
    text: str
    to: str = ""
    """Which of our lines it was sent to."""
    reference: str = ""
    """The provider's own number; empty where it gives none."""
    at: datetime | None = None
    subject: str = ""
    thread: str = ""
    """Of a mail: the Message-IDs that an answer refers to, separated by spaces, its own last."""
    attachments: tuple[Attachment, ...] = ()
    automatic: bool = False
    """A program wrote it (an absence notice): no program answers it."""


@dataclass(frozen=True, kw_only=True)
class Callback:
    """A request of a provider to our address, as it came."""

    method: str
    query: Mapping[str, str]
    form: Mapping[str, str]
    body: bytes
    content_type: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """By name in small letters; for providers that sign what they send."""

    def fields(self) -> dict[str, str]:
        """Gather the parameters from address, form and JSON object, by name in small letters; lists are left out."""
        found: dict[str, object] = {**self.query, **self.form}
        if "json" in self.content_type:
            try:
                told = json.loads(self.body.decode("utf-8-sig"))
            except (ValueError, RecursionError):
                told = None
            if isinstance(told, dict):
                found |= told
        return {
            name.lower(): str(value)
            for name, value in found.items()
            if isinstance(value, str | int | float) and not isinstance(value, bool)
        }


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a callback told, and the words with which the provider wants to be answered."""

    received: tuple[Received, ...] = ()
    receipts: tuple[tuple[str, State, Text], ...] = ()
    """For each delivery report: the provider's number of the message, its state, and a reason."""
    body: str = "OK"
    """What a callback is answered with; nothing where the answer was fetched."""
    dead: tuple[str, ...] = ()
    """The provider's numbers of messages in `receipts` whose address takes nothing from anybody, for good."""
    handled: tuple[str, ...] = ()
    """References of what was fetched besides `received` and is settled by `receipts`; `taken` is told them as well."""


class GatewayProblem(Exception):
    """A gateway could not do what it was asked; `reason` is for the user."""

    def __init__(self, reason: Text) -> None:
        super().__init__(str(reason))
        self.reason = reason


class NotHandedOver(GatewayProblem):
    """The provider certainly has none of these messages: it refused all of them, or could not be reached.

    `temporary` says that the same line may be asked again later (too many calls, no connection); otherwise somebody must
    mend something first (a wrong key, no credit left).
    """

    def __init__(self, reason: Text, *, temporary: bool) -> None:
        super().__init__(reason)
        self.temporary = temporary


class Uncertain(GatewayProblem):
    """Bytes were sent and no readable answer came: the provider may have the messages or not."""


Send = Callable[[Line, Sequence[Outgoing]], Sequence[Receipt]]
"""Hand over at most `batch` messages; give one receipt each. Raises `NotHandedOver` or `Uncertain` for all of them."""
Ask = Callable[[Line, Sequence[Handed]], Sequence[Receipt]]
"""Ask for the states of messages; those of which nothing is known are left out."""
Poll = Callable[[Line], "Sequence[Received] | Answer"]
"""Fetch what came in, one batch of it: the caller asks again until nothing comes. For providers that give the same again
when they are asked again. An `Answer` also tells what became of messages sent (bounces)."""
Taken = Callable[[Line, Sequence[str]], None]
"""Tell the provider that the messages with these references are stored here, so that `poll` gives them no more."""
Read = Callable[[Line, Callback], Answer]
"""Read a request of the provider; raises `GatewayProblem` where it makes no sense."""


@dataclass(frozen=True, kw_only=True)
class ReadOnce:
    """How a provider is asked that gives out each message only once: its answer is stored before anybody reads it."""

    ask: Callable[[Line], bytes]
    """Give an answer that may hold messages as it came. Raises `GatewayProblem` where there was none, or a refusal."""
    read: Callable[[Line, bytes], Sequence[Received]]
    """Give the messages in an answer. Raises `NotHandedOver` or `Declined` for one that says that there are none in it;
    after anything else that it raises the answer is kept, and read again later."""

    def __call__(self, line: Line) -> Sequence[Received]:
        """Ask and read in one, for trying a line out."""
        return self.read(line, self.ask(line))


@dataclass(frozen=True, kw_only=True)
class Gateway:
    """A carrier of messages, as a plugin declares it."""

    name: str
    """Unique within the plugin."""
    title: Text
    channels: tuple[str, ...]
    """Such as `sms`, `email`, `fax`."""
    send: Send | None = None
    """None for one by which messages only come in."""
    fields: tuple[GatewayField, ...] = ()
    batch: int = 1
    """The most messages of one request."""
    knows_client_ids: bool = False
    """Whether the provider recognises a repeated `client_id`, so that *unknown* can be cleared up by asking."""
    state: Ask | None = None
    poll: Poll | ReadOnce | None = None
    """How received messages are fetched: `ReadOnce` where the provider gives each one only once."""
    taken: Taken | None = None
    """For providers that give a message until they are told that it is stored, such as a mailbox."""
    read: Read | None = None
    approved: ApprovedRules | None = None
    """What its approved templates take; None where it knows none."""
    opt_out_words: tuple[str, ...] = ()
    """Words that, received alone over it, ask for no more advertising; for SMS those of the kernel count besides."""
    pretends: bool = False
    """Shows what would go and lets nothing leave this machine."""
    credit: Callable[[Line], int] | None = None
    """Money left at the provider, in whole Rials."""
