"""The Persian catalogues of the kernel and of every plugin of this distribution are complete and sound."""

from collections import defaultdict
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import kernel
from kernel.fa.folding import LOOK_ALIKES
from kernel.i18n.build import catalogues, wrong_placeholders
from kernel.i18n.extraction import unreadable_calls
from kernel.i18n.missing import translations_for, untranslated

KERNEL = Path(kernel.__file__).parent
ROOT = KERNEL.parent
PLUGINS = sorted(path.parent for path in (ROOT / "plugins").glob("*/plugin.py"))
PARTS = sorted(path.parent for path in KERNEL.glob("*/__init__.py"))
PACKAGES = [*PARTS, *PLUGINS]
CATALOGUES = sorted({po for package in (KERNEL, *PLUGINS) for po in catalogues(package)})


def name_of(path):
    return str(path.relative_to(ROOT))


def read(po):
    with po.open("rb") as file:
        return read_po(file, abort_invalid=True)


def forms_of(message):
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


@pytest.mark.parametrize("package", PACKAGES, ids=name_of)
def test_every_message_has_persian_words(package):
    owner = KERNEL if package in PARTS else package
    left = untranslated(package, translations_for(owner, "fa"))
    assert [f"{name_of(one.path)}:{one.line} {one.message!r}" for one in left] == []


@pytest.mark.parametrize("package", PACKAGES, ids=name_of)
def test_every_message_is_written_out(package):
    assert [f"{name_of(path)}:{line}" for path, line in unreadable_calls(package)] == []


@pytest.mark.parametrize("po", CATALOGUES, ids=name_of)
def test_translations_fit_their_messages(po):
    catalog = read(po)
    assert list(wrong_placeholders(catalog)) == []
    unfinished = [
        message.id for message in catalog if message.id and (message.fuzzy or not all(forms_of(message)))
    ]
    assert unfinished == []


@pytest.mark.parametrize("po", CATALOGUES, ids=name_of)
def test_persian_is_written_with_persian_letters(po):
    forms = [form for message in read(po) if message.id for form in forms_of(message)]
    assert [form for form in forms if LOOK_ALIKES.keys() & set(form)] == []


def test_a_message_has_the_same_words_everywhere():
    words = defaultdict(set)
    for po in CATALOGUES:
        for message in read(po):
            if message.id:
                key = message.id if isinstance(message.id, str) else message.id[0]
                words[message.context, key].add(forms_of(message))
    assert {key: forms for key, forms in words.items() if len(forms) > 1} == {}
