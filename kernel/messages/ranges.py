"""Whom a sending is for: parties as any list of them is chosen, or a range of mobile numbers of which nobody is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.extension.contributions import Setting
from kernel.fa.phone import parse_phone
from kernel.i18n import _
from kernel.parties.chosen import checked
from kernel.resources.context import Context
from kernel.resources.errors import Invalid, Problem

RANGE = "messages.largest_range"
SETTING = Setting(
    key=RANGE,
    title=_("The most numbers of one range"),
    kind="whole",
    default=10_000,
    bounds=(1, 1_000_000),
    order=40,
)


def numbers_between(context: Context, first: str, last: str) -> list[str]:
    """Give the numbers from one mobile number to another, both included, as E.164; `Invalid` names what does not fit."""
    ends = []
    for name, entered in (("first", first), ("last", last)):
        try:
            phone = parse_phone(entered or "")
        except ValueError:
            phone = None
        if phone is None or phone.kind != "mobile":
            raise Invalid([Problem(name, _("This is not a mobile number, such as 0912 345 6789."))])
        ends.append(int(phone.e164[1:]))
    count = ends[1] - ends[0] + 1
    if count < 1:
        raise Invalid([Problem("last", _("The last number comes before the first."))])
    most = context.runtime.setting(RANGE)
    if count > most:
        text = _("These are %(count)d numbers; at most %(most)d go in one sending.", count=count, most=most)
        raise Invalid([Problem("last", text)])
    return [f"+{number}" for number in range(ends[0], ends[1] + 1)]


def checked_source(
    context: Context, channel: str, source: Mapping[str, Any], problems: list[Problem]
) -> dict[str, Any]:
    """Check whom a sending is for, as far as that needs no look at the parties."""
    if not source.get("range"):
        try:
            return checked(source)
        except Invalid as error:
            problems.extend(error.problems)
            return {}
    if channel != "sms":
        problems.append(Problem("channel", _("A range of numbers is reached by SMS only.")))
    try:
        numbers = numbers_between(context, *(str(each) for each in source["range"]))
    except Invalid as error:
        problems.extend(error.problems)
        return {}
    return {"range": [numbers[0], numbers[-1]]}
