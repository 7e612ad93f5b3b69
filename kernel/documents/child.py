"""The process that makes a PDF: it fills a template, lays it out and writes the file, and can do nothing else.

It runs apart from the worker, so that a template that loops for ever is ended with its process and takes no memory along.
What it gets comes over its standard input as JSON: the layout, the values that all pieces share, the pieces, the files
that the layout may name, and where the PDF goes. It tells on its standard output, a line each: `ready`, then after each
chunk how many pieces are laid out, at last `done` and the number of pages; or `fault` and what is wrong with the layout.
"""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

MEMORY = 2 << 30
"""Bytes of memory that it may take."""
LARGEST = 1 << 29
"""Bytes of a file that it may write."""
SCHEME = "peyvand:"
"""What the addresses of given files begin with; no others are answered."""
FORBIDDEN = (
    *("socket.connect", "socket.getaddrinfo", "socket.sendto", "subprocess.Popen"),
    *("os.system", "os.exec", "os.posix_spawn", "os.fork"),
)
"""What no template has a reason to cause, by the names of Python's audit events."""


LIBRARIES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
"""What WeasyPrint needs of the system, by Debian's names."""


class Refused(Exception):
    """A layout asked for something that it is not given."""


def main() -> None:
    """Read what to make, make it, and tell how far it is."""
    _limit()
    given = json.loads(sys.stdin.buffer.read())
    try:
        _make(given)
    except Exception as error:  # whatever is wrong with a layout, the parent hears of it in words
        _tell("fault", f"{type(error).__name__}: {error}"[:500].replace("\n", " "))
        sys.exit(1)


def _make(given: Mapping[str, Any]) -> None:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    try:
        from weasyprint import HTML
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse
    except OSError as error:  # it loads libraries of the system as it is imported
        raise Refused(f"install the system packages {LIBRARIES} ({error.args[0]})") from error

    files = {name: base64.b64decode(content) for name, content in given["files"].items()}
    refused: list[str] = []

    class Given(URLFetcher):  # type: ignore[misc]  # the package says nothing of its types
        """Answers for the files that were given, and for nothing else."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            content = files.get(url.removeprefix(SCHEME)) if url.startswith(SCHEME) else None
            if content is None:
                refused.append(url)
                raise FatalURLFetchingError(f"{url[:200]} is not given to this document")
            return URLFetcherResponse(url, content)

    environment = ImmutableSandboxedEnvironment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(given["layout"])
    fonts, fetcher = FontConfiguration(), Given()
    pieces: Sequence[Any] = given["pieces"]
    chunk = max(int(given["chunk"]), 1)
    _shut()
    _tell("ready")
    documents = []
    for start in range(0, len(pieces), chunk):
        some = pieces[start : start + chunk]
        html = template.render(**given["common"], pieces=some, first=start)
        documents.append(HTML(string=html, base_url=None, url_fetcher=fetcher).render(font_config=fonts))
        _tell("at", str(start + len(some)))
    if refused:
        raise Refused(refused[0])
    pages = [page for document in documents for page in document.pages]
    content = documents[0].copy(pages).write_pdf() if documents else b""
    sys.stdout.flush()
    with open(given["target"], "wb") as target:
        target.write(content)
    _tell("done", str(len(pages)))


def _limit() -> None:
    """Take no more memory and write no larger file than is fair."""
    try:
        import resource
    except ImportError:  # no such limits on this system
        return
    for kind, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_FSIZE, LARGEST)):
        _soft, hard = resource.getrlimit(kind)
        within = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (within, hard))


def _shut() -> None:
    """From here on neither the network nor other programs: what templates cause goes through here."""
    import logging

    logging.getLogger("weasyprint").disabled = True  # it writes of every declaration that it does not know

    def audit(event: str, _arguments: Any) -> None:
        if event in FORBIDDEN:
            raise Refused(event)

    sys.addaudithook(audit)


def _tell(*words: str) -> None:
    sys.stdout.write(" ".join(words) + "\n")
    sys.stdout.flush()


def _run() -> NoReturn:
    main()
    sys.exit(0)


if __name__ == "__main__":
    _run()
