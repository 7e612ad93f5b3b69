"""Each schema has a registry of its own: what is broken in one plugin's models stays there."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import relationship

from kernel.data.base import META, Identified, KernelBase, schema_base


def test_a_mapper_that_cannot_be_configured_does_not_take_those_of_others_with_it() -> None:
    first, second = schema_base("firsttest"), schema_base("secondtest")

    class Broken(Identified, first):  # type: ignore[valid-type, misc]
        __tablename__ = "broken"
        other = relationship("Nowhere")

    class Sound(Identified, second):  # type: ignore[valid-type, misc]
        __tablename__ = "sound"

    try:
        assert Broken.registry is not Sound.registry
        Sound.registry.configure()
        assert str(select(Sound.id)).startswith("SELECT secondtest.sound.id")
        with pytest.raises(InvalidRequestError, match="Nowhere"):
            Broken.registry.configure()
        assert str(select(Sound)).startswith("SELECT secondtest.sound.id")
    finally:
        for table in (Broken.__table__, Sound.__table__):
            META.remove(table)
        first.registry.dispose()
        second.registry.dispose()


def test_the_kernels_own_classes_stand_in_its_registry() -> None:
    assert {"Party", "UserAccount"} <= {each.class_.__name__ for each in KernelBase.registry.mappers}
