"""A site that is older than the program is brought up before it is served."""

from kernel.cli.newest import bring_up, newest_revision, revision_of


def set_back(owner, revision):
    owner.exec_driver_sql("UPDATE kernel.migration SET version_num = %s", (revision,))


def test_a_site_of_today_is_left_alone(site, config):
    assert revision_of(site) == newest_revision()
    assert list(bring_up(config, [site])) == []


def test_an_older_site_is_brought_up(own_site, config, engines):
    with engines.owner(own_site).begin() as owner:
        owner.exec_driver_sql("DROP TABLE kernel.password_link")
        owner.exec_driver_sql("ALTER TABLE kernel.user_account DROP COLUMN email")
        owner.exec_driver_sql("DELETE FROM kernel.relation_kind WHERE code = 'spouse'")
        set_back(owner, "0012")
    assert list(bring_up(config, [own_site])) == [f"{own_site.name}: brought to this version."]
    assert revision_of(own_site) == newest_revision()
    with engines.owner(own_site).connect() as owner:
        asked = "SELECT count(*) FROM kernel.relation_kind WHERE code = 'spouse'"
        assert owner.exec_driver_sql(asked).scalar_one() == 1


def test_a_newer_site_and_one_that_fails_are_named_and_the_others_go_on(own_site, site, config, engines):
    with engines.owner(own_site).begin() as owner:
        set_back(owner, "9999")
    (line,) = bring_up(config, [own_site, site])
    assert "newer" in line
    with engines.owner(own_site).begin() as owner:
        set_back(owner, "0012")
    (line,) = bring_up(config, [own_site, site])
    assert "could not" in line
