"""What every page shows of its user's own costs one statement, whatever there is of it."""

from __future__ import annotations

from typing import Any

from kernel.data.engines import Engines
from kernel.data.site import Site
from tests.web.conftest import ALL, SignIn
from tests.web.test_phone_book import counting


def test_bell_star_and_bar_are_one_statement(
    sign_in: SignIn, run: Any, id_of: Any, site: Site, engines: Engines
) -> None:
    sara = sign_in("sara", ALL)
    person = sara.made("/persons/new", last_name="احمدی")
    sara.post("/opened", {"resource": "person", "id": person.rpartition("/")[2]})
    sara.post("/favourites", {"resource": "person", "id": person.rpartition("/")[2]})
    run(
        "INSERT INTO kernel.notice (user_id, kind, message, told_at) SELECT :u, 'kernel.limit',"
        ' \'{"message": "Notice", "plural": null, "context": null, "values": {}}\', now() FROM generate_series(1, 20)',
        u=int(id_of("sara")),
    )
    for address in ("/search", "/persons", person):
        sara.get(address)
        with counting(engines.app(site)) as statements:
            sara.get(address)
        own = ("notice", "opened_record", "favourite", "own_choice")
        assert sum(any(f"kernel.{table}" in each for table in own) for each in statements) == 1, address
