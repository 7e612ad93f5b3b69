"""Tabs of forms and of record pages: what stands where, and what is refused in a tab that is not in sight."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from kernel.i18n import _
from kernel.parties.resources import PERSON_RESOURCE
from kernel.resources.guarding import unsound
from kernel.resources.resource import Section
from kernel.resources.tabs import Tab
from plugins.medical.resources import PATIENT
from tests.web.conftest import ALL, SignIn

CLOSE = {("party_family", action): "all" for action in ("view", "create", "edit")}
CONSENT = {("consent", action): "all" for action in ("view", "create", "edit")}


def open_tab(page: str) -> str:
    """The key of the tab that is open."""
    (found,) = re.findall(r'id="tab-(\w+)" aria-controls="panel-\1" aria-selected="true"', page)
    return str(found)


def panel(page: str, key: str) -> str:
    """What stands in a panel."""
    return page.split(f'id="panel-{key}"')[1].split('role="tabpanel"', maxsplit=1)[0]


def test_parts_of_a_form_stand_in_their_tabs(sign_in: SignIn) -> None:
    page = sign_in("sara", ALL).get("/persons/new").text
    assert open_tab(page) == "main"
    assert 'name="first_name"' in panel(page, "main")
    assert 'id="contacts"' in panel(page, "main")
    assert 'id="roles"' in panel(page, "standing")
    assert "panel-personal" not in page  # he may write nothing of it


def test_a_tab_with_something_refused_is_marked_and_open(sign_in: SignIn) -> None:
    browser = sign_in("sara", ALL)
    given = {"last_name": "کریمی", "roles-0-role": "customer", "roles-0-since": "چرند"}
    answer = browser.post("/persons/new", given)
    assert answer.status_code == 422
    assert open_tab(answer.text) == "standing"
    marked = re.findall(r'id="tab-(\w+)"[^>]*><span>[^<]*</span><span class="pill bad">', answer.text)
    assert marked == ["standing"]
    assert 'value="چرند"' in panel(answer.text, "standing")
    answer = browser.post("/persons/new", {**given, "mobile": "12"})
    assert open_tab(answer.text) == "main"
    assert answer.text.count('class="pill bad"') == 2


def test_the_page_of_a_record_has_the_tabs_that_hold_something(sign_in: SignIn) -> None:
    browser = sign_in("sara", ALL | CLOSE | CONSENT)
    consent = {"consents-0-covers_family": "1", "consents-0-how": "verbal"}
    person = browser.made("/persons/new", last_name="کریمی", **{"family.status": "married"}, **consent)
    assert "متأهل" not in browser.get(person).text
    personal = browser.get(f"{person}?tab=personal")
    assert "متأهل" in personal.text
    assert f'{person}?tab=personal" aria-current="page"' in personal.text
    assert f"{person}?tab=standing" not in personal.text
    other = sign_in("omid", ALL)
    hidden = other.get(f"{person}?tab=personal").text
    assert "متأهل" not in hidden
    assert "مشخصات شخصی" not in hidden


@pytest.mark.parametrize(
    "change",
    [
        {"tabs": (Tab("history", _("History")),)},
        {"tabs": (Tab("a", _("A")), Tab("a", _("B")))},
        {"tabs": (Tab("a b", _("A")),)},
        {"sections": (Section(_("Name"), ("last_name",), tab="nowhere"),)},
        {"tabs": ()},
    ],
)
def test_a_tab_that_is_not_there_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="tab"):
        replace(PERSON_RESOURCE, **change)  # type: ignore[arg-type]


def test_a_facet_in_a_tab_that_is_not_there_breaks_its_plugin() -> None:
    assert unsound("tabbed", {"facets": [replace(PATIENT, tab="personal")]}) is None
    reason = unsound("tabbed", {"facets": [replace(PATIENT, tab="nowhere")]})
    assert reason is not None
    assert "nowhere" in str(reason)
