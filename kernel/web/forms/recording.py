"""The short forms in which interactions are recorded: in the composer's tabs, and in the dialog that F9 opens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from kernel.i18n import LazyText, _
from kernel.interactions.channels import CALL_IN, CALL_OUT, FOLLOW_UP, VISIT, channel_of, channels
from kernel.interactions.recording import MINUTES
from kernel.interactions.resources import INTERACTION, PARTICIPANTS
from kernel.resources.context import Context
from kernel.resources.fields import Choice, Field, Link
from kernel.web.forms.command import CommandForm

OTHER = Link("other", _("Who else took part"), to="party")
PART = PARTICIPANTS.field("part")
APART = (OTHER, PART, MINUTES)
"""What is asked here and is no field of the interaction itself."""


@dataclass(frozen=True)
class Kind:
    """A way of recording: the channels that it offers, the fields that stand open, and those that are folded."""

    key: str
    title: LazyText
    icon: str
    channels: tuple[str, ...]
    first: tuple[str, ...]
    more: tuple[str, ...]
    placeholder: LazyText
    button: LazyText
    order: int
    timed: bool = False


KINDS: Mapping[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind(
            "call",
            _("Call"),
            "phone",
            (CALL_IN, CALL_OUT),
            ("channel", "result", "text"),
            (
                *("started_at", "minutes", "number", "reason", "follow_up_on", "follow_up_number"),
                *("other", "part"),
            ),
            _("What was said?"),
            _("Record the call"),
            20,
            timed=True,
        ),
        Kind(
            "visit",
            _("Meeting"),
            "users",
            (VISIT,),
            ("result", "reason", "text"),
            ("started_at", "minutes", "follow_up_on", "follow_up_number", "other", "part"),
            _("What was talked about?"),
            _("Record the meeting"),
            30,
        ),
        Kind(
            "follow_up",
            _("Follow-up"),
            "bell",
            (FOLLOW_UP,),
            ("follow_up_on", "text"),
            ("reason", "follow_up_number", "other", "part"),
            _("What is to be followed up?"),
            _("Plan the follow-up"),
            40,
        ),
    )
}
ANY = Kind(
    "any",
    _("Record an interaction"),
    "messages",
    (),
    ("party", "channel", "direction", "result", "text"),
    (
        *("started_at", "minutes", "number", "subject", "reason", "follow_up_on", "follow_up_number"),
        *("other", "part"),
    ),
    _("What was said?"),
    _("Record"),
    0,
)
"""The dialog: with whom and by which channel are asked as well."""


class RecordingForm(CommandForm):
    """Controls of a kind of recording, those fields that the reader may write."""

    def __init__(self, context: Context, kind: Kind, prefix: str) -> None:
        self.kind = kind
        self.prefix = prefix
        super().__init__(context, list(_fields(context, kind)))

    @property
    def names(self) -> list[str]:
        """Names of the fields, in order."""
        return [item.name for item in self.fields]

    @property
    def wrong(self) -> list[str]:
        """Names of the fields that were refused."""
        return [name for name in self.names if self.controls[name].errors]

    def begin(self, given: Mapping[str, Any]) -> RecordingForm:
        """Fill a fresh form."""
        self.start(given)
        return self._apart()

    def take(self, posted: MultiDict[str, str]) -> RecordingForm:
        """Take what was posted."""
        self.read(posted)
        return self._apart()

    def _apart(self) -> RecordingForm:
        """Keep the ids of two such forms on one page apart."""
        for name in self.names:
            self.controls[name].id = f"{self.prefix}{name}"
        return self

    def arguments(self, posted: MultiDict[str, str]) -> dict[str, Any]:
        """Give the arguments of `interaction.record`: a clock that was stopped says more than minutes."""
        own = {item.name for item in APART}
        values = {name: value for name, value in self.values.items() if name not in own}
        if len(self.kind.channels) == 1:
            values["channel"] = self.kind.channels[0]
        began, ended = posted.get("_begun", "")[:40], posted.get("_ended", "")[:40]
        minutes = self.values.get("minutes")
        if began and ended and not values.get("started_at") and not minutes:
            values |= {"started_at": began, "ended_at": ended}
        other = self.values.get("other")
        rows: Sequence[dict[str, Any]] = [{"party": other, "part": self.values.get("part")}] if other else []
        return {"values": values, "parties": rows, "minutes": minutes}

    def attach(self, problems: Any) -> None:
        """Put what is wrong with a further party beside its control."""
        placed = [
            type(each)("other", each.message) if each.part and each.field == "party" else each
            for each in problems
        ]
        super().attach(placed)


def _fields(context: Context, kind: Kind) -> list[Field]:
    own = {item.name: item for item in context.runtime.resource("interaction").visible_fields(context)}
    apart = {item.name: item for item in APART}
    found: list[Field] = []
    for name in (*kind.first, *kind.more):
        item = apart.get(name) or own.get(name)
        if item is None or item.read_only:
            continue
        found.append(_channel(context, kind) if name == "channel" else item)
    return found


def _channel(context: Context, kind: Kind) -> Field:
    """The channels that this kind offers; all of them in the dialog."""
    keys = kind.channels or tuple(channels(context))
    titles = {key: channel_of(context, key).title for key in keys}
    item = INTERACTION.by_name["channel"]
    words: Any = titles
    return Choice("channel", item.title, options=words, required=True)
