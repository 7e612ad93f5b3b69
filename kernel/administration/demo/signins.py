"""The sign-ins of the demonstration: made at random for each site, kept where only its owner can read them."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from kernel.data.config import Config

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are taken for one another."""


@dataclass(frozen=True)
class SignIn:
    """One user of the demonstration, and what he shows."""

    username: str
    display_name: str
    password: str = field(repr=False)
    about: str = ""
    """One line in Persian and English."""


def new_password() -> str:
    """Make a password that can be typed: three groups of four letters and digits."""
    return "-".join("".join(secrets.choice(LETTERS) for _letter in range(4)) for _group in range(3))


def place(config: Config, site: str) -> Path:
    """Give the file of a site's sign-ins. It is there from the beginning of the making to the end of the site."""
    return config.home / "sites" / site / "demo.json"


def write_sign_ins(config: Config, site: str, sign_ins: Sequence[SignIn], *, complete: bool) -> None:
    """Write the sign-ins, readable by this account alone."""
    path = place(config, site)
    partial = path.with_suffix(".partial")
    descriptor = os.open(partial, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump(
            {"complete": complete, "sign_ins": [asdict(each) for each in sign_ins]},
            stream,
            ensure_ascii=False,
            indent=1,
        )
    partial.rename(path)


def read_sign_ins(config: Config, site: str) -> list[SignIn] | None:
    """Give the sign-ins of a demonstration that is whole; None where it was interrupted while it was made."""
    values = json.loads(place(config, site).read_text("utf-8"))
    return [SignIn(**each) for each in values["sign_ins"]] if values["complete"] else None


def is_demo(config: Config, site: str) -> bool:
    """Say whether a site was made as a demonstration."""
    return place(config, site).is_file()
