"""What answers are made of: JSON, addresses, and the mark of a record's version."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, request

from kernel.resources.resource import Resource
from kernel.web.rest.problems import ApiError

PREFIX = "/api/v1"


def json_answer(content: Any, status: int = 200) -> Response:
    """Give content as JSON, Persian letters as they are."""
    return Response(json.dumps(content, ensure_ascii=False), status, content_type="application/json")


def address(resource: Resource, record_id: int | None = None) -> str:
    """Give the address of a kind of records, or of one of them."""
    base = f"{PREFIX}/{resource.name}"
    return base if record_id is None else f"{base}/{record_id}"


def etag(version: int) -> str:
    """Give the mark of a version, as `ETag` and `If-Match` carry it."""
    return f'"{version}"'


def wanted_version(*, versioned: bool) -> int | None:
    """Give the version that the request means to change; None where it means whichever there is (`*`).

    Raises 428 where nothing is said, and 412 for a mark that no version ever has.
    """
    if not versioned:
        return None
    given = request.headers.get("If-Match", "").strip()
    if not given:
        raise ApiError(428)
    if given == "*":
        return None
    mark = given.strip('"')
    if given != f'"{mark}"' or not (mark.isascii() and mark.isdigit() and len(mark) < 10):
        raise ApiError(412)
    return int(mark)
