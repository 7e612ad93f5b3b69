"""Views, reports and blocks of the desk whose plugin rests or was removed: the pages around them go on, and say so."""

import re

MEDICAL = "/administration/plugins/medical"


def kept(boss, path, query, name):
    """Save a view of a list, or a report on it; gives its address."""
    answer = boss.post(f"{path}?{query}", {"name": name})
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def around(boss):
    """What must stand whatever became of the plugin."""
    for path in ("/", "/persons?view=all", "/persons", "/desk/arrange", "/reports", "/palette?q=ویزیت"):
        answer = boss.get(path, htmx=path == "/desk/arrange")
        assert answer.status_code in (200, 303), path
    return boss.get("/").text


def test_they_rest_with_it_come_back_and_go_with_it(enter_own_site):
    boss = enter_own_site()
    boss.post(f"{MEDICAL}/install")
    boss.made("/medical/services/new", title="ویزیت", minutes="20")
    patients = kept(boss, "/persons/views/new", "f.medical.file_number.filled=&cols=display_name", "بیماران")
    services = kept(boss, "/medical/services/views/new", "f.title.filled=", "خدمات من")
    report = kept(boss, "/medical/services/report/saved/new", "group=active&figure=count:", "شمار خدمات")
    for address in (patients, services):
        boss.post(f"{address}/mark", {"do": "pin"})
    boss.post(f"{patients}/mark", {"do": "default"})
    view, figure = (re.search(r"(\d+)$", each)[1] for each in (services, report))
    boss.post("/desk/arrange", {"block": [f"view:{view}", f"report:{figure}"], "do": "keep"})
    page = around(boss)
    assert "خدمات من" in page
    assert "شمار خدمات" in page

    boss.post(f"{MEDICAL}/pause")
    page = around(boss)
    assert "خدمات من" not in page
    assert "شمار خدمات" not in page
    assert boss.get(services).status_code == 404
    assert boss.get(report).status_code == 404
    assert boss.get(f"/desk/block/view/{view}").status_code == 404
    assert boss.get(f"/desk/block/report/{figure}").status_code == 404
    resting = boss.get(patients, follow_redirects=True)
    assert resting.status_code == 200
    assert "این نما در استراحت است" in resting.text

    boss.post(f"{MEDICAL}/resume")
    assert "خدمات من" in around(boss)
    assert boss.get(services, follow_redirects=True).status_code == 200

    boss.post(f"{MEDICAL}/uninstall", {"confirmed": "medical"})
    page = around(boss)
    assert "خدمات من" not in page
    assert boss.get(services).status_code == 404
    assert boss.get(report).status_code == 404
    resting = boss.get(patients, follow_redirects=True)
    assert resting.status_code == 200
    assert "این نما در استراحت است" in resting.text
