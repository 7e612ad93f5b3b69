"""Many records: a page of a list, with the filters, orders and columns of the pages, and a new record."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Response, request
from werkzeug.exceptions import MethodNotAllowed

from kernel.i18n import _
from kernel.resources.context import Context
from kernel.resources.lists import ListPage, ListQuery, page
from kernel.resources.lists.query import LONGEST_SEARCH, MOST_ROWS
from kernel.resources.records import version_of
from kernel.resources.records.values import visible_parts
from kernel.resources.resource import Part, Resource
from kernel.web.current import current
from kernel.web.rest import bodies, entering, once
from kernel.web.rest.answers import address, etag, json_answer
from kernel.web.rest.problems import ApiError
from kernel.web.rest.values import shown

OWN = frozenset({"q", "sort", "cols", "after", "before", "limit", "count", "parts"})
"""Arguments of the address besides filters; whatever else `ListQuery` reads is taken as well."""


def listing(resource: Resource) -> Response:
    """Give a page of records."""
    context = current()
    context.require(resource.permission, "view")
    query = _query(resource)
    parts = _parts(context, resource)
    found = page(context, resource, query)
    content: dict[str, Any] = {
        "items": shown(context, resource, found.columns, found.rows, parts=parts),
        **_links(resource, query, found),
    }
    if request.args.get("count") in ("1", "true"):
        content["count"] = {"number": found.count.number, "more": found.count.more}
    if found.capped_search:
        content["capped"] = True
    response = json_answer(content)
    links = [f'<{content[name]}>; rel="{name}"' for name in ("next", "prev") if content[name]]
    if links:
        response.headers["Link"] = ", ".join(links)
    return response


def create(resource: Resource) -> Response:
    """Make a record."""
    if not resource.editable:
        raise MethodNotAllowed(valid_methods=["GET", "HEAD", "OPTIONS"])
    current().require(resource.permission, "create")
    content = bodies.sent()
    arguments = entering.read(current(), resource, content, creating=True)
    made = once.execute("record.create", _made(resource), resource=resource.name, **arguments)
    response = json_answer({"id": made["id"], "version": made["version"]}, 201)
    response.headers["Location"] = address(resource, made["id"])
    if made["version"] is not None:
        response.headers["ETag"] = etag(made["version"])
    return response


def _made(resource: Resource) -> once.Compose:
    def compose(context: Context, value: Any) -> dict[str, Any]:
        return {"id": int(value), "version": version_written(context, resource, int(value))}

    return compose


def version_written(context: Context, resource: Resource, record_id: int) -> int | None:
    """Give the version of a record that was written in this transaction, also where its writer sees it no more."""
    with context.system("version of what was written") as system:
        return version_of(system, resource, record_id)


def _query(resource: Resource) -> ListQuery:
    """Read the arguments of the address as lists do, but refuse what they would pass over: nothing widens silently."""
    errors: list[dict[str, Any]] = []
    query = ListQuery.from_args(resource, request.args)
    known = OWN | set(query.to_args())
    for name in request.args:
        if name not in known and not name.startswith("f."):
            errors.append({"parameter": name[:60], "detail": _("This is not known here.")})
    for name in OWN & set(request.args):
        if len(request.args.getlist(name)) > 1:
            errors.append({"parameter": name, "detail": _("This may be given once only.")})
    for name, value in request.args.items(multi=True):
        if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
            errors.append(
                {"parameter": name[:60], "detail": _("This holds a character that cannot be stored.")}
            )
    limit = request.args.get("limit", "1")
    if not (limit.isascii() and limit.isdigit() and len(limit) < 5 and 1 <= int(limit) <= MOST_ROWS):
        text = _("This must be a number from 1 to %(most)d.", most=MOST_ROWS)
        errors.append({"parameter": "limit", "detail": text})
    if request.args.get("count", "1") not in ("0", "1", "true", "false"):
        errors.append({"parameter": "count", "detail": _("This must be true or false.")})
    if len(request.args.get("q", "")) > LONGEST_SEARCH:
        text = _("This may have %(limit)d characters at most.", limit=LONGEST_SEARCH)
        errors.append({"parameter": "q", "detail": text})
    if request.args.get("after") and request.args.get("before"):
        errors.append({"parameter": "before", "detail": _("Give “after” or “before”, not both.")})
    if errors:
        raise ApiError(400, errors[0]["detail"], errors=errors)
    return query


def _parts(context: Context, resource: Resource) -> list[Part]:
    wanted = [name for name in request.args.get("parts", "").split(",") if name]
    known = {part.name: part for part in visible_parts(context, resource)}
    unknown = [name for name in wanted if name not in known]
    if unknown:
        text = _("There is no part “%(name)s”.", name=unknown[0][:60])
        raise ApiError(400, text, errors=[{"parameter": "parts", "detail": text}])
    return [known[name] for name in dict.fromkeys(wanted)]


def _links(resource: Resource, query: ListQuery, found: ListPage) -> dict[str, str | None]:
    more = {name: request.args[name] for name in ("count", "parts") if name in request.args}

    def link(cursor: str | None, *, back: bool = False) -> str | None:
        if cursor is None:
            return None
        args = query.turned(cursor, "previous" if back else "next").to_args()
        return f"{address(resource)}?{urlencode({**args, **more}, doseq=True)}"

    return {"next": link(found.next_cursor), "prev": link(found.previous_cursor, back=True)}
