"""Two owners become one, a person is erased, a dealer's firm is merged: registrations stay, words go."""

from __future__ import annotations

import pytest

from kernel.resources.errors import CommandError, Refused
from plugins.carpet.models import Claim
from plugins.carpet.outcomes import UNKNOWN
from plugins.carpet.tests.conftest import House
from plugins.carpet.tests.test_pages import claimed, registered

SECRET = "راز آن خانه"


def test_who_disputed_with_himself_has_no_dispute_any_more(house: House) -> None:
    guarantee = registered(house, 1, 0)
    house.say("+989121110002", f"{house.serial(1)} {house.code(1)}")
    assert len(house.disputes()) == 1
    house.run("party.merge", kept=house.persons[1], dropped=house.persons[0])
    assert house.disputes() == []
    (made,) = house.guarantees()
    assert (made.id, made.party_id) == (guarantee, house.persons[1])


def test_two_dealers_are_not_merged_by_themselves(house: House) -> None:
    firms = [row[0] for row in house.rows("SELECT party_id FROM carpet.dealer ORDER BY id")]
    with pytest.raises(Refused):
        house.run("party.merge", kept=firms[0], dropped=firms[1])


def test_an_erased_owner_leaves_a_registered_carpet_without_a_word(house: House) -> None:
    guarantee = registered(house, 1, 0)
    claim = claimed(house, guarantee)
    with house.runtime.system_work("words", "test.words") as context:
        context.session.get_one(Claim, claim).findings = SECRET
    house.say("+989121110001", f"{house.serial(2)} {house.code(3)}")
    house.run("party.erase", party_id=house.persons[0], confirmed=house.persons[0])
    (made,) = house.guarantees()
    assert (made.consent, made.note) == (False, None)
    assert house.all(Claim)[0].findings is None
    assert house.rows("SELECT count(*) FROM carpet.attempt WHERE who LIKE 'sms:%'") == [(0,)]
    again = house.run("carpet.register", serial=house.serial(1), party=house.persons[1])
    assert again.kind not in (UNKNOWN, "registered")


def test_a_dealer_is_one_among_the_roles(house: House) -> None:
    roles = house.rows(
        "SELECT count(*) FROM kernel.party_role r JOIN carpet.dealer d ON d.party_id = r.party_id "
        "WHERE r.role = 'carpet.dealer'"
    )
    assert roles == [(2,)]


def test_a_dealer_with_carpets_is_not_deleted(house: House) -> None:
    with pytest.raises(CommandError):
        house.run("record.delete", resource="carpet.dealer", record_id=house.dealers[0])
