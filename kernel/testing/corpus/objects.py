"""Objects in a session: refreshing, merging, attaching by hand, and writing through a flush."""

# ruff: noqa: D103 - each shape is named by what it does

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

from kernel.testing.corpus.subject import Shapes, Subject

OBJECTS = Shapes()
ONE = ("single",)


def _smuggled(s: Subject) -> Any:
    """An object that claims to be the hidden row, without having been loaded."""
    found = s.model(**{s.key_name: s.some_hidden})
    make_transient_to_detached(found)
    return found


def _shown(s: Subject, found: Any) -> set[int]:
    """Reading a loaded value of a hidden row is seeing it."""
    return {*s.visible, *([s.some_hidden] if found is not None else [])}


def _visible(session: Session, s: Subject) -> Any:
    return session.scalars(select(s.model).where(s.key == s.some_visible)).one()


@OBJECTS.add("refused", needs=ONE, fails="must")
def attached_by_hand(session: Session, s: Subject) -> set[int]:
    found = _smuggled(s)
    session.add(found)
    return _shown(s, getattr(found, s.column))


@OBJECTS.add("refused", needs=ONE, fails="must")
def attached_and_refreshed(session: Session, s: Subject) -> set[int]:
    found = _smuggled(s)
    session.add(found)
    session.refresh(found)
    return _shown(s, getattr(found, s.column))


@OBJECTS.add("refused", needs=ONE, fails="must")
def merged_unread(session: Session, s: Subject) -> set[int]:
    found = session.merge(_smuggled(s), load=False)
    return _shown(s, getattr(found, s.column))


@OBJECTS.add("refused", needs=ONE, fails="must")
def attached_and_changed(session: Session, s: Subject) -> None:
    found = _smuggled(s)
    session.add(found)
    set_committed_value(found, s.column, "before")
    setattr(found, s.column, "taken")
    session.flush()


@OBJECTS.add("refused", needs=ONE, fails="may")
def attached_and_deleted(session: Session, s: Subject) -> None:
    session.delete(_smuggled(s))
    session.flush()


@OBJECTS.add("refused", needs=(*ONE, "children"))
def relationships_without_a_row(session: Session, s: Subject) -> set[int]:
    found = s.model(**{s.key_name: s.some_hidden})
    session.enable_relationship_loading(found)
    return {*s.visible, *([s.some_hidden] if list(getattr(found, s.children or "")) else [])}


@OBJECTS.add(needs=ONE)
def refreshed(session: Session, s: Subject) -> set[int]:
    found = session.scalars(select(s.model)).all()
    for each in found:
        session.refresh(each)
    return s.ids(found)


@OBJECTS.add(needs=ONE)
def expired(session: Session, s: Subject) -> set[int]:
    found = session.scalars(select(s.model)).all()
    session.expire_all()
    read = [(getattr(each, s.column), getattr(each, s.key_name)) for each in found]
    return {key for _value, key in read}


@OBJECTS.add(needs=ONE)
def read_again(session: Session, s: Subject) -> set[int]:
    session.scalars(select(s.model)).all()
    return s.ids(session.scalars(select(s.model).execution_options(populate_existing=True)))


@OBJECTS.add("refused", needs=("foreign",), fails="must")
def made_for_another(session: Session, s: Subject) -> None:
    assert s.foreign is not None
    session.add(s.foreign())
    session.flush()


@OBJECTS.add("refused", needs=("foreign",), fails="must")
def made_in_bulk(session: Session, s: Subject) -> None:
    assert s.foreign is not None
    session.bulk_save_objects([s.foreign()])


@OBJECTS.add("refused", needs=("below",), fails="must")
def made_below_a_hidden_row(session: Session, s: Subject) -> None:
    assert s.below is not None
    session.add(s.below(s.some_hidden))
    session.flush()


@OBJECTS.add("refused", needs=("give_away",), fails="must")
def given_away(session: Session, s: Subject) -> None:
    assert s.give_away is not None
    s.give_away(_visible(session, s))
    session.flush()


@OBJECTS.add("refused", needs=("below", "single"), fails="must")
def moved_below_a_hidden_row(session: Session, s: Subject) -> None:
    assert s.below is not None
    moved = s.below(s.some_visible)
    session.add(moved)
    session.flush()
    for name, value in vars(s.below(s.some_hidden)).items():
        if not name.startswith("_"):
            setattr(moved, name, value)
    session.flush()


@OBJECTS.add(needs=ONE, fails="must")
def merged_over_a_hidden_row(session: Session, s: Subject) -> None:
    """A hidden row looks absent, so merging makes a new one, and the key refuses it."""
    session.merge(s.model(**{s.key_name: s.some_hidden, s.column: "taken"}))
    session.flush()
