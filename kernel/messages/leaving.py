"""Leaving the list of advertising e-mails by a link in each of them: signed, without signing in, in one click (RFC 8058)."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import select

from kernel.data.sealing import MARK, SealBroken
from kernel.extension.contributions import Setting
from kernel.i18n import _
from kernel.messages.addresses import normal
from kernel.messages.models import OptOut
from kernel.resources.context import Context
from kernel.resources.runtime import Runtime

SOURCE = "link"
"""How we know of such an opt-out."""
LONGEST = 2000
"""Characters of a token that are looked at."""
ADDRESS = "messages.web_address"
SETTINGS = (
    Setting(
        key=ADDRESS,
        title=_("Address of this site for links in messages"),
        help=_("Such as https://crm.example.ir; empty for the first host of the site."),
        default="",
        order=60,
    ),
)


@dataclass(frozen=True)
class Leaving:
    """Who wants to leave: an address on a channel."""

    channel: str
    address: str


def web_address(runtime: Runtime) -> str:
    """Give the address of this site for links in messages, without a slash at the end; empty where nobody knows it."""
    base = str(runtime.setting(ADDRESS) or "").strip().rstrip("/")
    if not base and runtime.site.hosts:
        base = f"https://{runtime.site.hosts[0]}"
    return base if base.startswith(("https://", "http://")) else ""


def link_of(runtime: Runtime, channel: str, address: str) -> str:
    """Give the address of the page by which a recipient leaves; empty where nobody knows how this site is called."""
    base = web_address(runtime)
    if not base:
        return ""
    return f"{base}/leave/{token_of(runtime, channel, address)}"


def token_of(runtime: Runtime, channel: str, address: str) -> str:
    """Make a token that nobody else can make, and that tells nothing to whoever sees it."""
    told = json.dumps([channel, normal(channel, address)])
    return runtime.site.sealer.seal(told).removeprefix(MARK).rstrip("=")


def read_token(runtime: Runtime, token: str) -> Leaving | None:
    """Give who wants to leave; None for what is no token of this site."""
    if len(token) > LONGEST or not token.isascii():
        return None
    try:
        told = json.loads(runtime.site.sealer.open(token + "=" * (-len(token) % 4)))
        channel, address = told
    except (SealBroken, ValueError, TypeError):
        return None
    return Leaving(str(channel), str(address))


def has_left(context: Context, who: Leaving) -> bool:
    """Say whether the address is out of all advertising already; the context acts for the system."""
    statement = select(OptOut.id).where(
        OptOut.channel == who.channel, OptOut.address == who.address, OptOut.kind_id.is_(None)
    )
    return context.session.execute(statement.limit(1)).first() is not None


def leave(runtime: Runtime, who: Leaving) -> None:
    """Write down that an address wants no advertising any more; asked twice, it is written once."""
    with runtime.system_work("opt out by a link", "optout.link", allowed_when_ended=True) as context:
        if has_left(context, who):
            return
        row = OptOut(channel=who.channel, address=who.address, source=SOURCE, since=context.now)
        context.session.add(row)
        context.session.flush()
