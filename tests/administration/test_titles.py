"""A title of persons that is renamed is renamed in the names of all who carry it."""

from __future__ import annotations

from sqlalchemy import select

from kernel.administration.assembly import assemble
from kernel.parties.models import Party
from kernel.resources.build import build_runtime
from kernel.resources.models import BaseValue


def test_a_renamed_title_is_renamed_in_names(site, engines, make_user) -> None:
    assemble()
    runtime = build_runtime(site, engines)
    head = make_user("head", administrator=True)
    title = runtime.execute(head, "base_data.add", source="title", title="Captain")
    person = runtime.execute(
        head, "record.create", resource="person", values={"title": title, "last_name": "Rad"}
    )
    with runtime.reading(head) as context:
        name = select(Party.display_name).where(Party.id == person)
        assert "Captain" in context.session.execute(name).scalar_one()
        version = context.session.execute(select(BaseValue.version).where(BaseValue.id == title)).scalar_one()
    runtime.execute(head, "base_data.rename", value_id=title, title="Commander", version=version)
    with runtime.reading(head) as context:
        assert "Commander" in context.session.execute(name).scalar_one()
