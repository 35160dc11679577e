"""What handlers find in their application."""

import asyncio
from collections.abc import Callable, Sequence

from aiohttp import web

from audiolib.domain.use_cases.audio_library import AudioLibrary
from audiolib.entrypoints.config.settings import Settings
from audiolib.entrypoints.http.gateway_assertion import GatewayAssertions
from audiolib.entrypoints.http.health import CachedCheck
from audiolib.entrypoints.http.load_shedding import LoadShedder

SETTINGS = web.AppKey("settings", Settings)
ASSERTIONS = web.AppKey[GatewayAssertions | None]("assertions")
LIBRARY = web.AppKey("library", AudioLibrary)
READINESS = web.AppKey("readiness", CachedCheck)
LINK_SECRETS = web.AppKey[Callable[[], Sequence[bytes]]]("link_secrets")
DRAINING = web.AppKey("draining", asyncio.Event)
SAVES = web.AppKey("saves", LoadShedder)
STREAMS = web.AppKey("streams", LoadShedder)
SAVED = web.AppKey("saved", asyncio.Event)
"""Set by a save, so that its temp file is cleaned up at once."""
