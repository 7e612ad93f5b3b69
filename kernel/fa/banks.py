"""Banks of Iran, told from account and card numbers."""

from __future__ import annotations

from typing import Final, NamedTuple

from kernel.fa.identity import card, sheba


class Bank(NamedTuple):
    """A bank: a stable Latin name for code and data, and its Persian name."""

    code: str
    name: str


def _banks(*rows: tuple[str, str]) -> dict[str, Bank]:
    return {code: Bank(code, name) for code, name in rows}


_BANKS: Final = _banks(
    ("markazi", "بانک مرکزی"),
    ("sanat-o-madan", "بانک صنعت و معدن"),
    ("mellat", "بانک ملت"),
    ("refah", "بانک رفاه کارگران"),
    ("maskan", "بانک مسکن"),
    ("sepah", "بانک سپه"),
    ("keshavarzi", "بانک کشاورزی"),
    ("melli", "بانک ملی ایران"),
    ("tejarat", "بانک تجارت"),
    ("saderat", "بانک صادرات ایران"),
    ("tosee-saderat", "بانک توسعه صادرات ایران"),
    ("post", "پست بانک ایران"),
    ("tosee-taavon", "بانک توسعه تعاون"),
    ("karafarin", "بانک کارآفرین"),
    ("parsian", "بانک پارسیان"),
    ("eghtesad-novin", "بانک اقتصاد نوین"),
    ("saman", "بانک سامان"),
    ("pasargad", "بانک پاسارگاد"),
    ("sarmayeh", "بانک سرمایه"),
    ("sina", "بانک سینا"),
    ("mehr-iran", "بانک قرض‌الحسنه مهر ایران"),
    ("shahr", "بانک شهر"),
    ("ayandeh", "بانک آینده"),
    ("gardeshgari", "بانک گردشگری"),
    ("dey", "بانک دی"),
    ("iran-zamin", "بانک ایران زمین"),
    ("resalat", "بانک قرض‌الحسنه رسالت"),
    ("khavarmianeh", "بانک خاورمیانه"),
)

_BY_ACCOUNT: Final = {
    "010": "markazi",
    "011": "sanat-o-madan",
    "012": "mellat",
    "013": "refah",
    "014": "maskan",
    "015": "sepah",
    "016": "keshavarzi",
    "017": "melli",
    "018": "tejarat",
    "019": "saderat",
    "020": "tosee-saderat",
    "021": "post",
    "022": "tosee-taavon",
    "053": "karafarin",
    "054": "parsian",
    "055": "eghtesad-novin",
    "056": "saman",
    "057": "pasargad",
    "058": "sarmayeh",
    "059": "sina",
    "060": "mehr-iran",
    "061": "shahr",
    "062": "ayandeh",
    "064": "gardeshgari",
    "066": "dey",
    "069": "iran-zamin",
    "070": "resalat",
    "078": "khavarmianeh",
}

_BY_CARD: Final = {
    "502229": "pasargad",
    "502806": "shahr",
    "502908": "tosee-taavon",
    "502938": "dey",
    "504172": "resalat",
    "504706": "shahr",
    "505416": "gardeshgari",
    "505785": "iran-zamin",
    "585983": "tejarat",
    "589210": "sepah",
    "589463": "refah",
    "603769": "saderat",
    "603770": "keshavarzi",
    "603799": "melli",
    "606373": "mehr-iran",
    "610433": "mellat",
    "621986": "saman",
    "622106": "parsian",
    "627353": "tejarat",
    "627412": "eghtesad-novin",
    "627488": "karafarin",
    "627648": "tosee-saderat",
    "627760": "post",
    "627961": "sanat-o-madan",
    "628023": "maskan",
    "636214": "ayandeh",
    "636949": "iran-zamin",
    "639194": "parsian",
    "639217": "keshavarzi",
    "639346": "sina",
    "639347": "pasargad",
    "639599": "sepah",
    "639607": "sarmayeh",
    "991975": "mellat",
}


def bank_of_sheba(text: str) -> Bank | None:
    """The bank that keeps an account; `None` for one not listed. Raises `IdentityError` for a wrong Sheba."""
    return _BANKS.get(_BY_ACCOUNT.get(sheba(text)[4:7], ""))


def bank_of_card(text: str) -> Bank | None:
    """The bank that issued a card; `None` for one not listed. Raises `IdentityError` for a wrong number.

    Merged banks keep their prefixes, and lists in circulation disagree about some: never decide anything
    by it.
    """
    return _BANKS.get(_BY_CARD.get(card(text)[:6], ""))
