"""Lines and gateways: what runs on this site, which line carries what, and what a part costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.data.sealing import SealBroken
from kernel.fa.sms import sms_size
from kernel.i18n import LazyText, _
from kernel.messages.gateways import Gateway, Line, NotHandedOver
from kernel.messages.models import LETTER, SenderLine
from kernel.resources.runtime import Runtime

CHANNEL_TITLES: Mapping[str, LazyText] = {
    "sms": _("SMS"),
    "email": _("E-mail"),
    "fax": _("Fax"),
    LETTER: _("Letter"),
}
WRITTEN: Mapping[str, LazyText] = {name: title for name, title in CHANNEL_TITLES.items() if name != LETTER}
"""Channels of messages that lines carry: what is written to a single party, and templates of messages."""
RECEIVING_TITLES: Mapping[str, LazyText] = {"ussd": _("USSD"), "web": _("Web hook")}
"""Channels by which messages only come in."""
LINE_KINDS: Mapping[str, LazyText] = {
    "both": _("Everything"),
    "service": _("Service messages only"),
    "advertising": _("Advertising line"),
}


def gateways_of(runtime: Runtime) -> dict[str, Gateway]:
    """Give the gateways of the site by full name: the kernel's own, then those of plugins that run."""
    found: dict[str, Gateway] = {}
    for part in runtime.declared.parts:
        for gateway in part.ask("gateways", {}) or ():
            found[f"kernel.{gateway.name}"] = gateway
    for answer in runtime.declared.declarations.of("gateways"):
        found[f"{answer.plugin}.{answer.value.name}"] = answer.value
    return found


def channels_of(runtime: Runtime) -> dict[str, LazyText]:
    """Give the channels that messages go and come by on this site, with their titles."""
    found = {**CHANNEL_TITLES, **RECEIVING_TITLES}
    for gateway in gateways_of(runtime).values():
        for channel in gateway.channels:
            found.setdefault(channel, _("%(name)s", name=channel))
    return found


def lines_for(session: Session, channel: str, advertising: bool) -> list[SenderLine]:
    """Give the lines that may carry such messages in their order, also those that rest; a session of the system."""
    statement = (
        select(SenderLine)
        .where(SenderLine.channel == channel, SenderLine.enabled, SenderLine.kind.in_(carrying(advertising)))
        .order_by(SenderLine.position, SenderLine.id)
    )
    return list(session.execute(statement).scalars())


def carrying(advertising: bool) -> tuple[str, ...]:
    """Give the kinds of lines that may carry a message: service lines carry no advertising."""
    return ("advertising", "both") if advertising else ("service", "both", "advertising")


@dataclass(frozen=True)
class Tariff:
    """What a part costs on the line that is asked first, in whole Rials."""

    persian: int = 0
    latin: int = 0

    def measure(self, channel: str, text: str) -> tuple[int, int]:
        """Give parts and price of a text."""
        if channel != "sms":
            return (1, self.persian)
        size = sms_size(text)
        return size.parts, size.parts * (self.latin if size.encoding == "GSM-7" else self.persian)


def tariff(session: Session, channel: str, advertising: bool) -> Tariff:
    """Give the tariff of the first line that would carry such messages; all zero without one."""
    lines = lines_for(session, channel, advertising)
    return Tariff(lines[0].price, lines[0].price_latin) if lines else Tariff()


def line_value(runtime: Runtime, row: SenderLine, gateway: Gateway) -> Line:
    """Give a line as its gateway takes it. Raises `NotHandedOver` where a secret cannot be opened."""
    values = {field.name: field.default for field in gateway.fields} | {
        name: str(value) for name, value in row.settings.items() if value
    }
    try:
        values |= {name: runtime.site.sealer.open(value) for name, value in row.secrets.items() if value}
    except SealBroken as error:
        raise NotHandedOver(
            _("A secret of the line cannot be opened; enter it again."), temporary=False
        ) from error
    return Line(sender=row.sender, service=row.kind != "advertising", values=values)


def names_of(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Give the names of lines by id; a session of the system."""
    statement = select(SenderLine.id, SenderLine.name).where(SenderLine.id.in_(list(ids)))
    return {row.id: row.name for row in session.execute(statement)}
