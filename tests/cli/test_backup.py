"""A site in one file and back again, on the command line."""

from __future__ import annotations

from kernel.lifecycle.sites import drop_site


def test_there_and_back(peyvand, own_site, config, tmp_path):
    name, copy = own_site.name, f"{own_site.name}c"
    told = peyvand("site", "backup", name, "--to", tmp_path / "a.tar")
    assert "rows" in told
    assert "SHA-256" in told
    assert "exists already" in peyvand("site", "backup", name, "--to", tmp_path / "a.tar", status=1)
    assert "It is whole." in peyvand("site", "verify", tmp_path / "a.tar")
    taken = peyvand("site", "restore", tmp_path / "a.tar", "--name", copy, status=1)
    assert f"belongs to the site “{name}”" in taken
    try:
        assert f"peyvand site release {copy}" in peyvand(
            "site", "restore", tmp_path / "a.tar", "--name", copy, "--no-host"
        )
        assert "held" in peyvand("doctor", "--site", copy, status=1)
        assert "already" in peyvand("site", "hold", copy, status=1)
        assert "does its work" in peyvand("site", "release", copy)
        assert "not held" in peyvand("site", "release", copy, status=1)
        assert "is held" in peyvand("site", "hold", copy)
    finally:
        drop_site(config, copy, confirmed=copy)
    whole = (tmp_path / "a.tar").read_bytes()
    (tmp_path / "b.tar").write_bytes(whole[:-700])
    assert "damaged" in peyvand("site", "verify", tmp_path / "b.tar", status=1)
    (tmp_path / "c.tar").write_bytes(b"something else")
    assert "no backup" in peyvand("site", "restore", tmp_path / "c.tar", status=1)


def test_the_folder_of_backups_is_the_default(peyvand, own_site, tmp_path, monkeypatch):
    monkeypatch.setenv("PEYVAND_BACKUPS", str(tmp_path))
    peyvand("site", "backup", own_site.name)
    (path,) = (tmp_path / own_site.name).iterdir()
    assert path.name.startswith(f"{own_site.name}_14")
    peyvand("site", "backup", own_site.name, "--to", tmp_path / "folder")
    assert len(list((tmp_path / "folder").iterdir())) == 1
