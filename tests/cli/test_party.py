"""`peyvand party erase`: the plan, the number once more, and nothing left."""

from __future__ import annotations

from sqlalchemy import text

from kernel.access.actor import SYSTEM
from kernel.resources.build import build_runtime


def test_a_persons_data_are_erased_after_a_dry_run(peyvand, own_site, engines):
    runtime = build_runtime(own_site, engines)
    number = runtime.execute(
        SYSTEM("test"), "record.create", resource="person", values={"last_name": "Zarrinpour"}
    )
    site = ("--site", own_site.name)

    def name():
        with engines.owner(own_site).connect() as owner:
            return owner.execute(text("SELECT last_name FROM kernel.party")).scalar_one()

    shown = peyvand("party", "erase", str(number), "--dry-run", *site)
    assert "emptied; the number stays" in " ".join(shown.split())
    assert name() == "Zarrinpour"
    peyvand("party", "erase", str(number), *site, input=f"{number + 1}\n", status=1)
    assert name() == "Zarrinpour"
    assert "are erased" in peyvand("party", "erase", str(number), *site, input=f"{number}\n")
    assert "Zarrinpour" not in name()
    assert "not found" in peyvand("party", "erase", str(number + 7), "--yes", *site, status=1)
