"""Make `docs/pictures/`: the main pages of a fresh demo site, as an ordinary user sees them, wide and on a phone.

Run by `make pictures`. The names in them are invented by the demo; each run invents the same ones.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
PEYVAND = Path(sys.executable).with_name("peyvand")
PATIENCE = 400.0
WIDE, PHONE = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)
PERSON = "/persons?sort=display_name"
PAGES: dict[str, dict[str, dict[str, str]]] = {
    "clinic": {
        "sales": {
            "desk": "/",
            "persons": "/persons",
            "groups": "/persons?group=city",
            "report": "/persons/report?group=province&figure=count&chart=bars&order=most",
            "messages": "/outbox",
            "form": "/persons/new",
            "person": f"{PERSON} >",
        },
        "reception": {
            "day": "/medical/day",
            "board": "/medical/appointments?look=board",
            "calendar": "/medical/appointments?look=calendar",
        },
    },
    "full": {
        "agency": {"calls": "/insurance/calls", "policy": "/insurance/policies >"},
        "education": {"class": "/education/offerings >", "debts": "/education/debts"},
        "zamanat": {"guarantees": "/carpet/desk", "guarantee": "/carpet/guarantees >"},
        "seller": {"invoice": "/sales/invoices >"},
        "projects": {"project": "/projects/projects >"},
        "club": {"counter": "/club/counter"},
    },
}
"""By edition and user, pages by the name of their picture; with `>` the first record of a list."""


def main() -> None:
    """Take the pictures of one edition after the other."""
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True)
    for edition, pages in PAGES.items():
        picture(edition, pages)


def picture(edition: str, pages: dict[str, dict[str, str]]) -> None:
    """Serve the demonstration of an edition in a folder of its own, take its pictures, and end it."""
    with tempfile.TemporaryDirectory() as home:
        port = free_port()
        command = [str(PEYVAND), "demo", "--edition", edition, "--parties", "200", "--port", str(port)]
        with subprocess.Popen(command, env={**os.environ, "PEYVAND_HOME": home}) as server:
            try:
                address = f"http://localhost:{port}"
                wait_for(f"{address}/sign-in")
                kept = json.loads((Path(home) / "sites" / "demo" / "demo.json").read_text("utf-8"))
                take(address, {each["username"]: each["password"] for each in kept["sign_ins"]}, pages)
            finally:
                server.send_signal(signal.SIGINT)


def take(address: str, passwords: dict[str, str], pages: dict[str, dict[str, str]]) -> None:
    """Sign in and take all pictures."""
    program = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        for user, wanted in pages.items():
            page = signed_in(browser, address, user, passwords[user])
            for name, path in wanted.items():
                shown = place(page, address, path)
                for suffix, size in (("", WIDE), ("-phone", PHONE)):
                    shoot(page, address + shown, PICTURES / f"{name}{suffix}.png", size)
        browser.close()


def place(page: Page, address: str, path: str) -> str:
    """Give the address of a page; of a list with `>` that of its first record."""
    listed, arrow, _rest = path.partition(" >")
    if not arrow:
        return path
    page.set_viewport_size(WIDE)
    page.goto(address + listed)
    return page.locator("tr[data-id] td a").first.get_attribute("href") or "/"


def shoot(page: Page, address: str, picture: Path, size: ViewportSize) -> None:
    """Take one picture; raises `RuntimeError` for a page that is refused."""
    page.set_viewport_size(size)
    answer = page.goto(address, wait_until="networkidle")
    if answer is None or not answer.ok:
        raise RuntimeError(f"{address} cannot be shown")
    page.screenshot(path=picture)


def signed_in(browser: Browser, address: str, user: str, password: str) -> Page:
    """A page in which the user has signed in."""
    page = browser.new_context(reduced_motion="reduce", locale="fa-IR").new_page()
    page.goto(f"{address}/sign-in")
    page.fill("#username", user)
    page.fill("#password", password)
    page.locator("form.form").get_by_role("button").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    return page


def wait_for(address: str) -> None:
    """Wait until the demo answers."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - our own server
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise TimeoutError(address)


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
