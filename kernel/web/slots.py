"""Slots: the named places of the kernel's templates in which plugins may put something.

They are the only way into another's page. What each gives its plugins stands in `SLOTS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import g
from markupsafe import Markup

from kernel.web.current import current

SLOTS: Mapping[str, str] = {
    "home.top": "Above the blocks of the home page; the subject is None.",
    "list.top": "Above the rows of a list; the subject is the resource's name.",
    "form.foot": "Below the fields of a form; the subject is (name of the resource, id or None).",
    "record.head": "Beside the name on a record's page; the subject is (name of the resource, id).",
    "record.facts": "Below the facts on a record's page; the subject is (name of the resource, id).",
    "record.side": "Above the conversation on a record's page; the subject is (name of the resource, id).",
    "sign_in.foot": "Below the sign-in form; the subject is None. Nobody is signed in.",
}
"""Every slot, and what its `subject` is."""


def slot(name: str, subject: Any = None) -> Markup:
    """Give what the enabled plugins put into the slot `name`, in their order; a failing one is left out."""
    if name not in SLOTS:
        raise LookupError(f"there is no slot {name}")
    answers = current().runtime.gather("slot", ctx=current(), name=name, subject=subject)
    note_failed(answers.failed)
    return Markup("").join(Markup("").join([answer.value]) for answer in answers)


def note_failed(plugins: tuple[str, ...]) -> None:
    """Remember plugins whose part of this page is missing, for the notice to staff."""
    g.setdefault("failed_plugins", set()).update(plugins)
