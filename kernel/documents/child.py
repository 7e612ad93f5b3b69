"""The process that makes a PDF: it fills a template, lays it out and writes the file, and can do nothing else.

It runs apart from the worker, so that a template that loops for ever is ended with its process and takes no memory along.
What it gets comes over its standard input as JSON: the layout, the values that all pieces share, the pieces, the files
that the layout may name, the body that a site has designed for the pieces, and where the PDF goes. It tells on its
standard output, a line each: `ready`, then after each chunk how many pieces are laid out, at last `done` and the number of
pages; or `fault` and what is wrong with the layout.
"""

from __future__ import annotations

import base64
import json
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from kernel.documents.designs.language import MARKUP, layout_faults
from kernel.documents.designs.sandbox import written_by
from kernel.documents.designs.style import style_faults

MEMORY = 2 << 30
"""Bytes of memory that it may take."""
LARGEST = 1 << 29
"""Bytes of a file that it may write."""
PART = 50
"""Pages that are held until they are written: a page that is laid out takes some megabytes."""
SCHEME = "peyvand:"
"""What the addresses of given files begin with; no others are answered."""
FORBIDDEN = (
    *("socket.connect", "socket.getaddrinfo", "socket.sendto", "subprocess.Popen"),
    *("os.system", "os.exec", "os.posix_spawn", "os.fork"),
)
"""What no template has a reason to cause, by the names of Python's audit events."""


MARKUP_BARRED = MARKUP[0][0]
"""Elements that no layout writes, however it puts them together."""
PICTURE_WIDTH, PICTURE_MOST = 900, 3.0
"""Pixels that a drawn page is wide, and pixels for a point at most."""
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
        _tell("fault", f"{_line_of(error)}{type(error).__name__}: {error}"[:500].replace("\n", " "))
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
    _look_at(given)
    fonts, fetcher = FontConfiguration(), Given()
    pieces: Sequence[Any] = given["pieces"]
    chunk = max(int(given["chunk"]), 1)
    _shut()
    _tell("ready")
    target = Path(given["target"])
    parts: list[Path] = []
    held: list[Any] = []
    pages = 0
    common = {"style": given["style"], "language": given["language"], **given["common"]}
    for start in range(0, len(pieces), chunk):
        some = pieces[start : start + chunk]
        _fill(given, some)
        html = template.render(**common, pieces=some, first=start)
        held.append(HTML(string=html, base_url=None, url_fetcher=fetcher).render(font_config=fonts))
        pages += len(held[-1].pages)
        if refused:
            raise Refused(refused[0])
        if sum(len(each.pages) for each in held) >= PART:
            parts.append(_write(held, target.with_name(f"part-{len(parts)}.pdf")))
            held = []
        _tell("at", str(start + len(some)))
    if held:
        parts.append(_write(held, target.with_name(f"part-{len(parts)}.pdf")))
    _join(parts, target)
    if given["pictures"] and parts:
        _draw(target, int(given["pictures"]))
    _tell("done", str(pages))


def _write(documents: Sequence[Any], path: Path) -> Path:
    """Write laid out documents to one file, so that their memory can be given back."""
    pages = [page for document in documents for page in document.pages]
    path.write_bytes(documents[0].copy(pages).write_pdf())
    return path


def _join(parts: Sequence[Path], target: Path) -> None:
    """Make one file of all parts; an empty one of none."""
    if len(parts) < 2:
        target.write_bytes(parts[0].read_bytes() if parts else b"")
        return
    import pypdfium2

    whole = pypdfium2.PdfDocument(parts[0])
    for path in parts[1:]:
        whole.import_pages(pypdfium2.PdfDocument(path))
    whole.save(target)


def _fill(given: Mapping[str, Any], pieces: Sequence[Any]) -> None:
    """Give each piece what the body makes of its values; the body and its style are looked at again here."""
    if not given["body"]:
        return
    for piece in pieces:
        for each in piece if isinstance(piece, list) else [piece]:
            values = {**given["shared"], **each["values"]}
            each["html"] = written_by(given["body"], values, given["language"])
            found = MARKUP_BARRED.search(each["html"])
            if found is not None:
                raise Refused(f"“{found[1]}” cannot be used in a layout")


def _look_at(given: Mapping[str, Any]) -> None:
    """Refuse a body or style that could not have been saved: what stands in the database counts for nothing by itself."""
    found = style_faults(given["style"])
    if given["body"]:
        found += [each for each in layout_faults(given["body"], None) if not found]
    if found:
        raise Refused(f"line {found[0].line}: {found[0].message}")


def _draw(path: Path, most: int) -> None:
    """Draw the first pages of a file as pictures beside it."""
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    for place in range(min(len(document), most)):
        page = document[place]
        scale = min(PICTURE_WIDTH / page.get_width(), PICTURE_MOST)
        page.render(scale=scale).to_pil().save(path.with_name(f"page-{place:02}.png"), optimize=True)


def _line_of(error: BaseException) -> str:
    """Name the line of the body where filling it stopped, as far as Jinja knows it."""
    own = [
        frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == "<template>"
    ]
    found = own[-1] if own else getattr(error, "lineno", None)
    return f"line {found}: " if found else ""


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
