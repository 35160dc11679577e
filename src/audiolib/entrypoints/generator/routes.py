"""What the generator answers."""

import asyncio

from aiohttp import web

from audiolib.domain.model.audio import AudioFormat
from audiolib.domain.model.errors import (
    InvalidRequestError,
    VersionConflictError,
)
from audiolib.domain.model.identifiers import TempName
from audiolib.domain.model.metadata import SpeechRequest
from audiolib.domain.model.objects import Slice
from audiolib.domain.model.tenant import Tenant
from audiolib.domain.use_cases.speech.record_speech import RecordedSpeech
from audiolib.entrypoints.generator.app_keys import (
    RECORD_SPEECH,
    SPEAKING,
    SPEAKING_SECONDS,
    TEMP_READS,
)
from audiolib.entrypoints.http.access_log import TENANT
from audiolib.entrypoints.http.answers import DeletedTempFile, GeneratedSpeech
from audiolib.entrypoints.http.audio_response import head_response, stream_audio
from audiolib.entrypoints.http.conditional_requests import allows, matches, range_of
from audiolib.entrypoints.http.identity_headers import CUSTOMER, USER
from audiolib.entrypoints.http.json_body import json_response, read_fields
from audiolib.entrypoints.http.problem_details import SpeechTimeoutError
from audiolib.ports.object_store import OpenedObject


async def generate(request: web.Request) -> web.Response:
    """POST /api/generate: 201 with the temp file's audio_url, ready to be saved."""
    speech = SpeechRequest(**await read_fields(request, SpeechRequest))
    recorded = await _record(request, speech)
    url = f"/temp/{recorded.name}"
    answer = GeneratedSpeech(
        audio_url=url,
        filename=str(recorded.name),
        voice=speech.voice,
        size=recorded.size,
        duration=recorded.duration,
        sample_rate=recorded.sample_rate,
    )
    return json_response(answer, status=201, headers={"Location": url})


async def _record(request: web.Request, speech: SpeechRequest) -> RecordedSpeech:
    """Wait for a turn, and speak within the time for one text."""
    record_speech, seconds = request.app[RECORD_SPEECH], request.app[SPEAKING_SECONDS]
    tenant = _tenant(request)
    record_speech.check(speech)  # it waits for no turn that can do nothing with it
    async with request.app[SPEAKING].slot(tenant):
        try:
            async with asyncio.timeout(seconds):
                return await record_speech(speech)
        except TimeoutError as late:
            raise SpeechTimeoutError(
                f"speaking this text takes more than {seconds:g} seconds"
            ) from late


async def get_temp_file(request: web.Request) -> web.StreamResponse:
    """GET and HEAD /temp/{filename}, ranges included."""
    name = _name(request)
    async with (
        request.app[TEMP_READS].slot(None),
        request.app[RECORD_SPEECH].temp_files.open(name) as opened,
    ):
        if not allows(request.headers.get("If-Match"), opened.etag):
            raise VersionConflictError
        content_type = AudioFormat(str(name).rpartition(".")[2]).content_type
        headers = {"ETag": opened.etag, "Accept-Ranges": "bytes", "Cache-Control": "no-store"}
        if matches(request.headers.get("If-None-Match"), opened.etag):
            return web.Response(status=304, headers=headers)
        if request.method == "HEAD":
            return head_response(opened.size, headers, content_type)
        part = range_of(request.headers.get("Range"), request.headers.get("If-Range"), opened.etag)
        cut = Slice(start=0, stop=opened.size) if part is None else part.within(opened.size)
        audio = OpenedObject(size=opened.size, part=cut, chunks=opened.read(cut))
        return await stream_audio(request, audio, part, headers, content_type, min_rate=None)


async def delete_temp_file(request: web.Request) -> web.Response:
    """DELETE /api/cleanup/temp/{filename}: success too when it is gone already."""
    temp_files, name = request.app[RECORD_SPEECH].temp_files, _name(request)
    if_match = request.headers.get("If-Match")
    deleted = await temp_files.delete(name, etag=None if if_match == "*" else if_match)
    return json_response(DeletedTempFile(filename=str(name), deleted=deleted))


def _tenant(request: web.Request) -> Tenant | None:
    """Return whose request it is; the middleware has checked the caller's token."""
    try:
        tenant = Tenant(customer_id=request.headers[CUSTOMER], user_id=request.headers[USER])
    except (KeyError, InvalidRequestError):
        return None
    request[TENANT] = tenant
    return tenant


def _name(request: web.Request) -> TempName:
    return TempName(request.match_info["filename"])
