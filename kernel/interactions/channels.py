"""Channels (کانال): the ways in which we and a party are in touch; the kernel's own, and those that plugins add."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kernel.extension.contributions import Channel
from kernel.fa.text import search_key
from kernel.i18n import LazyText, _
from kernel.resources.context import Context
from kernel.resources.fields import Choice, FieldError

CALL_IN, CALL_OUT, VISIT, FOLLOW_UP = "call_in", "call_out", "visit", "follow_up"
IN, OUT = "in", "out"
DIRECTIONS: Mapping[str, LazyText] = {IN: _("From them to us"), OUT: _("From us to them")}

KERNEL_CHANNELS: tuple[Channel, ...] = (
    Channel(
        key=CALL_IN,
        title=_("Incoming call"),
        icon="phone-incoming",
        direction=IN,
        number=True,
        duration=True,
        order=10,
    ),
    Channel(
        key=CALL_OUT,
        title=_("Outgoing call"),
        icon="phone-outgoing",
        direction=OUT,
        number=True,
        duration=True,
        order=20,
    ),
    Channel(key=VISIT, title=_("Meeting"), icon="users", direction="none", duration=True, order=30),
    Channel(key="sms", title=_("Text message"), icon="message", number=True, order=40),
    Channel(key="email", title=_("E-mail"), icon="mail", number=True, order=50),
    Channel(key="fax", title=_("Fax"), icon="printer", number=True, order=60),
    Channel(key="letter", title=_("Letter"), icon="mail-opened", order=70),
    Channel(key="portal", title=_("Portal"), icon="world", order=80),
    Channel(key="chat", title=_("Chat"), icon="messages", number=True, order=90),
    Channel(key="ussd", title=_("USSD"), icon="device-mobile", direction=IN, number=True, order=100),
    Channel(key=FOLLOW_UP, title=_("Follow-up"), icon="bell", direction="none", order=110),
    Channel(key="other", title=_("Other"), icon="dots", direction="either", order=990),
)
"""The channels of every site, in their order."""


def channels(context: Context) -> dict[str, Channel]:
    """Give all channels by key, in their order; those of plugins carry the plugin's name: `chatbot.bale`."""
    declared = context.runtime.declared.declarations.of("channels")
    found = [*KERNEL_CHANNELS]
    found += [replace(answer.value, key=f"{answer.plugin}.{answer.value.key}") for answer in declared]
    return {channel.key: channel for channel in sorted(found, key=lambda each: (each.order, each.key))}


def channel_of(context: Context, key: str) -> Channel:
    """Give a channel; of one whose plugin no longer runs, what its key says."""
    return channels(context).get(key) or Channel(key=key, title=key)


class ChannelChoice(Choice):
    """One of the channels that the kernel and the enabled plugins know."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, options={}, **options)

    def parse(self, raw: Any, context: Context) -> str:
        """Take the key, or the title in the context's language."""
        text = str(raw).strip()
        wanted = search_key(text)
        for key, channel in channels(context).items():
            titles = (search_key(context.text(channel.title)), search_key(str(channel.title)))
            if text == key or wanted in titles:
                return key
        raise FieldError(_("%(field)s has no choice called “%(text)s”.", field=self.title, text=text[:60]))

    def show(self, value: Any, context: Context) -> str:
        """The title; a channel of a plugin that no longer runs shows its key."""
        return "" if value is None else context.text(channel_of(context, value).title)

    def choices(self, context: Context) -> list[tuple[str, str]]:
        """Pairs of key and title."""
        return [(key, context.text(channel.title)) for key, channel in channels(context).items()]

    def schema(self) -> dict[str, Any]:
        """A string: the keys differ from site to site."""
        return {"type": "string"}
