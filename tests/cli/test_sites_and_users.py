import pyotp
import pytest

from kernel.access import own_second_factor, second_step, signin
from kernel.access.errors import AccessProblem
from kernel.data.site_store import SiteStore
from kernel.resources.build import build_runtime

PASSWORD = "بهار-نارنج-۱۴"


def test_a_site_is_made_listed_and_dropped(peyvand, config):
    made = peyvand(
        "site",
        "create",
        "office1",
        "--title",
        "دفتر یک",
        "--host",
        "office1.example",
        "--edition",
        "practice",
    )
    assert "office1 is ready" in made
    listed = peyvand("site", "list")
    assert "دفتر یک" in listed
    assert "office1.example" in listed
    assert "practice" in listed
    peyvand("site", "drop", "office1", input="no\n", status=1)
    assert "office1" in SiteStore(config).names()
    peyvand("site", "drop", "office1", "--yes-drop", "office1")
    assert "office1" not in SiteStore(config).names()


def test_a_site_is_brought_to_this_program(peyvand, own_site):
    assert "at this program's version" in peyvand("site", "upgrade", own_site.name)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("site", "create", "Bad Name"), "cannot name a site"),
        (("site", "create", "office2", "--edition", "bakery"), "There is no edition “bakery”. There are: "),
        (("site", "create", "office2", "--time-zone", "Mars"), "not a time zone"),
        (("site", "drop", "nothere", "--yes-drop", "nothere"), "no site named"),
        (("user", "add", "x", "--password", PASSWORD, "--site", "nothere"), "no site named"),
        (("doctor", "--site", "nothere"), "no site named"),
        (("plugin", "list", "--site", "nothere"), "no site named"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(peyvand, arguments, says):
    output = peyvand(*arguments, status=1)
    (line,) = output.strip().splitlines()
    assert line.startswith("Error: ")
    assert says in line


def test_a_user_is_added_and_signs_in_with_the_new_password(peyvand, own_site, engines):
    site = ("--site", own_site.name)
    peyvand(
        "user", "add", "sara", "--name", "سارا", "--administrator", *site, input=f"{PASSWORD}\n{PASSWORD}\n"
    )
    runtime = build_runtime(own_site, engines)
    assert signin.sign_in(runtime, "sara", PASSWORD, address="::1")
    peyvand("user", "password", "sara", "--password", "گل-سرخ-باغ-۷", *site)
    with pytest.raises(AccessProblem):
        signin.sign_in(runtime, "sara", PASSWORD, address="::1")
    assert signin.sign_in(runtime, "sara", "گل-سرخ-باغ-۷", address="::1")


def test_a_lost_second_step_is_taken_away(peyvand, own_site, engines):
    site = ("--site", own_site.name)
    peyvand("user", "add", "boss", "--administrator", "--password", PASSWORD, *site)
    runtime = build_runtime(own_site, engines)
    token = signin.sign_in(runtime, "boss", PASSWORD, address="::1")
    me = signin.user_for_token(engines.app(own_site), own_site, token)
    own_second_factor.begin(runtime, me.actor.user_id)
    secret = own_second_factor.state(runtime, me.actor.user_id, with_secret=True).secret
    own_second_factor.set_up(runtime, me, PASSWORD, pyotp.TOTP(secret).now(), address="::1")
    with pytest.raises(second_step.SecondStepNeeded):
        signin.sign_in(runtime, "boss", PASSWORD, address="::1")
    assert "of boss is taken away" in peyvand("user", "reset-second-factor", "boss", *site)
    assert signin.user_for_token(engines.app(own_site), own_site, token) is None
    assert signin.sign_in(runtime, "boss", PASSWORD, address="::1")
    assert "boss has no second step" in peyvand("user", "reset-second-factor", "boss", *site)
    assert "no user of this name" in peyvand("user", "reset-second-factor", "nobody", *site, status=1)


def test_users_that_cannot_be_are_refused(peyvand, own_site):
    site = ("--site", own_site.name)
    assert "at least 8" in peyvand("user", "add", "sara", "--password", "1", *site, status=1)
    assert "no user of this name" in peyvand(
        "user", "password", "nobody", "--password", PASSWORD, *site, status=1
    )
    peyvand("user", "add", "sara", "--password", PASSWORD, *site)
    assert "already" in peyvand("user", "add", "SARA", "--password", PASSWORD, *site, status=1)


def test_with_several_sites_one_must_be_named(peyvand, own_site, site):
    output = peyvand("doctor", status=2)
    assert own_site.name in output


def test_the_doctor_says_what_is_wrong_by_its_status(peyvand, own_site, engines):
    output = peyvand("doctor", "--site", own_site.name, status=1)
    assert "No worker" in output
    with engines.owner(own_site).begin() as owner:
        owner.exec_driver_sql("INSERT INTO kernel.worker (name) VALUES ('short@here')")
    peyvand("doctor", "--site", own_site.name)
