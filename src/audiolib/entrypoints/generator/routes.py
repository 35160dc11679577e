"""What the generator answers."""

import asyncio

from aiohttp import web

from audiolib.domain.model.audio import AudioFormat
from audiolib.domain.model.errors import FieldError, InvalidRequestError, RangeNotSatisfiableError
from audiolib.domain.model.identifiers import TempName
from audiolib.domain.model.metadata import SpeechRequest
from audiolib.domain.model.tenant import Tenant
from audiolib.entrypoints.generator.recording import Recorder
from audiolib.entrypoints.http.access_log import TENANT
from audiolib.entrypoints.http.conditional_requests import range_of
from audiolib.entrypoints.http.identity_headers import CUSTOMER, USER
from audiolib.entrypoints.http.json_body import json_object
from audiolib.entrypoints.http.problem_details import TempFileNotFoundError

RECORDER = web.AppKey("recorder", Recorder)
_FIELDS = frozenset(("text", "voice", "language", "speed"))


async def generate(request: web.Request) -> web.Response:
    """POST /api/generate: 201 with the temp file's audio_url, ready to be saved."""
    fields = await json_object(request, _FIELDS)
    if "text" not in fields:
        raise InvalidRequestError(FieldError("text", "is required"))
    speech = SpeechRequest(**fields)
    recorded = await request.app[RECORDER].record(speech, _tenant(request))
    url = f"/temp/{recorded.name}"
    body = {
        "success": True,
        "audio_url": url,
        "filename": str(recorded.name),
        "voice": speech.voice,
        "size": recorded.size,
        "duration": recorded.duration,
        "sample_rate": recorded.sample_rate,
        "content_type": "audio/wav",
    }
    return web.json_response(body, status=201, headers={"Location": url})


async def get_temp_file(request: web.Request) -> web.StreamResponse:
    """GET and HEAD /temp/{filename}, ranges included."""
    path = await asyncio.to_thread(request.app[RECORDER].folder.find, _name(request))
    if path is None:
        raise TempFileNotFoundError
    try:
        _refuse_other_ranges(request.headers.get("Range"), path.stat().st_size)
    except FileNotFoundError as gone:
        raise TempFileNotFoundError from gone
    headers = {
        "Content-Type": AudioFormat(path.suffix[1:]).content_type,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return web.FileResponse(path, headers=headers)


async def delete_temp_file(request: web.Request) -> web.Response:
    """DELETE /api/cleanup/temp/{filename}: success too when it is gone already."""
    folder, name = request.app[RECORDER].folder, _name(request)
    if_match = request.headers.get("If-Match")
    deleted = await asyncio.to_thread(folder.delete, name, if_match=if_match)
    return web.json_response({"success": True, "filename": str(name), "deleted": deleted})


def _tenant(request: web.Request) -> Tenant | None:
    """Return whose request it is; the middleware has checked the caller's token."""
    try:
        tenant = Tenant(customer_id=request.headers[CUSTOMER], user_id=request.headers[USER])
    except (KeyError, InvalidRequestError):
        return None
    request[TENANT] = tenant
    return tenant


def _refuse_other_ranges(header: str | None, size: int) -> None:
    """aiohttp answers them without problem details, and takes `bytes=-0` for the whole file.

    Raises: RangeNotSatisfiableError.
    """
    if header is not None:
        part = range_of(header, None, "")
        if part is None:
            raise RangeNotSatisfiableError(size)
        part.within(size)


def _name(request: web.Request) -> TempName:
    return TempName(request.match_info["filename"])
