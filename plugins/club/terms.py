"""What a site says of its club: the settings, and the days that follow from them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from kernel.api import Runtime, Setting, _, calendar
from plugins.club import formula

DEFAULT_DECAY = "balance * 10 / 100"


@dataclass(frozen=True)
class Terms:
    """The settings of the club, read once."""

    point_value: int
    pending_days: int
    expires_months: int
    month_ends: bool
    grace_days: int
    spend_least: int
    spend_percent: int
    coupon_days: int
    join_points: int
    birthday_points: int
    join_on_purchase: bool
    referral_percent: int
    referral_months: int
    decay_after: int
    decay_formula: str
    rank_months: int
    rank_keep_months: int
    tell_rank: str

    def counts_from(self, day: date) -> date:
        """The first day on which points of a purchase can be spent."""
        return day + timedelta(days=self.pending_days)

    def expires_on(self, day: date) -> date | None:
        """The last day of points that were earned on a day; None where points do not expire."""
        if not self.expires_months:
            return None
        last = calendar.add_months(day, self.expires_months)
        if self.month_ends:
            last = calendar.end_of_month(last)
        return max(last, self.counts_from(day))

    def window(self, today: date) -> date:
        """The first day of the purchases that ranks are reckoned from."""
        return calendar.add_months(today, -self.rank_months) + timedelta(days=1)

    def points_for(self, amount: int) -> int:
        """The points that an amount of Rials costs: rounded up, so that nobody pays less than its value."""
        return -(-amount // self.point_value)

    def most_of(self, net: int, balance: int) -> int:
        """What of an invoice may be paid by points, in Rials; nothing where the balance is below the least."""
        if balance < max(self.spend_least, 1):
            return 0
        return min(balance * self.point_value, net * self.spend_percent // 100)

    def decayed(self, balance: int, months: int, rank: int, earned: int) -> int:
        """The points that an idle member loses by the formula: never less than none, nor more than there are."""
        values: dict[str, int | Fraction] = {
            "balance": balance,
            "months": months,
            "rank": rank,
            "earned": earned,
        }
        return max(0, min(balance, int(formula.evaluate(self.decay_formula, values))))


def terms_of(runtime: Runtime) -> Terms:
    """Read the settings."""
    return Terms(**{name: runtime.setting(f"club.{name}") for name in Terms.__dataclass_fields__})


SETTINGS = (
    Setting(
        key="point_value",
        title=_("Value of a point (Rials)"),
        kind="whole",
        default=1_000,
        bounds=(1, 1_000_000_000),
        help=_("What a point takes off when it is spent; the report of liabilities reckons with it."),
        order=10,
    ),
    Setting(
        key="pending_days",
        title=_("Days until points count"),
        kind="whole",
        default=7,
        bounds=(0, 366),
        help=_("So that what is returned within these days has not been spent yet."),
        order=20,
    ),
    Setting(
        key="expires_months",
        title=_("Months after which points expire"),
        kind="whole",
        default=12,
        bounds=(0, 120),
        help=_("0: points do not expire."),
        order=30,
    ),
    Setting(
        key="month_ends",
        title=_("Points expire at the end of the month"),
        kind="yes_no",
        default=True,
        order=40,
    ),
    Setting(
        key="grace_days",
        title=_("Days for points that come back after they expired"),
        kind="whole",
        default=30,
        bounds=(1, 366),
        help=_(
            "A cancelled purchase gives back points; those that would have expired meanwhile get these days."
        ),
        order=50,
    ),
    Setting(
        key="spend_least",
        title=_("Least balance for spending"),
        kind="whole",
        default=50,
        bounds=(0, 1_000_000_000),
        order=60,
    ),
    Setting(
        key="spend_percent",
        title=_("Most of an invoice that points pay (percent)"),
        kind="whole",
        default=50,
        bounds=(0, 100),
        order=70,
    ),
    Setting(
        key="coupon_days",
        title=_("Days that a coupon is valid"),
        kind="whole",
        default=30,
        bounds=(1, 3_650),
        order=80,
    ),
    Setting(
        key="join_points",
        title=_("Points for joining"),
        kind="whole",
        default=0,
        bounds=(0, 1_000_000),
        order=90,
    ),
    Setting(
        key="birthday_points",
        title=_("Points on a member's birthday"),
        kind="whole",
        default=0,
        bounds=(0, 1_000_000),
        help=_("Once a year, to persons whose date of birth is known; 0: none."),
        order=100,
    ),
    Setting(
        key="join_on_purchase",
        title=_("Whoever buys becomes a member"),
        kind="yes_no",
        default=False,
        help=_("With the first sales invoice, where sales are kept here."),
        order=110,
    ),
    Setting(
        key="referral_percent",
        title=_("Points for the introducer (percent)"),
        kind="whole",
        default=10,
        bounds=(0, 100),
        help=_("Of the points that a purchase of the introduced member earns."),
        order=120,
    ),
    Setting(
        key="referral_months",
        title=_("Months for which an introducer gets points"),
        kind="whole",
        default=12,
        bounds=(0, 600),
        help=_("Counted from the day on which the introduced one joined; 0: for ever."),
        order=130,
    ),
    Setting(
        key="decay_after",
        title=_("Idle months after which points decay"),
        kind="whole",
        default=3,
        bounds=(0, 120),
        help=_("Without a purchase; from then on once in each further month. 0: never."),
        order=140,
    ),
    Setting(
        key="decay_formula",
        title=_("Formula of the decay"),
        default=DEFAULT_DECAY,
        check=formula.check,
        help=_(
            "How many points are lost each time. Names: balance (points), months (idle months), rank (0 is the lowest), "
            "earned (points of the last year). Signs: + - * / ( ) min( , ) max( , )"
        ),
        order=150,
    ),
    Setting(
        key="rank_months",
        title=_("Months whose purchases make the rank"),
        kind="whole",
        default=12,
        bounds=(1, 120),
        help=_("A moving window that ends today."),
        order=160,
    ),
    Setting(
        key="rank_keep_months",
        title=_("Months that a reached rank stays at least"),
        kind="whole",
        default=3,
        bounds=(0, 120),
        order=170,
    ),
    Setting(
        key="tell_rank",
        title=_("Tell members of a change of rank by SMS"),
        kind="choice",
        choices={"none": _("Never"), "up": _("When they rise"), "both": _("Always")},
        default="up",
        order=180,
    ),
)

WORDS = (
    Setting(
        key="points_word",
        title=_("Word of the SMS that asks for points"),
        default="امتیاز",
        help=_("Whoever sends it gets the balance as an answer; empty: nobody."),
        order=200,
    ),
    Setting(
        key="draw_word",
        title=_("Word of the SMS that registers for draws"),
        default="قرعه",
        help=_("Registers for all draws that ask for it."),
        order=210,
    ),
    Setting(
        key="wish_word",
        title=_("Word of the SMS that asks for something"),
        default="درخواست",
        help=_("What follows it becomes a wish for the next purchase."),
        order=220,
    ),
)
"""What is read where messages come in."""
