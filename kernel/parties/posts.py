"""Posts over time: who held which position where on a day, and how a post goes on: promotion, change of firm, end.

Several posts may be held at once. A post is seen by who sees the person and the organisation, and written by who may
edit one of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, inspect, or_, select
from sqlalchemy.orm import aliased

from kernel.access.session import allowed_ids
from kernel.i18n import _
from kernel.parties.employments import POSITIONS, prepare_employment
from kernel.parties.models import Employment, Party
from kernel.parties.periods import covers, holds_on, since_field, until_field
from kernel.resources.commands import command
from kernel.resources.context import Context
from kernel.resources.errors import EditConflict, Forbidden, Invalid, NotFound, Problem
from kernel.resources.fields import BaseChoice, Day, Field, Link, Text
from kernel.resources.models import BaseValue
from kernel.resources.records.load import announce
from kernel.resources.records.values import read_values

PERSON_FIELD = Link("person", _("Person"), to="person", attribute="person_id", required=True)
ORGANISATION_FIELD = Link(
    "organisation", _("Organisation"), to="organisation", attribute="organisation_id", required=True
)
POSITION_FIELD = BaseChoice("position", _("Position"), source=POSITIONS, attribute="position_id")
UNIT_FIELD = Text("unit", _("Organisational unit"), limit=200)
DETAILS: tuple[Field, ...] = (POSITION_FIELD, UNIT_FIELD)
DATES: tuple[Field, ...] = (since_field(), until_field())
FROM = Day("since", _("From this day on"), required=True)
_PERSON, _ORGANISATION = aliased(Party), aliased(Party)
OWN = frozenset(("id", "version", "created_at", "created_by", "updated_at", "updated_by"))


@dataclass(frozen=True)
class Post:
    """A post with the names that belong to it, as a record of its time is to show them."""

    id: int
    person_id: int
    person: str
    organisation_id: int
    organisation: str
    position_id: int | None
    position: str
    unit: str
    is_contact: bool
    since: date | None
    until: date | None
    version: int

    @property
    def what(self) -> str:
        """Position and unit in one line; empty where neither is known."""
        return "، ".join(filter(None, (self.position, self.unit)))

    def holds_on(self, day: date) -> bool:
        """Say whether it is held on a day."""
        return covers(self.since, self.until, day)


def posts_of(context: Context, person_ids: Sequence[int]) -> dict[int, list[Post]]:
    """Give all posts of each person, the latest first, past ones too; one query for all.

    `post.holds_on(day)` then says which of them was held on a day: entries of many days need no query each.
    """
    return _by(_posts(context, Employment.person_id.in_(list(person_ids))), "person_id")


def posts_at(context: Context, person_ids: Sequence[int], on: date) -> dict[int, list[Post]]:
    """Give the posts that each person held on a day, the latest first; one query for all."""
    held = _posts(context, Employment.person_id.in_(list(person_ids)), holds_on(Employment, on))
    return _by(held, "person_id")


def staff_of(context: Context, organisation_ids: Sequence[int]) -> dict[int, list[Post]]:
    """Give all posts at each organisation, the latest first, past ones too; one query for all."""
    return _by(_posts(context, Employment.organisation_id.in_(list(organisation_ids))), "organisation_id")


def staff_at(context: Context, organisation_ids: Sequence[int], on: date) -> dict[int, list[Post]]:
    """Give the posts held at each organisation on a day; one query for all."""
    at = Employment.organisation_id.in_(list(organisation_ids))
    return _by(_posts(context, at, holds_on(Employment, on)), "organisation_id")


def staff_in_part(
    context: Context, organisation_id: int, *, on: date | None = None, former: bool = False, limit: int = 30
) -> list[Post]:
    """Give some of the posts at an organisation for its page, contact persons first, then the latest; one query.

    Those held on the day `on`; without it those that have not ended today, or with `former` those that have.
    """
    over = Employment.until < context.today
    chosen = holds_on(Employment, on) if on else over if former else or_(Employment.until.is_(None), ~over)
    contacts = (Employment.is_main_contact.desc(), Employment.is_contact.desc())
    return _posts(context, Employment.organisation_id == organisation_id, chosen, first=contacts, limit=limit)


def _posts(
    context: Context,
    *conditions: ColumnElement[bool],
    first: Sequence[ColumnElement[Any]] = (),
    limit: int | None = None,
) -> list[Post]:
    statement = (
        select(
            Employment.id,
            Employment.person_id,
            _PERSON.display_name,
            Employment.organisation_id,
            _ORGANISATION.display_name,
            Employment.position_id,
            func.coalesce(BaseValue.title, ""),
            func.coalesce(Employment.unit, ""),
            Employment.is_contact,
            Employment.since,
            Employment.until,
            Employment.version,
        )
        .join(_PERSON, _PERSON.id == Employment.person_id)
        .join(_ORGANISATION, _ORGANISATION.id == Employment.organisation_id)
        .outerjoin(BaseValue, BaseValue.id == Employment.position_id)
        .where(*conditions)
        .order_by(*first, Employment.since.desc().nulls_last(), Employment.id.desc())
        .limit(limit)
    )
    rows: list[Any] = list(context.session.execute(statement))
    return [Post(*row) for row in rows]


def _by(posts: Sequence[Post], key: str) -> dict[int, list[Post]]:
    found: dict[int, list[Post]] = {}
    for post in posts:
        found.setdefault(getattr(post, key), []).append(post)
    return found


@command("post.add", _("Record a post"), resource="party", action="edit")
def add(
    context: Context,
    *,
    person: Any,
    organisation: Any,
    position: Any = None,
    unit: Any = None,
    since: Any = None,
    until: Any = None,
) -> int:
    """Record that a person holds a post at an organisation, beside any others; gives the post's id."""
    raw = {
        "person": person,
        "organisation": organisation,
        "position": position,
        "unit": unit,
        "since": since,
        "until": until,
    }
    values = _read(context, (PERSON_FIELD, ORGANISATION_FIELD, *DETAILS, *DATES), raw)
    post = Employment(**values)
    _must_edit_one(context, (post.person_id, post.organisation_id))
    return _store(context, post)


@command("post.edit", _("Correct a post"), resource="party", action="edit")
def edit(
    context: Context,
    *,
    post_id: int,
    version: int | None = None,
    position: Any = None,
    unit: Any = None,
    since: Any = None,
    until: Any = None,
) -> int:
    """Correct a post that was entered wrongly; what stood there before stays in the history.

    For what has changed in life there are `post.promote`, `post.move` and `post.end`.
    """
    post = _own(context, post_id)
    if version is not None and post.version != version:
        raise EditConflict()
    raw = {"position": position, "unit": unit, "since": since, "until": until}
    values = _read(context, (*DETAILS, *DATES), raw)
    _check_days(values["since"], values["until"])
    for name, value in values.items():
        setattr(post, name, value)
    return _store(context, post)


@command("post.end", _("End a post"), resource="party", action="edit")
def end(context: Context, *, post_id: int, until: Any = None) -> int:
    """End a post on its last day, today where none is named; it stays among the former ones."""
    post = _own(context, post_id)
    last = _read(context, (until_field(),), {"until": until})["until"]
    if last is None:
        last = max(context.today, post.since) if post.since else context.today
    _check_days(post.since, last)
    post.until = last
    return _store(context, post)


@command("post.promote", _("Promote to another position"), resource="party", action="edit")
def promote(
    context: Context, *, post_id: int, since: Any = None, position: Any = None, unit: Any = None
) -> int:
    """Go on at the same organisation in another position or unit from a day on; gives the new post's id.

    The present post ends the day before; whatever else is said of it (contact person …) holds for the new one, too.
    """
    post = _own(context, post_id)
    values = _read(context, (FROM, *DETAILS), {"since": since, "position": position, "unit": unit})
    if (values["position_id"], values["unit"]) == (post.position_id, post.unit):
        raise Invalid([Problem("position", _("Choose another position or unit than before."))])
    kept = {
        attribute.key: getattr(post, attribute.key)
        for attribute in inspect(Employment).column_attrs
        if attribute.key not in OWN
    }
    lasting = post.until is None or post.until >= values["since"]
    return _go_on(context, post, {**kept, **values, "until": post.until if lasting else None})


@command("post.move", _("Change to another organisation"), resource="party", action="edit")
def move(
    context: Context,
    *,
    post_id: int,
    since: Any = None,
    organisation: Any = None,
    position: Any = None,
    unit: Any = None,
) -> int:
    """Change to another organisation from a day on; gives the new post's id.

    The present post ends the day before and stays with the former organisation and with the person.
    """
    post = _own(context, post_id)
    raw = {"since": since, "organisation": organisation, "position": position, "unit": unit}
    values = _read(context, (FROM, ORGANISATION_FIELD, *DETAILS), raw)
    if values["organisation_id"] == post.organisation_id:
        text = _("This is the present organisation; promote for another position there.")
        raise Invalid([Problem("organisation", text)])
    _must_edit_one(context, (post.person_id, values["organisation_id"]))
    return _go_on(context, post, {"person_id": post.person_id, **values})


@command("post.remove", _("Remove a post"), resource="party", action="edit")
def remove(context: Context, *, post_id: int) -> None:
    """Remove a post that never was; one that is over is ended instead."""
    post = _own(context, post_id)
    ends = (post.person_id, post.organisation_id)
    context.session.delete(post)
    context.session.flush()
    _announce(context, ends)


def _go_on(context: Context, post: Employment, values: dict[str, Any]) -> int:
    since: date = values["since"]
    if post.since is not None and since <= post.since:
        raise Invalid([Problem("since", _("This must be after the day on which the present post began."))])
    if post.until is not None and post.until < since - timedelta(days=1):
        raise Invalid([Problem("since", _("The post had ended before; record a new one instead."))])
    post.until = since - timedelta(days=1)
    return _store(context, Employment(**values))


def _store(context: Context, post: Employment) -> int:
    with context.session.no_autoflush:
        problems = prepare_employment(context, post, {})
    if problems:
        raise Invalid(problems)
    context.session.add(post)
    context.session.flush()
    _announce(context, (post.person_id, post.organisation_id))
    return post.id


def _read(context: Context, fields: Sequence[Field], raw: dict[str, Any]) -> dict[str, Any]:
    read = read_values(fields, raw, context, all_required=True)
    if read.problems:
        raise Invalid(read.problems)
    return {item.attribute: read.values[item.name] for item in fields}


def _check_days(since: date | None, until: date | None) -> None:
    if since is not None and until is not None and until < since:
        raise Invalid([Problem("until", _("A post cannot end before it begins."))])


def _own(context: Context, post_id: int) -> Employment:
    """Give a post that the actor may change; `NotFound` where he does not see it, `Forbidden` where he only sees it."""
    if post_id not in allowed_ids(context.session, Employment, [post_id], "edit"):
        seen = select(Employment.id).where(Employment.id == post_id)
        raise NotFound() if context.session.execute(seen).first() is None else Forbidden()
    statement = select(Employment).where(Employment.id == post_id).with_for_update()
    found = context.session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def _must_edit_one(context: Context, ends: Sequence[int]) -> None:
    if not allowed_ids(context.session, Party, list(ends), "edit"):
        raise Forbidden()


def _announce(context: Context, ends: Sequence[int]) -> None:
    announce(context, context.runtime.resource("person"), sorted(set(ends)), "changed")
