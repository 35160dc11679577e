"""The audio-generation service as an aiohttp application."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

from aiohttp import web

from audiolib.domain.model.errors import AudioLibraryError
from audiolib.domain.use_cases.speech.record_speech import RecordSpeech
from audiolib.entrypoints.config.groups import SpeakingLimits
from audiolib.entrypoints.config.logs import log_event
from audiolib.entrypoints.generator.app_keys import (
    RECORD_SPEECH,
    SPEAKING,
    SPEAKING_SECONDS,
    TEMP_READS,
)
from audiolib.entrypoints.generator.routes import delete_temp_file, generate, get_temp_file
from audiolib.entrypoints.generator.service_token import require_token
from audiolib.entrypoints.http.application import new_application
from audiolib.entrypoints.http.generator_openapi import generator_document
from audiolib.entrypoints.http.health import live
from audiolib.entrypoints.http.load_shedding import LoadShedder
from audiolib.entrypoints.http.openapi import openapi_handler
from audiolib.ports.temp_file_store import TempFileStore

_SWEEP_EVERY = 60.0
_MOST_READS = 256
"""Temp files that are read at once: each takes a buffer while its reader is slow."""
_log = logging.getLogger("audiolib.generator")


def create_generator(
    record_speech: RecordSpeech,
    limits: SpeakingLimits,
    *,
    temp_file_ttl: timedelta,
    tokens: Sequence[str] = (),
) -> web.Application:
    """`temp_file_ttl` is how long an unsaved file is kept. A caller must send one of `tokens`;
    without any, every caller is served."""
    app = new_application()
    app.middlewares.append(require_token(tokens))
    app[RECORD_SPEECH] = record_speech
    app[SPEAKING_SECONDS] = limits.longest
    app[SPEAKING] = LoadShedder(
        "requests to speak",
        most=1,
        most_per_tenant=limits.per_tenant,
        queue=limits.queue,
        queue_wait=None,
    )

    app[TEMP_READS] = LoadShedder("downloads", most=_MOST_READS, most_per_tenant=_MOST_READS)

    async def lifespan(_: web.Application) -> AsyncIterator[None]:
        sweeper = asyncio.create_task(_sweep_forever(record_speech.temp_files, temp_file_ttl))
        yield
        sweeper.cancel()
        await asyncio.gather(sweeper, return_exceptions=True)

    app.cleanup_ctx.append(lifespan)
    app.router.add_post("/api/generate", generate)
    app.router.add_get("/temp/{filename}", get_temp_file)
    app.router.add_delete("/api/cleanup/temp/{filename}", delete_temp_file)
    app.router.add_get("/health/live", live, allow_head=False)
    app.router.add_get("/openapi.json", openapi_handler(generator_document), allow_head=False)
    return app


async def _sweep_forever(temp_files: TempFileStore, ttl: timedelta) -> None:
    while True:
        try:
            swept = await temp_files.sweep(older_than=ttl)
            if swept:
                log_event(_log, logging.INFO, "unsaved temp files deleted", count=swept)
        except AudioLibraryError as failed:
            log_event(_log, logging.WARNING, "sweep failed", reason=failed)
        await asyncio.sleep(min(_SWEEP_EVERY, ttl.total_seconds()))
