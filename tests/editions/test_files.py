"""The files of editions: each of the product is sound, and each mistake is told with its line and key."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.administration.editions import EditionError, edition_names, examine, load_edition, read_edition
from kernel.administration.editions.files import SHIPPED
from kernel.extension.discovery import discover

NAMES = sorted(path.stem for path in SHIPPED.glob("[a-z]*.toml"))


def test_the_editions_of_the_product_are_there():
    bases = [f"base{number}" for number in range(1, 6)]
    trades = ["academy", "agency", "carpet", "clinic", "club", "full", "practice", "projects"]
    assert sorted([*bases, *trades]) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_each_can_be_applied_with_the_code_that_is_here(config, name):
    edition = load_edition(config, name)
    assert examine(edition, discover()).problems == ()
    assert {"fa", "en"} <= edition.title.keys()
    assert all({"fa", "en"} <= title.keys() for title in edition.to_come.values())
    assert {each.name for each in edition.patterns} >= {"manager", "own-contacts", "service-expert", "agent"}


@pytest.mark.parametrize(
    ("name", "users", "warranty", "tasks", "money", "map_", "barcode"),
    [
        ("base1", 2, 6, False, False, False, False),
        ("base2", 4, 6, True, False, False, False),
        ("base3", 4, 6, False, True, False, False),
        ("base4", 8, 12, True, True, True, False),
        ("base5", 8, 12, True, True, True, True),
    ],
)
def test_the_five_bases_differ_as_they_are_sold(config, name, users, warranty, tasks, money, map_, barcode):
    edition = load_edition(config, name)
    belongs = {*edition.plugins, *edition.to_come}
    assert (edition.limits.users_at_once, edition.limits.warranty_months) == (users, warranty)
    assert ("tasks" in belongs, "sales" in belongs) == (tasks, money)
    assert edition.features == {"map": map_, "barcode": barcode, "serial": barcode}


MISTAKES = {
    "plugins = [": "it is not valid TOML",
    'title = "x"\nplugins = [,]': "line 2 is not valid TOML",
    'title = "x"\n\ncolour = "red"': "line 3, “colour”: this key is not known",
    "[limits]\nusers_at_once = 0": "line 2, “limits.users_at_once”: this must be a whole number from 1",
    "[limits]\nusers_at_once = true": "line 2, “limits.users_at_once”: this must be a whole number",
    "limits = { users = 3 }": "line 1, “limits.users”: this key is not known",
    "[limits]\n# rented\nterm_months = 2": "line 3, “limits.term_months”: a term has one of",
    '[features]\nmap = "yes"': "line 2, “features.map”: this must be true or false",
    "[features]\nradar = true": "line 2, “features.radar”: this key is not known",
    'plugins = ["a", "a"]': "line 1, “plugins”: the plugin “a” stands here twice",
    'plugins = "medical"': "line 1, “plugins”: this must be a list",
    '[to_come]\n"Tasks!" = "x"': "line 2, “to_come.Tasks!”: this cannot name a plugin",
    '[to_come.tasks]\nen = ""': "line 2, “to_come.tasks.en”: this must be a text",
    "[settings]\narea = 1": "line 2, “settings.area”: settings are written with their whole key",
    '[settings]\n"parties.area_code" = [1]': "line 2, “settings.parties.area_code”: this must be a text, a number",
    '[[patterns]]\nname = "x"\ntitle = "x"\n[patterns.grants]\nparty = {view = "some"}':
        "line 5, “patterns.grants.party.view”: there is no scope “some”",
    '[[patterns]]\nname = "x"\ngrants = {}': "line 1, “patterns”: “title” is missing",
    '[[patterns]]\nname = "x"\ntitle = "x"\ngrants = {}\n[[patterns]]\nname = "x"\ntitle = "y"\ngrants = {}':
        "line 6, “patterns.name”: the pattern “x” stands here twice",
    'extends = "nothere"': "There is no edition “nothere”",
    'extends = "strange"': "it extends itself",
}  # fmt: skip


@pytest.mark.parametrize(("content", "says"), MISTAKES.items(), ids=range(len(MISTAKES)))
def test_a_mistake_is_told_with_its_line_and_key(config, edition_file, content, says):
    with pytest.raises(EditionError) as caught:
        load_edition(config, edition_file("strange", content))
    assert says in str(caught.value.text)


def test_all_mistakes_of_a_file_are_told(config, edition_file):
    name = edition_file("strange", "a = 1\nb = 2\n[limits]\ngrace_days = -1")
    with pytest.raises(EditionError) as caught:
        load_edition(config, name)
    assert len(caught.value.problems) == 3


def test_a_part_that_others_extend_is_no_edition(config):
    assert "_roles" not in edition_names(config)
    with pytest.raises(EditionError, match="no edition"):
        load_edition(config, "_roles")


def test_an_edition_of_the_installation_extends_one_of_the_product(config, edition_file):
    name = edition_file(
        "branch", 'extends = "base1"\n[limits]\nusers_at_once = 3\n[settings]\n"parties.area_code" = "026"'
    )
    edition = load_edition(config, name)
    assert edition.extends == ("base1", "_roles")
    assert (edition.limits.users_at_once, edition.limits.warranty_months) == (3, 6)
    assert edition.settings == {"parties.area_code": "026"}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('[settings]\n"parties.nothing" = 1', "parties.nothing"),
        ('[settings]\n"medical.slot_minutes" = 15', "medical.slot_minutes"),
        (
            'plugins = ["medical"]\n[settings]\n"medical.slot_minutes" = "soon"',
            "The setting “medical.slot_minutes”",
        ),
        (
            '[[patterns]]\nname = "x"\ntitle = "x"\ngrants = { medical = { view = "all" } }',
            "nothing in the edition offers",
        ),
        ('plugins = ["mill"]', "mill"),
    ],
)
def test_what_the_code_does_not_have_is_told(config, edition_file, content, says):
    found = examine(load_edition(config, edition_file("strange", content)), discover())
    assert any(says in str(problem) for problem in found.problems)


def test_rights_on_what_is_to_come_wait(config, edition_file):
    content = (
        '[to_come]\nmill = "Mill"\n[[patterns]]\nname = "x"\ntitle = "x"\n'
        'grants = { "mill.grain" = { view = "all" }, party = { view = "all" } }'
    )
    found = examine(load_edition(config, edition_file("later", content)), discover())
    assert found.problems == ()
    assert [str(each) for each in found.remarks] == [
        "“Mill” (mill) is to come.",
        "Rights on “mill” wait for the plugin to come.",
    ]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 300_000) | st.text("ab.-_ ‌", max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["fa", "en", "map", "name", "grants", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)
TOP = st.sampled_from(
    ["title", "extends", "plugins", "to_come", "settings", "patterns", "limits", "features", "x"]
)


def toml(value):
    match value:
        case bool():
            return str(value).lower()
        case None:
            return '""'
        case str():
            return f'"{value}"'
        case list():
            return "[" + ", ".join(toml(each) for each in value) + "]"
        case dict():
            return "{" + ", ".join(f'"{key}" = {toml(each)}' for key, each in value.items()) + "}"
    return str(value)


@settings(max_examples=150, deadline=None)
@given(content=st.dictionaries(TOP, VALUES, max_size=4))
def test_no_content_breaks_the_reader(tmp_path_factory, config, content):
    path = tmp_path_factory.mktemp("edition") / "strange.toml"
    path.write_text("".join(f"{key} = {toml(value)}\n" for key, value in content.items()), "utf-8")
    told: tuple = ()
    try:
        read_edition(config, path)
    except EditionError as error:
        told = error.problems
    assert all(str(problem) for problem in told)
