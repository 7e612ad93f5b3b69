import json
import socket

import pytest

import kernel.cli.demo as command
from kernel.administration.demo import SignIn
from kernel.administration.demo.signins import place
from kernel.data.site_store import SiteStore


@pytest.fixture
def demo(peyvand, config, monkeypatch):
    """Run `peyvand demo` without the people, which have tests of their own; `demo.made` counts the makings."""

    def make(runtime, parties, tell):
        run.made += 1
        tell("parties", parties, parties)
        if run.interrupted:
            raise KeyboardInterrupt
        return [SignIn("admin", "مدیر", f"password-{run.made}")]

    def run(*arguments, **options):
        return peyvand("demo", "--only-make", *arguments, **options)

    run.made, run.interrupted = 0, False
    monkeypatch.setattr(command, "make_demo", make)
    yield run
    if command.SITE in SiteStore(config).names():
        peyvand("site", "drop", command.SITE, "--yes-drop", command.SITE)


def test_the_first_start_makes_it_and_the_second_keeps_it(demo, config):
    first = demo("--parties", "60")
    assert "password-1" in first
    assert "http://localhost:" in first
    assert "password-1" in demo("--parties", "500")
    assert demo.made == 1
    assert SiteStore(config).load("demo").edition == "clinic"


def test_one_that_was_interrupted_is_made_anew(demo, config):
    demo.interrupted = True
    demo(status=1)
    assert json.loads(place(config, "demo").read_text("utf-8"))["complete"] is False
    demo.interrupted = False
    assert "password-2" in demo()


def test_a_site_that_only_bears_the_name_is_left_alone(demo, peyvand):
    peyvand("site", "create", "demo")
    assert "no demonstration" in demo(status=1)
    assert demo.made == 0


def test_a_port_that_is_taken_is_passed_over():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert port < command.free_port("127.0.0.1", port) <= port + command.TRIED
