"""`peyvand access leaks`: says what each wall lets through for a user, and fails where they disagree."""

from __future__ import annotations

from kernel.testing.rows import add_parties
from kernel.testing.users import add_user


def test_the_walls_are_compared_for_a_user(peyvand, own_site, engines):
    name = own_site.name
    with engines.owner(own_site).begin() as owner:
        sara = add_user(owner, "sara", {("party", "view"): "own"})
        add_parties(owner, sara.user_id, ["یک", "دو"])
        add_parties(owner, None, ["سه"])
    ask = ("access", "leaks", "--site", name, "--user", "sara")
    told = peyvand(*ask, "--kind", "person", "--paths")
    assert "kernel.party: 3 rows; session 2, database 2, both 2, row by row 2: agree" in told
    assert "GET /persons [View]: 2 within reach" in told
    assert "GET /persons/export [Export]: not held" in told
    assert "The walls agree on" in peyvand(*ask)
    with engines.owner(own_site).begin() as owner:
        owner.exec_driver_sql("CREATE POLICY hole ON kernel.party FOR SELECT USING (true)")
    told = peyvand(*ask, "--kind", "person", status=1)
    assert "database 3, both 2, row by row 2: DISAGREE" in told


def test_who_and_what_is_not_there_is_told(peyvand, own_site, engines):
    ask = ("access", "leaks", "--site", own_site.name, "--user")
    assert "no user" in peyvand(*ask, "nobody", status=1)
    with engines.owner(own_site).begin() as owner:
        add_user(owner, "sara")
    assert "no kind of record nothing" in peyvand(*ask, "sara", "--kind", "nothing", status=2)
