"""Uploads go straight to the disk: a route of the server takes them as they come, piece by piece.

Streamlit's own uploader keeps files in the server's memory as long as a tab is open. Here a file of any size
takes no more than a piece of it.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit

import anyio
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from automl.store import Home
from automl.workbench import drafts

__all__ = ["HEADER", "PATH", "ROUTES"]

PATH = "/glassbench/upload"
HEADER = "x-glassbench-upload"
"""A page of another site cannot send it without asking first, which is never allowed."""
_NAME = "x-file-name"
_PIECE = 1 << 20
_SPARE = 500_000_000  # bytes that must be left on the disk


async def upload(request: Request) -> Response:
    """Take a file into a new draft; answers with the draft's id, or with what is wrong and what to do.

    The body is the file itself, its name stands percent-encoded in the header `X-File-Name`.
    """
    if not _is_from_our_page(request):
        return _refused(
            403, "This upload does not come from the workbench's own page.", "Open the page anew."
        )
    limit = _limit()
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > limit:
        return _too_large(limit)
    home = Home()
    if length.isdecimal() and not _has_room(home.uploads_path, int(length)):
        return _no_room()
    name = drafts.safe_name(unquote(request.headers.get(_NAME, ""), errors="replace"))
    folder = drafts.new_folder(home)
    arrived = False
    try:
        refusal = await _write(request, folder / name, limit)
        if refusal is not None:
            return refusal
        draft = await anyio.to_thread.run_sync(drafts.register_upload, folder, folder / name)
        arrived = True
    except ClientDisconnect:
        return Response(status_code=499)  # nobody is there to read it
    finally:
        if not arrived:
            shutil.rmtree(folder, ignore_errors=True)
    return JSONResponse({"draft": draft.id}, status_code=201)


async def _write(request: Request, path: Path, limit: int) -> Response | None:
    """Write what arrives, in pieces; an answer where it must not go on."""
    size, waiting, held = 0, bytearray(), 0
    try:
        async with await anyio.open_file(path, "wb") as file:
            async for part in request.stream():
                size += len(part)
                if size > limit:
                    return _too_large(limit)
                waiting += part
                held += len(part)
                if held >= _PIECE:
                    await file.write(bytes(waiting))
                    waiting.clear()
                    held = 0
            await file.write(bytes(waiting))
    except OSError:
        if _has_room(path.parent, _SPARE):
            raise
        return _no_room()
    expected = request.headers.get("content-length", "")
    if expected.isdecimal() and int(expected) != size:
        return _refused(400, "The upload was cut off.", "Upload the file again.")
    return None


def _limit() -> int:
    from streamlit import config

    return int(config.get_option("server.maxUploadSize")) * 1_000_000


def _is_from_our_page(request: Request) -> bool:
    """Whether a page of this very server sent the request; browsers do not let others claim that."""
    if HEADER not in request.headers:
        return False
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")  # of browsers that say no site, as they do without https
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def _has_room(folder: Path, more: int) -> bool:
    return shutil.disk_usage(folder).free > more + _SPARE


def _refused(status: int, message: str, fix: str) -> Response:
    # The rest of the body is not read: the connection ends here.
    return Response(
        json.dumps({"message": message, "fix": fix}), status, {"Connection": "close"}, "application/json"
    )


def _too_large(limit: int) -> Response:
    return _refused(
        413,
        f"The file is larger than {limit // 1_000_000:,} MB.",
        "Compress it (.csv.gz), save it as Parquet, or ask whoever runs the server to allow a folder that it "
        "is read from in place.",
    )


def _no_room() -> Response:
    return _refused(
        507,
        "There is no room on the server's disk for this file.",
        "Delete runs, or ask whoever runs the server.",
    )


ROUTES = [Route(PATH, upload, methods=["POST"])]
