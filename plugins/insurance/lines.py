"""Lines of insurance as a site has them: those that come with the plugin, and those that it defines beside them.

A line of one's own is a row of the terms with a name. Fields that only it asks are user-defined fields of policies that are
asked where the line is this one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Integer, cast, func, inspect, select

from kernel.api import Context, Problem, _, fields, squeeze
from plugins.insurance.models import Line
from plugins.insurance.trades import LINES

NOTE = "insurance.lines"
"""In the notes of a session: the names of own lines, read once."""
SAID = {
    "third_party": ("ثالث", "شخص ثالث", "ثالث خودرو"),
    "body": ("بدنه", "بدنه خودرو", "بدنه اتومبیل"),
    "driver": ("حوادث راننده", "حوادث سرنشین", "سرنشین", "راننده"),
    "fire": ("آتش سوزی",),
    "life": ("عمر", "زندگی", "عمر و زندگی", "عمر و پس انداز", "عمر و سرمایه گذاری"),
    "health": ("درمان", "درمان تکمیلی", "تکمیلی", "تکمیلی درمان"),
    "accident": ("حوادث", "حوادث اشخاص", "حوادث انفرادی", "حوادث گروهی"),
    "travel": ("مسافرتی", "مسافرت", "مسافرین"),
    "liability": ("مسئولیت", "مسوولیت", "مسئولیت مدنی"),
    "engineering": ("مهندسی",),
    "cargo": ("باربری", "حمل بار", "حمل و نقل"),
    "other": ("سایر", "متفرقه"),
}
"""How insurers call the lines in their sheets, besides the titles."""
OWN = "own"
"""How the keys of own lines begin; a number follows."""


def own_lines(context: Context) -> Mapping[str, str]:
    """Give the names of own lines by their keys, in the order of their entry."""
    held: dict[str, str] | None = context.session.info.get(NOTE)
    if held is None:
        with context.system("names of lines") as system:
            wanted = select(Line.line, Line.name).where(Line.name.is_not(None)).order_by(Line.id)
            held = {key: str(name) for key, name in system.session.execute(wanted)}
        context.session.info[NOTE] = held
    return held


def titles(context: Context) -> dict[str, str]:
    """Give the titles of all lines by their keys."""
    return {**{key: context.text(title) for key, title in LINES.items()}, **own_lines(context)}


def title_of(context: Context, key: str) -> str:
    """Give the title of a line."""
    return context.text(LINES[key]) if key in LINES else own_lines(context).get(key, key)


class LineChoice(fields.Choice):
    """A line of insurance: one that comes with the plugin, or one of the site's own."""

    def parse(self, raw: Any, context: Context) -> str:
        """Take the key, the title, or how an insurer calls it, with or without the word for insurance before it."""
        text, own = str(raw).strip(), own_lines(context)
        if text in own or text in LINES:
            return text
        named = {squeeze(word): key for key, words in SAID.items() for word in words}
        named |= {squeeze(title): key for key, title in titles(context).items()}
        wanted = squeeze(text)
        found = named.get(wanted) or named.get(wanted.removeprefix(squeeze("بیمه")))
        return found or super().parse(raw, context)

    def show(self, value: Any, context: Context) -> str:
        """The title."""
        return "" if value is None else title_of(context, str(value))

    def choices(self, context: Context) -> list[tuple[str, str]]:
        """All lines, one's own last."""
        return list(titles(context).items())

    def schema(self) -> dict[str, Any]:
        """A key; which there are besides those that come with the plugin, the site knows."""
        return {"type": "string"}


def judge_name(context: Context, line: Line) -> list[Problem]:
    """Say what is wrong with the name of an own line, and give a new one its key."""
    if line.name is None:
        return (
            [] if line.line else [Problem("line", _("Choose a line, or enter the name of one of your own."))]
        )
    taken = {squeeze(str(title)): key for key, title in LINES.items()}
    taken |= {squeeze(title): key for key, title in titles(context).items()}
    key = taken.get(squeeze(line.name))
    if key is not None and (line.id is None or key != line.line):
        return [Problem("name", _("There is already a line of this name."))]
    if line.insurer_id is not None:
        return [
            Problem(
                "insurer", _("A line of your own is for all insurers; enter their terms for it afterwards.")
            )
        ]
    if line.line is None:
        line.line = _next_key(context)
    elif line.id is None or not line.line.startswith(OWN) or inspect(line).attrs.line.history.has_changes():
        return [Problem("name", _("A line has one name: leave the choice or the name empty."))]
    return []


def _next_key(context: Context) -> str:
    with context.system("the key of an own line") as system:
        number = cast(func.substr(Line.line, len(OWN) + 1), Integer)
        wanted = select(func.max(number)).where(Line.name.is_not(None))
        return f"{OWN}{(system.session.execute(wanted).scalar_one() or 0) + 1}"


def own_row(context: Context, key: str) -> int | None:
    """Give the row that defines an own line; None for a line that comes with the plugin."""
    if key in LINES:
        return None
    with context.system("the row of an own line") as system:
        wanted = select(Line.id).where(Line.line == key, Line.name.is_not(None))
        return system.session.execute(wanted).scalar_one_or_none()
