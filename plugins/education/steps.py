"""The first steps of an academy: a course, a teacher, the first calendar course, the first student."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from kernel.api import Context, FirstStep, _
from plugins.education.models import Course, Enrolment, Offering, Teacher


def first_steps(context: Context) -> Iterator[FirstStep]:
    """Give the steps, each ticked where the actor sees that it was taken."""

    def there(model: Any) -> bool:
        return context.session.execute(select(model.id).limit(1)).first() is not None

    wanted = (
        ("course", _("Enter a course with its fee and graded items"), "/education/courses/new", Course),
        ("teacher", _("Enter a teacher"), "/education/teachers/new", Teacher),
        ("offering", _("Open a calendar course"), "/education/offerings/new", Offering),
        ("enrolment", _("Enrol the first student from its class page"), "/education/offerings", Enrolment),
    )
    for place, (key, title, url, model) in enumerate(wanted):
        yield FirstStep(
            key=key,
            title=title,
            url=url,
            done=there(model),
            permission=(f"education.{key}", "create"),
            order=120 + place,
        )
