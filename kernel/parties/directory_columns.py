"""Columns of the phone book out of what hangs on parties: the posts of persons, and further contact details."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from kernel.fa.locales import is_persian
from kernel.fa.phone import format_phone
from kernel.i18n import LazyText, _
from kernel.i18n.numbers import localise_digits
from kernel.parties.contacts import VALUE, ContactValue
from kernel.parties.models import ContactPoint
from kernel.parties.posts import Post, posts_at
from kernel.resources.context import Context
from kernel.resources.fields.gathered import Gathered

NUMBERS = ("mobile", "phone", "fax", "sms_line")
"""Kinds of contact details with a number."""
APART = "\u2066%s\u2069"
"""Sets a number or address apart from the text around it, left to right: its groups would change their order in Persian."""
_SHOWN = ContactValue("value", VALUE)


class PostsToday(Gathered):
    """The posts that a person holds today, at the organisations that the reader sees; organisations have none."""

    def __init__(self) -> None:
        super().__init__("posts", _("Posts"))

    def gather(self, ids: Sequence[int], context: Context) -> Mapping[int, list[Post]]:
        """Posts of today by person, the latest first."""
        return posts_at(context, ids, context.today)

    def show(self, value: Any, context: Context) -> str:
        """Position, unit and organisation of each."""
        return _several((_post(post, context) for post in value or ()), "؛ ", "; ", context)


class FurtherContacts(Gathered):
    """Contact details of some kinds beside the main ones, in the order in which they were entered."""

    def __init__(self, name: str, title: LazyText, kinds: Sequence[str]) -> None:
        super().__init__(name, title, private=True, same_as=("contacts-value",))
        self.kinds = kinds

    def gather(self, ids: Sequence[int], context: Context) -> Mapping[int, list[Any]]:
        """Value, extension and label of each, by party."""
        statement = (
            select(
                ContactPoint.party_id,
                ContactPoint.value,
                ContactPoint.extension,
                ContactPoint.label,
            )
            .where(ContactPoint.party_id.in_(list(ids)), ContactPoint.kind.in_(self.kinds))
            .order_by(ContactPoint.party_id, ContactPoint.id)
        )
        found: dict[int, list[Any]] = {}
        for party_id, *detail in context.session.execute(statement):
            found.setdefault(party_id, []).append(detail)
        return found

    def show(self, value: Any, context: Context) -> str:
        """As people read them, with extension and whose they are."""
        return self._written(value, context, lambda text: APART % _SHOWN.show(text, context))

    def export(self, value: Any, context: Context) -> Any:
        """Numbers in national form without spaces, as those of the main columns."""
        return self._written(value, context, _plain) or None

    def _written(self, value: Any, context: Context, write: Callable[[str], str]) -> str:
        texts = []
        for text, extension, label in value or ():
            written = write(text)
            if extension:
                digits = localise_digits(extension, context.locale)
                words = _("%(number)s ext. %(extension)s", number=written, extension=digits)
                written = context.text(words)
            texts.append(f"{written} ({label})" if label else written)
        return _several(texts, "، ", ", ", context)


def _plain(text: str) -> str:
    return format_phone(text, digits="en").replace(" ", "") if text.startswith("+") else text


def _post(post: Post, context: Context) -> str:
    if not post.what:
        return post.organisation
    words = _("%(post)s at %(organisation)s", post=post.what, organisation=post.organisation)
    return context.text(words)


def _several(texts: Iterable[str], persian: str, other: str, context: Context) -> str:
    return (persian if is_persian(context.locale) else other).join(texts)
