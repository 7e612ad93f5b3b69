import re

PLUGINS = "/administration/plugins"
MEDICAL = f"{PLUGINS}/medical"


def state(boss):
    found = re.search(r"<dt>وضعیت</dt><dd><span class=\"badge[^\"]*\">([^<]+)<", boss.get(MEDICAL).text)
    return found[1]


def test_a_plugin_goes_through_its_whole_life_in_the_browser(enter_own_site):
    boss = enter_own_site()
    assert state(boss) == "آمادهٔ نصب"
    assert "درمانگاه" in boss.get(f"{MEDICAL}/install").text
    assert boss.post(f"{MEDICAL}/install").status_code == 303
    assert state(boss) == "فعال"
    assert boss.get("/medical/doctors").status_code == 200

    steps = boss.get(PLUGINS).text.partition("آخرین گام‌ها")[2]
    assert "<bdi>درمانگاه</bdi>" in steps
    assert "<bdi>medical</bdi>" not in steps

    boss.post(f"{MEDICAL}/pause")
    assert state(boss) == "متوقف"
    assert boss.get("/medical/doctors").status_code == 404
    boss.post(f"{MEDICAL}/resume")
    assert state(boss) == "فعال"

    boss.made("/medical/services/new", title="ویزیت", minutes="20")
    plan = boss.get(f"{MEDICAL}/uninstall").text
    assert re.search(r"service.{0,300}?۱", plan, re.S)
    assert boss.post(f"{MEDICAL}/uninstall", {"confirmed": "no"}).status_code == 422
    assert boss.post(f"{MEDICAL}/uninstall", {"confirmed": "medical"}).status_code == 303
    assert state(boss) == "آمادهٔ نصب"

    page = boss.get(MEDICAL).text
    archive = boss.get(boss.link(page, "/administration/archives/"))
    assert archive.data[:2] == b"PK"
    name = re.search(r'name="archive" value="([^"]+)"', boss.get(f"{MEDICAL}/restore").text)[1]
    assert boss.post(f"{MEDICAL}/restore", {"archive": name}).status_code == 303
    assert "ویزیت" in boss.get("/medical/services").text


def test_a_button_pressed_twice_does_it_once_and_says_so(enter_own_site):
    boss = enter_own_site()
    boss.post(f"{MEDICAL}/install")
    again = boss.post(f"{MEDICAL}/install", follow_redirects=True)
    assert "انجام شده" in again.text
    assert state(boss) == "فعال"


def test_a_suggestion_of_a_plugin_is_taken_over_by_one_click(enter_own_site):
    boss = enter_own_site()
    boss.post(f"{MEDICAL}/install")
    page = boss.get("/administration/patterns").text
    address = re.search(r'href="(/administration/patterns/\d+)" title="پذیرش"', page)[1]
    boss.post(f"{address}/delete")
    page = boss.get("/administration/patterns").text
    assert 'value="medical.receptionist"' in page
    boss.post("/administration/patterns/take-over", {"suggestion": "medical.receptionist"})
    assert 'value="medical.receptionist"' not in boss.get("/administration/patterns").text


def test_what_is_not_there_is_not_found(boss):
    for path in (f"{PLUGINS}/nothing", "/administration/archives/none.zip"):
        assert boss.get(path).status_code == 404
    assert boss.post(f"{MEDICAL}/explode").status_code == 404
    assert boss.get("/administration/archives/..%2fsecrets.toml").status_code == 404


def test_nobody_else_does_a_step(enter_own_site):
    enter_own_site()
    clerk = enter_own_site("clerk", administrator=False)
    for action in ("install", "pause", "resume", "upgrade", "repair", "uninstall", "restore"):
        assert clerk.post(f"{MEDICAL}/{action}").status_code == 403
