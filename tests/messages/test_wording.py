"""Texts with variables: what is refused when they are saved, and how they are filled."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.documents.wording import EmptyVariable, faults, fill, rendered, variables_in
from kernel.messages.templates import as_stored

KNOWN = {"party.name", "party.city", "hour"}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("سلام {{ party.name }\n", 1),
        ("سلام\n{{ party.nam }}", 2),
        ("{{ nobody }}", 1),
        ("{{ party.name.__class__ }}", 1),
        ("{{ party['name'] }}", 1),
        ("{{ party.name() }}", 1),
        ("\n\n{% for x in party %}{% endfor %}", 3),
        ("{% set x = 1 %}", 1),
        ("{% include 'x' %}", 1),
        ("{% import 'x' as y %}", 1),
        ("{% macro m() %}{% endmacro %}", 1),
        ("{{ party.name * 9 }}", 1),
        ("{{ party.name ~ party.name }}", 1),
        ("{{ party.name|attr('x') }}", 1),
        ("{{ party.name|upper }}", 1),
        ("{{ [party.name] }}", 1),
        ("{{ self }}", 1),
        ("{{ hour if hour is defined }}", 1),
        ("{% if hour %}", 1),
    ],
)
def test_what_no_text_may_hold_is_named_with_its_line(text, line):
    found = faults(text, KNOWN)
    assert found
    assert found[0].line == line


def test_variables_defaults_and_conditions_are_filled():
    text = "سلام {{ party.name }}{% if party.city %} از {{ party.city }}{% endif %}، ساعت {{ hour|default('نه') }}"
    assert faults(text, KNOWN) == []
    assert variables_in(text) == KNOWN
    assert fill(text, {"party.name": "مینا", "party.city": "", "hour": ""}) == "سلام مینا، ساعت نه"
    assert fill(text, {"party.name": "مینا", "party.city": "یزد", "hour": "۸"}) == "سلام مینا از یزد، ساعت ۸"


@pytest.mark.parametrize("empty", ["", None])
def test_an_empty_variable_is_never_written(empty):
    with pytest.raises(EmptyVariable) as raised:
        fill("شهر {{ party.city }}", {"party.city": empty})
    assert raised.value.name == "party.city"


@settings(max_examples=150)
@given(st.text(alphabet="{}%|.'() \nabparty.namefoinhour#", max_size=60))
def test_whatever_is_typed_is_refused_or_filled(text):
    if not faults(text, KNOWN):
        try:
            fill(text, {"party.name": "مینا", "party.city": "یزد", "hour": "۸"})
        except EmptyVariable:
            pytest.fail("nothing is empty")


@settings(max_examples=100)
@given(st.text(max_size=60).filter(lambda text: "{" not in text))
def test_a_text_without_variables_stays_as_it_is(text):
    assert faults(text, KNOWN) == []
    assert fill(text, {}).split() == text.split()


def test_the_short_form_of_a_place_is_brought_to_the_long_one():
    assert as_stored("{name} {other} {{ name }}", ["name"]) == "{{ name }} {other} {{ name }}"


PIECES = [
    "سلام ",
    "{{ party.name }}",
    "{{own.name}}",
    "{{ hour }}",
    "\n",
    " ",
    "  \n",
    "{",
    "}",
    "{{ '' }}",
    "{# x #}",
    "٪",
]
VALUES = st.sampled_from([None, "", " ", "نام", "{{ hour }}", "<b>", "a\n"])


@settings(max_examples=150)
@given(
    st.lists(st.sampled_from(PIECES), max_size=8).map("".join),
    st.fixed_dictionaries({"own.name": VALUES, "hour": VALUES}, optional={"party.name": VALUES}),
)
def test_pieces_put_together_are_what_the_template_gives(text, values):
    """The quick way is the same as the long one, errors included."""

    def outcome(way):
        try:
            return way(text, values)
        except EmptyVariable as error:
            return ("empty", error.name)
        except Exception as error:
            return type(error)

    assert outcome(fill) == outcome(rendered)
