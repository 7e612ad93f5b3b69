"""Parts of an SMS, against the vectors and against a slow count by the standard."""

from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.fa.sms import BASIC, EACH, EXTENSION, SINGLE, sms_size
from tests.fa.vectors import vectors

LETTERS = st.sampled_from([*"aZ0 \n@", *"^€|~", *"سلام۱۲", "\u200c", "😀"])


def written_out(value):
    return value if isinstance(value, str) else "".join(part * times for part, times in value["repeat"])


@vectors("sms")
def test_size(value, expected):
    size = sms_size(written_out(value))
    assert (size.encoding, size.units, size.parts) == (
        expected["encoding"],
        expected["units"],
        expected["segments"],
    )


def test_the_alphabet_is_that_of_the_standard():
    # 128 places: 127 characters and the escape to the extension table, which has ten.
    assert (len(BASIC), len(EXTENSION)) == (127, 10)


def filled(text):
    """Fill parts character by character, as a telephone does."""
    gsm = all(char in BASIC or char in EXTENSION for char in text)
    encoding = "GSM-7" if gsm else "UCS-2"
    costs = [(2 if char in EXTENSION else 1) if gsm else len(char.encode("utf-16-le")) // 2 for char in text]
    if sum(costs) <= SINGLE[encoding]:
        return encoding, sum(costs), 1 if text else 0, SINGLE[encoding] - sum(costs)
    parts = [0]
    for cost in costs:
        if parts[-1] + cost > EACH[encoding]:
            parts.append(0)
        parts[-1] += cost
    return encoding, sum(costs), len(parts), EACH[encoding] - parts[-1]


@settings(max_examples=150)
@given(st.lists(st.tuples(LETTERS, st.integers(1, 90)), max_size=6))
def test_parts_are_those_of_a_telephone(runs):
    text = "".join(letter * times for letter, times in runs)
    assert tuple(sms_size(text)) == filled(text)
