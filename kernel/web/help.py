"""Help on a page: what it is for and how one works with it, in a few sentences. Resources and entries of the menu declare
theirs as `help`; the kernel's own pages have it here.
"""

from __future__ import annotations

from collections.abc import Mapping

from kernel.i18n import LazyText, _
from kernel.resources.context import Context
from kernel.web.menu_entries import address_of, menu_items

HELP: Mapping[str, LazyText] = {
    "/": _(
        "Your desk: how much there is, what waits for you today, and what you opened or worked on last. Press"
        " Ctrl K to get from here to any person, page or command by typing a few letters."
    ),
    "/persons": _(
        "All persons whom you may see. Filter the list, sort it by the heads of its columns, and save a list "
        "that you need often as a view. Tick rows to message, group or hand over many at once. Whoever is "
        "there already is recognised by name, phone and national code while you enter him."
    ),
    "/organisations": _(
        "Firms, offices and other organisations. Their people stand on their page with their positions; "
        "whoever is the main contact gets what is sent to the firm."
    ),
    "/phone-book": _(
        "Persons and organisations in one list with their numbers. Press a number to call it from a phone."
    ),
    "/interactions": _(
        "What was said and done with customers: calls, visits, messages. Press F9 on any page to record one. "
        "An interaction with a day of follow-up comes back to whoever is in charge on that morning."
    ),
    "/calls": _(
        "Calls as the telephone system tells of them. One without a record waits until somebody writes what "
        "it was about."
    ),
    "/groups": _(
        "Groups that you put together by hand, one below another as in a tree. A person may be in many. For "
        "groups that follow a rule by themselves, use segments."
    ),
    "/segments": _(
        "A segment is a filter under a name: who fits it is reckoned anew each time. It can be the target of "
        "messages, of reminders, and of limits that you watch. Freeze it to keep the people of today as a "
        "group."
    ),
    "/outbox": _(
        "Everything that is sent, and what became of it: waiting, delivered, refused, with the reason. What "
        "is uncertain is never sent twice by itself."
    ),
    "/inbound": _(
        "Messages that came in. Those whose sender is known stand on his page as well; the others wait for "
        "you here."
    ),
    "/reminders": _(
        "What is to be remembered today: birthdays, ends of contracts and other dates, as the ladders of "
        "reminders say. Tick rows to write to all of them, or mark them as seen to."
    ),
    "/reports": _(
        "Reports that count and sum lists by month, city, user or whatever you choose. Only records that you "
        "may see are counted."
    ),
    "/notices": _(
        "What concerns you: ended work, due reminders, records that were handed over to you. Choose which "
        "kinds you get, and which by e-mail as well. Nobody else sees your notices."
    ),
    "/favourites": _(
        "Records to which you gave a star, in your order, and those that you opened last. Nobody else sees "
        "them, and what you may not see any more drops out."
    ),
    "/work": _(
        "Long work that you asked for: imports, exports, many records at once. You may leave the page; it "
        "goes on."
    ),
    "/account": _(
        "Your password, your language, where you are signed in, the second step at signing in, and tokens for programs."
    ),
    "/administration/users": _(
        "Who may sign in. What somebody may see and do comes from the access patterns that he holds; a new "
        "user without patterns sees nothing. Whoever leaves hands over his records first."
    ),
    "/administration/patterns": _(
        "A pattern is a set of rights that several users hold, such as that of the front desk. For each right"
        " choose over which records it reaches: all, one's own, those of the team, or those of places."
    ),
    "/administration/settings": _(
        "Settings of the site and of its plugins. Each says what it changes; they hold at once, for "
        "everybody."
    ),
    "/administration/days-off": _(
        "The days of the week on which this site rests, and the holidays to come. Calendars, reminders, reports"
        " by e-mail and jobs of working days keep to both, from the moment that you save."
    ),
    "/administration/plugins": _(
        "Plugins add whole trades. Pausing one hides its pages and keeps its records; uninstalling keeps an "
        "archive from which it can be restored."
    ),
    "/administration/backups": _(
        "Backups of database and files. Take one before larger changes, and keep a copy on another machine."
    ),
}
"""By the beginning of the address; the longest that fits is told."""
OF_A_LIST = _(
    "Type to search; choose a field beside it to filter by. The heads of columns sort, rows can be put together by"
    " field or month with their sums, and a list that you need often is kept as a view. Tick rows to do something "
    "with many at once; a right click on a row shows what can be done with that one."
)
OF_A_RECORD = _(
    "The facts stand on one side, notes and events on the other, the newest first; files and history have tabs of "
    "their own. The pen beside a fact edits it. J and K lead to the next and previous record of the list from "
    "which you came."
)
OF_A_FORM = _(
    "Fields with a star are needed. A plus beside a field enters a value that is missing, without leaving the form. "
    "What you type is kept on this device until you save; a field that is refused says why beside it."
)
"""Told of kinds that declare no help of their own."""


def help_on(context: Context, path: str) -> str:
    """Give the help on the page at an address; empty where there is none."""
    declared: dict[str, LazyText | str] = dict(HELP)
    for _plugin, item in menu_items(context):
        address = address_of(item.target) if item.help else None
        if address is not None:
            declared[address.partition("?")[0]] = item.help
    for resource in context.runtime.resources.values():
        if resource.help:
            declared[f"/{resource.path}"] = resource.help
        else:
            declared.setdefault(f"/{resource.path}", _of_kind(path, f"/{resource.path}"))
    fitting = [each for each in declared if path == each or (each != "/" and path.startswith(f"{each}/"))]
    return context.text(declared[max(fitting, key=len)]) if fitting else ""


def _of_kind(path: str, address: str) -> LazyText:
    if path == address:
        return OF_A_LIST
    return OF_A_FORM if path.endswith(("/new", "/edit")) else OF_A_RECORD
