"""Lines over the gateway that carries nothing, and words to send: a demonstration shows messages, and none leaves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.fa.locales import language_of
from kernel.i18n import LazyText, _
from kernel.messages.console import FULL_NAME
from kernel.messages.kinds import active_kinds

if TYPE_CHECKING:
    from kernel.administration.demo.demo import Demo

PRICE = 1_500
"""Rials of a part, about what Persian parts cost."""
TEXTS: tuple[tuple[LazyText, str, LazyText], ...] = (
    (_("Happy birthday"), "greeting", _("{{ party.addressed }}, happy birthday. {{ own.name }}")),
    (
        _("We could not reach you"),
        "service",
        _("{{ party.addressed }}, we could not reach you by telephone. {{ own.name }}"),
    ),
)
SNIPPETS: tuple[tuple[LazyText, LazyText], ...] = (
    (_("Will call back"), _("Asked to be called back in the afternoon.")),
    (_("Brochure sent"), _("The brochure and the price list were sent.")),
)


def make_posting(demo: Demo) -> None:
    """Make a line for SMS and one for e-mail, two templates and two stored texts."""
    say = demo.runtime.translate
    for channel, price in (("sms", PRICE), ("email", 0)):
        values = {"name": say(_("Demonstration")), "kind": "both", "enabled": True, "price": price}
        values |= {"sender": "30001234" if channel == "sms" else "info@example.com", "price_latin": price}
        demo.run("line.save", line_id=None, gateway=FULL_NAME, channel=channel, values=values)
    with demo.runtime.reading(demo.administrator) as context:
        kinds = {kind.code: kind.id for kind in active_kinds(context)}
    language = language_of(demo.runtime.site.locale)
    for name, kind, body in TEXTS:
        entered = {
            "name": say(name),
            "channel": "sms",
            "language": language,
            "kind": kinds[kind],
            "body": say(body),
        }
        demo.run("record.create", resource="message_template", values=entered)
    for name, body in SNIPPETS:
        demo.run("record.create", resource="snippet", values={"name": say(name), "body": say(body)})
