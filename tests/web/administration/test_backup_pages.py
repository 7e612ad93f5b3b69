"""The page of backups: made in the background, listed, read again, copied under audit; only for administrators."""

from __future__ import annotations

import io
import tarfile

import pytest
from sqlalchemy import select, text

from kernel.access.models import AuditEntry
from kernel.jobs import run
from kernel.jobs.models import WorkRow
from kernel.lifecycle.backup import taking

PAGE = "/administration/backups"


@pytest.fixture(autouse=True)
def home(config, monkeypatch, tmp_path):
    monkeypatch.setenv("PEYVAND_HOME", str(config.home))
    monkeypatch.setenv("PEYVAND_BACKUPS", str(tmp_path / "backups"))


def work_through(runtime, engines):
    with engines.owner(runtime.site).connect() as owner:
        waiting = owner.execute(select(WorkRow.id).where(WorkRow.state == "due")).scalars().all()
    return [run.work(runtime, number) for number in waiting]


def test_a_backup_is_made_listed_read_again_and_copied(boss, runtime, engines, site):
    assert "هنوز هیچ پشتیبانی" in boss.get(PAGE).text
    assert boss.post(PAGE, {"do": "start"}).status_code == 303
    twice = boss.post(PAGE, {"do": "start"}, follow_redirects=True)
    assert "در حال تهیه است" in twice.text
    assert 'hx-get="/administration/backups/progress"' in boss.get(PAGE).text
    assert work_through(runtime, engines) == ["done"]
    assert "پایان یافت" in boss.get(f"{PAGE}/progress", htmx=True).text
    page = boss.get(PAGE).text
    number = boss._only(r'name="number" value="(\d+)"', page)
    assert "درخواستی" in page
    assert boss.post(PAGE, {"do": "verify", "number": number}).status_code == 303
    assert work_through(runtime, engines) == ["done"]
    copy = boss.post(PAGE, {"do": "download", "number": number})
    assert copy.status_code == 200
    assert ".backup.tar" in copy.headers["Content-Disposition"]
    with tarfile.open(fileobj=io.BytesIO(copy.data)) as inside:
        assert inside.getnames()[-1] == "manifest.json"
    with engines.owner(site).connect() as owner:
        told = owner.execute(select(AuditEntry.what).where(AuditEntry.what.like("backups.%"))).scalars()
        assert sorted(told) == ["backups.download", "backups.start", "backups.verify"]
    assert boss.post(PAGE, {"do": "download", "number": "99999"}).status_code == 404
    assert boss.post(PAGE, {"do": "nonsense"}).status_code == 404


def test_a_failure_shows_on_the_page_the_desk_and_the_state(
    boss, sign_in, runtime, engines, site, monkeypatch
):
    boss.post(PAGE, {"do": "start"})
    monkeypatch.setattr(taking, "MARGIN", 1 << 60)
    assert work_through(runtime, engines) == ["failed"]
    why = "مگابایت آزاد است"
    assert why in boss.get(PAGE).text
    assert why in boss.get("/").text
    assert why in boss.get("/administration/doctor").text
    assert why not in sign_in("sara", {("person", "view"): "all"}).get("/").text


def test_what_was_changed_in_the_folder_is_found(boss, runtime, engines, site, config, tmp_path):
    boss.post(PAGE, {"do": "start"})
    work_through(runtime, engines)
    (path,) = (tmp_path / "backups" / site.name).iterdir()
    whole = bytearray(path.read_bytes())
    whole[len(whole) * 3 // 4] ^= 1  # behind the head, without which it is no backup at all
    path.write_bytes(whole)
    number = boss._only(r'name="number" value="(\d+)"', boss.get(PAGE).text)
    boss.post(PAGE, {"do": "verify", "number": number})
    assert work_through(runtime, engines) == ["failed"]
    assert "آسیب دیده است" in boss.get(PAGE).text
    path.unlink()
    assert "در پوشه نیست" in boss.get(PAGE).text
    assert boss.post(PAGE, {"do": "download", "number": number}).status_code == 404


def test_only_administrators(sign_in, nobody):
    sara = sign_in("sara", {("site", "edit"): "all", ("person", "view"): "all"})
    assert sara.get(PAGE).status_code == 403
    assert sara.get(f"{PAGE}/progress").status_code == 403
    for do in ("start", "verify", "download", "release"):
        assert sara.post(PAGE, {"do": do, "number": "1"}).status_code == 403
    assert PAGE not in sign_in("lina", {("person", "view"): "all"}).get("/").text
    assert "/sign-in" in nobody.get(PAGE).headers["Location"]


def shown(browser, address):
    """What stands on a page, without the words that scripts have at hand."""
    return browser.get(address).text.partition("<main")[2]


def test_a_held_copy_says_so_and_is_released(boss, runtime, engines, site):
    with engines.owner(site).begin() as owner:
        owner.execute(text("INSERT INTO kernel.held (id, reason, source) VALUES (1, 'restored', 'there')"))
    assert "نگه داشته شده" in shown(boss, "/")
    assert "release_waiting" in boss.get(PAGE).text
    assert "نگه داشته شده" in boss.get("/administration/doctor").text
    assert boss.post(PAGE, {"do": "release"}).status_code == 303
    assert "نگه داشته شده" not in shown(boss, PAGE)
    again = boss.post(PAGE, {"do": "release"}, follow_redirects=True)
    assert "نگه داشته نشده است" in again.text
