"""Probable duplicates among what is there: a list of pairs, each to be merged or told apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from kernel.fa.digits import stored_number
from kernel.i18n import LazyText, _, ngettext_lazy
from kernel.jobs.own_work import work_on
from kernel.parties.duplicates import REASONS
from kernel.parties.finding import COMPARISONS, MOST
from kernel.parties.models import ORGANISATION, PERSON, Party, PartyScan
from kernel.parties.pairs import COUNTED, PAGE, SUBJECT, Pair, Wanted, count_pairs, is_busy, last_scan, pairs
from kernel.resources.context import Context
from kernel.resources.errors import NotFound
from kernel.web.current import current, needs, run_command, tell
from kernel.web.pages import go_to, render
from kernel.web.security import local_address
from kernel.web.views.addresses import record_url

pages = Blueprint("pairs", __name__, url_prefix="/duplicates")

SCORES = (80, 60)
"""Least scores that the page offers to filter by."""


@dataclass(frozen=True)
class Shown:
    """One record of a pair as the page shows it."""

    name: str
    url: str
    line: str


@pages.get("")
@needs("party", "merge")
def listed() -> ResponseReturnValue:
    """Show the pairs of which the reader sees both records."""
    context = current()
    wanted = _wanted()
    found = pairs(context, wanted)
    scan = last_scan(context)
    return render(
        "merging/pairs.html",
        lines=[(pair, *_both(context, pair)) for pair in found],
        count=_count(count_pairs(context, wanted)),
        wanted=wanted,
        filters=_filters(wanted),
        scan=scan,
        busy=is_busy(context, scan),
        **_progress(context, scan),
        common=[(REASONS[reason][1], number) for reason, number in (scan.common if scan else {}).items()],
        most=MOST,
        next_url=_address(wanted, after=f"{found[-1].score}.{found[-1].id}") if len(found) == PAGE else None,
        first_url=_address(wanted) if wanted.after else None,
        here=request.full_path,
    )


@pages.get("/searching")
@needs("party", "merge")
def searching() -> ResponseReturnValue:
    """Give how far the search is; when it has ended, send the browser to what it found."""
    context = current()
    scan = last_scan(context)
    if not is_busy(context, scan):
        return go_to("/duplicates")
    return render("merging/searching.html", **_progress(context, scan))


def _progress(context: Context, scan: PartyScan | None) -> dict[str, Any]:
    work = work_on(context, (SUBJECT, scan.id)) if scan is not None else None
    return {
        "work": work if work is not None and work.going_on else None,
        "share": 100 * scan.step // (len(COMPARISONS) + 1) if scan is not None else 0,
    }


@pages.post("")
@needs("party", "merge")
def act() -> ResponseReturnValue:
    """Tell the records of a pair apart, take that back, or search anew."""
    wanted = request.form.get("do", "")
    back = local_address(request.form.get("back"), "/duplicates")
    if wanted in ("search", "search-all"):
        if run_command("party.find_duplicates", whole=wanted == "search-all").done:
            tell(_("The search has begun; its hits appear here."))
        return go_to("/duplicates")
    number = stored_number(request.form.get("pair", ""))
    if wanted not in ("apart", "together") or number is None:
        raise NotFound()
    if run_command("party.tell_apart", pair_id=number, apart=wanted == "apart").done:
        tell(
            _("Remembered: these two are not the same.")
            if wanted == "apart"
            else _("The pair is listed again.")
        )
    return go_to(back)


def _both(context: Context, pair: Pair) -> tuple[Shown, Shown, str]:
    kind = context.runtime.resource(pair.first.kind)
    merge_url = f"{record_url(kind, pair.first.id)}/merge?with={pair.second.id}"
    return _shown(context, pair.first), _shown(context, pair.second), merge_url


def _shown(context: Context, party: Party) -> Shown:
    resource = context.runtime.resource(party.kind)
    line = resource.description(context, party) if resource.description else ""
    return Shown(party.display_name, record_url(resource, party.id), line)


def _wanted() -> Wanted:
    args = request.args
    reason, kind = args.get("reason", ""), args.get("kind", "")
    score, _dot, number = args.get("after", "").partition(".")
    after = stored_number(score), stored_number(number)
    return Wanted(
        dismissed=args.get("apart") == "1",
        reason=reason if reason in REASONS else "",
        kind=kind if kind in (PERSON, ORGANISATION) else "",
        least=stored_number(args.get("least", "")) or 0,
        after=(after[0], after[1]) if after[0] is not None and after[1] is not None else None,
    )


def _address(wanted: Wanted, **changes: Any) -> str:
    values: dict[str, Any] = {
        "apart": "1" if wanted.dismissed else "",
        "reason": wanted.reason,
        "kind": wanted.kind,
        "least": wanted.least or "",
        **changes,
    }
    arguments = urlencode({name: value for name, value in values.items() if value})
    return f"/duplicates?{arguments}" if arguments else "/duplicates"


def _filters(wanted: Wanted) -> list[dict[str, Any]]:
    """Give the groups of filters, each with its links."""
    kinds = {"": _("All"), PERSON: _("Persons"), ORGANISATION: _("Organisations")}
    scores = {0: _("All")} | {least: _("%(number)d and more", number=least) for least in SCORES}
    reasons = {"": _("All")} | {
        comparison.reason: REASONS[comparison.reason][1] for comparison in COMPARISONS
    }
    return [
        _group("kind", _("Kind"), kinds, wanted.kind, wanted),
        _group("least", _("Score"), scores, wanted.least, wanted),
        _group("reason", _("Reason"), reasons, wanted.reason, wanted),
        _group(
            "apart",
            _("State"),
            {"": _("Open"), "1": _("Told apart")},
            "1" if wanted.dismissed else "",
            wanted,
        ),
    ]


def _group(
    name: str, title: LazyText, options: dict[Any, LazyText], chosen: Any, wanted: Wanted
) -> dict[str, Any]:
    links = [
        {"label": text, "url": _address(wanted, **{name: key}), "current": key == chosen}
        for key, text in options.items()
    ]
    current_text = options.get(chosen)
    return {"key": name, "title": title, "links": links, "chosen": current_text if chosen else None}


def _count(number: int) -> LazyText:
    if number > COUNTED:
        return _("More than %(number)d pairs", number=COUNTED)
    return ngettext_lazy("%(n)d pair", "%(n)d pairs", n=number)
