"""When a guarantee begins and ends, and what a site says of its guarantees.

**Begin.** A batch has one of three rules. *Registration*: the day on which it is registered. *Sale*: the day of sale
that the dealer or the buyer gives; the day of registration where nobody gives one. *Production*: so many months of
grace after the day of production, or the day of registration where that is earlier; the term is counted from the end
of the grace in either case.

**End.** The same day of the Jalali month so many months later, that day included: two years from 5 Mehr 1405 last
until 5 Mehr 1407. Where the month is shorter, its last day (from 31 Shahrivar six months: 29 or 30 Esfand). A site
may round up to the end of that month.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kernel.api import Runtime, Setting, _, calendar

REGISTRATION, SALE, PRODUCTION = "registration", "sale", "production"
START_RULES = {
    REGISTRATION: _("Day of registration"),
    SALE: _("Day of sale"),
    PRODUCTION: _("Production and grace"),
}


@dataclass(frozen=True)
class Span:
    """First and last day of a guarantee."""

    starts_on: date
    ends_on: date


def span_of(
    rule: str,
    months: int,
    *,
    registered_on: date,
    produced_on: date,
    sold_on: date | None = None,
    grace_months: int = 0,
    whole_months: bool = False,
) -> Span:
    """Give the days of a guarantee by the rule of its batch."""
    counted_from = starts_on = registered_on
    if rule == SALE and sold_on is not None:
        counted_from = starts_on = sold_on
    elif rule == PRODUCTION:
        counted_from = calendar.add_months(produced_on, grace_months)
        starts_on = min(registered_on, counted_from)
    ends_on = calendar.add_months(counted_from, months)
    return Span(starts_on, calendar.end_of_month(ends_on) if whole_months else ends_on)


@dataclass(frozen=True)
class Terms:
    """The settings of the plugin, read once."""

    word: str
    whole_months: bool
    sms_consent: bool
    tries_of_sender: int
    tries_of_network: int
    tries_of_serial: int
    tries_of_all: int
    buyer_points: int
    dealer_points: int
    club_joins: bool
    line: str
    address: str


def terms_of(runtime: Runtime) -> Terms:
    """Read the settings."""
    return Terms(**{name: runtime.setting(f"carpet.{name}") for name in Terms.__dataclass_fields__})


SETTINGS = (
    Setting(
        key="word",
        title=_("Word of messages that ask for a guarantee"),
        default="ضمانت",
        help=_(
            "A message with this word and without a serial that can be read is answered by how it is done."
        ),
        order=10,
    ),
    Setting(
        key="whole_months",
        title=_("Guarantees last to the end of their Jalali month"),
        kind="yes_no",
        default=False,
        order=20,
    ),
    Setting(
        key="sms_consent",
        title=_("Who registers by SMS agrees to hear of offers"),
        help=_("Only where the words on the card say so."),
        kind="yes_no",
        default=True,
        order=25,
    ),
    Setting(
        key="tries_of_sender",
        title=_("Wrong tries of one number in a day"),
        help=_("After so many wrong serials or codes nothing of this number is looked at for a day."),
        kind="whole",
        default=5,
        bounds=(1, 100),
        order=30,
    ),
    Setting(
        key="tries_of_network",
        title=_("Wrong tries from one network address in an hour"),
        kind="whole",
        default=20,
        bounds=(1, 1000),
        order=40,
    ),
    Setting(
        key="tries_of_serial",
        title=_("Wrong codes for one serial in a day"),
        help=_("Whoever sends them, and from however many numbers."),
        kind="whole",
        default=30,
        bounds=(3, 1000),
        order=50,
    ),
    Setting(
        key="tries_of_all",
        title=_("Wrong tries of all numbers together in an hour"),
        help=_(
            "By SMS and by the web form each; after so many nothing of that way is looked at for a while."
        ),
        kind="whole",
        default=5000,
        bounds=(10, 1_000_000),
        order=55,
    ),
    Setting(
        key="buyer_points",
        title=_("Points of the club for the buyer of a registered carpet"),
        kind="whole",
        default=0,
        bounds=(0, 1_000_000),
        order=60,
    ),
    Setting(
        key="dealer_points",
        title=_("Points of the club for the dealer of a registered carpet"),
        kind="whole",
        default=0,
        bounds=(0, 1_000_000),
        order=70,
    ),
    Setting(
        key="club_joins",
        title=_("Who registers a carpet becomes a member of the club"),
        help=_("Only where the words on the card say so. Otherwise members alone get points."),
        kind="yes_no",
        default=False,
        order=72,
    ),
    Setting(
        key="line",
        title=_("SMS number on the cards"),
        default="",
        help=_("To which buyers send serial and code, such as 3000 1234."),
        order=75,
    ),
    Setting(
        key="address",
        title=_("Address on the cards"),
        default="",
        help=_(
            "What the QR code begins with, such as https://guarantee.example.ir. Empty: the address of this site."
        ),
        order=80,
    ),
)
