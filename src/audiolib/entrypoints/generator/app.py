"""The audio-generation service as an aiohttp application."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

from aiohttp import web

from audiolib.entrypoints.config.logs import log_event
from audiolib.entrypoints.generator.recording import Recorder
from audiolib.entrypoints.generator.routes import (
    RECORDER,
    delete_temp_file,
    generate,
    get_temp_file,
)
from audiolib.entrypoints.generator.service_token import require_token
from audiolib.entrypoints.generator.temp_folder import TempFolder
from audiolib.entrypoints.http.application import new_application
from audiolib.entrypoints.http.generator_openapi import generator_document
from audiolib.entrypoints.http.health import live
from audiolib.entrypoints.http.openapi import openapi_handler

_SWEEP_EVERY = 60.0
_log = logging.getLogger("audiolib.generator")


def create_generator(
    recorder: Recorder, *, temp_file_ttl: timedelta, tokens: Sequence[str] = ()
) -> web.Application:
    """`temp_file_ttl` is how long an unsaved file is kept; of `tokens`, a caller must
    have one."""
    app = new_application()
    app.middlewares.append(require_token(tokens))
    app[RECORDER] = recorder

    async def lifespan(_: web.Application) -> AsyncIterator[None]:
        sweeper = asyncio.create_task(_sweep_forever(recorder.folder, temp_file_ttl))
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


async def _sweep_forever(folder: TempFolder, ttl: timedelta) -> None:
    while True:
        try:
            swept = await asyncio.to_thread(folder.sweep, older_than=ttl.total_seconds())
            if swept:
                log_event(_log, logging.INFO, "unsaved temp files deleted", count=swept)
        except OSError as failed:
            log_event(_log, logging.WARNING, "sweep failed", reason=failed.strerror)
        await asyncio.sleep(min(_SWEEP_EVERY, ttl.total_seconds()))
