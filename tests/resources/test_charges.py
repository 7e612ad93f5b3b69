"""What goes along with a record that is handed over: rows that hang on it and are of the same user, as declared."""

from __future__ import annotations

from sqlalchemy import select

from kernel.resources.models import History
from kernel.resources.resource import Charge
from tests.resources import bazaar
from tests.resources.bazaar import Client


def test_what_hangs_on_a_record_and_is_of_the_same_user_goes_along(bazaar_site, engines, user, add):
    runtime = bazaar.build_runtime(bazaar_site, engines, charges=(Charge("owner_id", along="referrer_id"),))
    giver, taker, other = (user(name, {("client", "view"): "all"}).user_id for name in ("a", "b", "c"))
    boss = user("boss", {("client", "view"): "all", ("client", "assign"): "all"})
    (first,) = add({"name": "نخست", "owner_id": giver})
    along, not_his, free = add(
        {"name": "همراه", "owner_id": giver, "referrer_id": first},
        {"name": "دیگری", "owner_id": other, "referrer_id": first},
        {"name": "آزاد", "owner_id": giver},
    )
    runtime.execute(boss, "record.assign", resource="client", record_id=first, owner=taker)
    with runtime.reading(boss) as context:
        owners = dict(context.session.execute(select(Client.id, Client.owner_id)).all())
        assert owners == {first: taker, along: taker, not_his: other, free: giver}
        with context.system("test") as system:
            told = system.session.execute(
                select(History.root_id, History.changes).where(History.command == "record.assign")
            ).all()
    assert {row[0]: row[1] for row in told} == {
        first: {"owner_id": [giver, taker]},
        along: {"owner_id": [giver, taker]},
    }
