import stat
from importlib import import_module
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from kernel.access import signin
from kernel.administration.demo import make_demo, people
from kernel.administration.demo.modules import own_name
from kernel.administration.demo.signins import new_password, place, read_sign_ins, write_sign_ins
from kernel.administration.demo.standing import OWN
from kernel.fa.identity import legal_id, national_code
from kernel.fa.phone import parse_phone
from kernel.parties.models import Party
from kernel.resources.build import build_runtime

MANY = 3000


def test_numbers_are_right_and_nobody_shares_one():
    codes = [national_code(people.national_code(index)) for index in range(MANY)]
    firms = [legal_id(people.legal_id(index)) for index in range(MANY)]
    mobiles = [parse_phone(people.mobile(index)).e164 for index in range(MANY)]
    assert [len(set(each)) for each in (codes, firms, mobiles)] == [MANY] * 3


def test_the_same_number_is_always_the_same_person(clock):
    made = [people.person(7, [1, 2], {}, clock().date()) for _again in range(2)]
    assert made[0] == made[1]
    assert made[0] != people.person(8, [1, 2], {}, clock().date())


def test_passwords_are_of_their_own_and_kept_for_the_owner_alone(config, own_site):
    assert len({new_password() for _each in range(50)}) == 50
    write_sign_ins(config, own_site.name, [], complete=False)
    assert read_sign_ins(config, own_site.name) is None
    assert stat.S_IMODE(place(config, own_site.name).stat().st_mode) == 0o600


PLUGINS = {
    "medical": "doctor",
    "insurance": "agent",
    "education": "teacher",
    "carpet": "zamanat",
    "club": "club",
    "projects": "projects",
    "sales": "seller",
}
"""The user of each plugin's main job."""


def missing_users(runtime, sign_ins):
    names = {each.username for each in sign_ins}
    return {name for plugin, name in PLUGINS.items() if plugin in runtime.plugins and name not in names}


@pytest.fixture(scope="module")
def everything(worker_sites, engines):
    """The demonstration of all plugins, made once for the tests that read it."""
    made = worker_sites.fresh(edition="full")
    runtime = build_runtime(made, engines)
    sign_ins = make_demo(runtime, 50, lambda _what, _done, _total: None)
    yield runtime, sign_ins
    engines.dispose(made.name)
    worker_sites.drop(made)


@pytest.mark.parametrize(
    ("plugins", "name"),
    [
        (("education", "sales", "tasks"), "آموزشگاه اندیشهٔ نو"),
        (("club", "medical", "sales", "tasks"), "درمانگاه مهرگان"),
        (("sales", "tasks"), OWN),
        (("carpet", "education", "insurance", "medical"), OWN),
    ],
)
def test_the_company_is_called_as_its_one_trade_wishes(plugins, name):
    modules = {each: SimpleNamespace(module=import_module(f"plugins.{each}.plugin")) for each in plugins}
    hooks = SimpleNamespace(discovery=SimpleNamespace(plugins=modules))
    assert own_name(SimpleNamespace(plugins=plugins, hooks=hooks), OWN) == name


def rows(runtime, query):
    with runtime.engines.owner(runtime.site).connect() as owner:
        return [tuple(row) for row in owner.exec_driver_sql(query)]


def test_the_demonstration_is_full_of_people(everything):
    runtime, _sign_ins = everything
    kinds = dict(rows(runtime, "SELECT kind, count(*) FROM kernel.party GROUP BY kind"))
    assert kinds["organisation"] >= 10 + 1 + 3  # our own company and its units, besides those of the trades
    assert kinds["person"] >= 45
    assert rows(runtime, "SELECT count(*) >= 17, count(DISTINCT kind_id) >= 5 FROM kernel.relation") == [
        (True, True)
    ]
    assert rows(runtime, "SELECT count(*) >= 4 FROM kernel.household") == [(True,)]
    assert rows(runtime, "SELECT count(*) >= 2 FROM kernel.employment WHERE until IS NOT NULL") == [(True,)]
    assert rows(runtime, "SELECT count(DISTINCT owner_id) >= 3 FROM kernel.party") == [(True,)]
    assert rows(runtime, "SELECT count(*) > 5 FROM kernel.party_group_member") == [(True,)]
    assert rows(runtime, "SELECT count(DISTINCT city_id) > 3 FROM kernel.address") == [(True,)]


def test_some_people_are_known_better_and_nothing_sensitive_is_kept_without_consent(everything):
    runtime, _sign_ins = everything
    assert rows(runtime, "SELECT count(*) > 10 FROM kernel.party_facts") == [(True,)]
    assert rows(runtime, "SELECT count(DISTINCT state_id) FROM kernel.party_state WHERE until IS NULL") == [
        (6,)
    ]
    sensitive = "SELECT count(*) >= 3, count(*) = count(c.id) FROM kernel.{} LEFT JOIN kernel.consent c USING (party_id)"
    for table in ("person_family", "person_health"):
        assert rows(runtime, sensitive.format(table)) == [(True, True)]
    own = "SELECT count(*) FROM kernel.party unit JOIN kernel.party own ON own.id = unit.part_of_id WHERE own.is_own"
    assert rows(runtime, own) == [(3,)]
    assert rows(runtime, "SELECT count(*) FILTER (WHERE is_main_contact) > 5 FROM kernel.employment") == [
        (True,)
    ]


def test_appointments_lie_around_today_and_within_the_hours_of_their_doctors(everything):
    runtime, _sign_ins = everything
    assert rows(runtime, "SELECT count(DISTINCT state) >= 4, count(*) > 100 FROM medical.appointment") == [
        (True, True)
    ]
    outside = """
        SELECT count(*) FROM medical.appointment a WHERE NOT EXISTS (
          SELECT FROM medical.weekly_hours h WHERE h.doctor_id = a.doctor_id
             AND h.weekday = (extract(dow FROM a.starts_at AT TIME ZONE 'Asia/Tehran')::int + 1) %% 7
             AND (a.starts_at AT TIME ZONE 'Asia/Tehran')::time >= h.starts
             AND (a.ends_at AT TIME ZONE 'Asia/Tehran')::time <= h.ends)
    """
    assert rows(runtime, outside) == [(0,)]


def test_everybody_signs_in_and_sees_what_is_his(everything):
    runtime, sign_ins = everything
    seen = {}
    for each in sign_ins:
        token = signin.sign_in(runtime, each.username, each.password, address="::1")
        actor = signin.user_for_token(runtime.engines.app(runtime.site), runtime.site, token).actor
        with runtime.reading(actor) as context:
            seen[each.username] = context.session.execute(
                select(func.count()).select_from(Party)
            ).scalar_one()
    (everybody,) = rows(runtime, "SELECT count(*) FROM kernel.party")[0]
    assert seen["admin"] == seen["reception"] == everybody
    assert 0 < seen["sales"] < everybody
    assert 0 < seen["sales2"] < everybody


def test_that_of_everything_has_a_user_for_each_plugin(everything):
    runtime, sign_ins = everything
    assert set(PLUGINS) <= set(runtime.plugins)
    assert missing_users(runtime, sign_ins) == set()


@pytest.mark.long
@pytest.mark.parametrize(
    "edition", ["base1", "base5", "practice", "clinic", "agency", "academy", "carpet", "projects", "club"]
)
def test_every_edition_is_shown_with_a_user_for_each_plugin(worker_sites, engines, edition):
    made = worker_sites.fresh(edition=edition)
    runtime = build_runtime(made, engines)
    sign_ins = make_demo(runtime, 40, lambda _what, _done, _total: None)
    assert missing_users(runtime, sign_ins) == set()
    engines.dispose(made.name)
    worker_sites.drop(made)
