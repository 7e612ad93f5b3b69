import re


def test_a_plugin_goes_through_its_life(peyvand, own_site, rows):
    site = ("--site", own_site.name)
    assert re.search(r"medical.*available", peyvand("plugin", "list", *site))
    assert "adds: medical" in peyvand("plugin", "plan", "medical", *site)
    assert "Installed: medical" in peyvand("plugin", "install", "medical", *site)
    assert re.search(r"medical.*enabled", peyvand("plugin", "list", *site))
    peyvand("plugin", "pause", "medical", *site)
    assert re.search(r"medical.*paused", peyvand("plugin", "list", *site))
    peyvand("plugin", "resume", "medical", *site)
    assert "appointment" in peyvand("plugin", "plan", "medical", *site)
    peyvand("plugin", "uninstall", "medical", *site, input="n\n", status=1)
    gone = peyvand("plugin", "uninstall", "medical", "--yes", *site)
    archive = re.search(r"Archive: (\S+\.zip)", gone)[1]
    assert rows("SELECT count(*) FROM kernel.plugin") == [(0,)]
    assert "medical is back" in peyvand("plugin", "restore", archive, *site)
    assert rows("SELECT state FROM kernel.plugin") == [("enabled",)]
    actions = [row[0] for row in rows("SELECT action FROM kernel.plugin_step ORDER BY id")]
    assert actions == ["install", "pause", "resume", "uninstall", "restore"]


def test_steps_that_do_not_fit_are_refused(peyvand, own_site):
    site = ("--site", own_site.name)
    for action in ("pause", "resume", "upgrade", "repair"):
        assert "not installed" in peyvand("plugin", action, "medical", *site, status=1)
    assert "no plugin named" in peyvand("plugin", "install", "bakery", *site, status=1)
    assert "no archive" in peyvand("plugin", "restore", "none.zip", *site, status=1)
    peyvand("plugin", "install", "medical", *site)
    assert "installed already" in peyvand("plugin", "install", "medical", *site, status=1)
    assert "nothing to upgrade" in peyvand("plugin", "upgrade", "medical", *site, status=1)
