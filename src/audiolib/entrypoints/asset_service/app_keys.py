"""What handlers find in their application."""

import asyncio
from collections.abc import Callable, Sequence

from aiohttp import web

from audiolib.domain.use_cases.library.browse import BrowseLibrary
from audiolib.domain.use_cases.library.listen import ListenToAudio
from audiolib.domain.use_cases.library.save_audio import SaveAudioToLibrary
from audiolib.entrypoints.config.settings import Settings
from audiolib.entrypoints.http.gateway_assertion import Assertions
from audiolib.entrypoints.http.health import CachedCheck
from audiolib.entrypoints.http.load_shedding import Admission
from audiolib.ports.object_store import ObjectStore

SETTINGS = web.AppKey("settings", Settings)
ASSERTIONS = web.AppKey[Assertions | None]("assertions")
SAVE = web.AppKey("save", SaveAudioToLibrary)
BROWSE = web.AppKey("browse", BrowseLibrary)
LISTEN = web.AppKey("listen", ListenToAudio)
READINESS = web.AppKey("readiness", CachedCheck)
STORE = web.AppKey[ObjectStore]("store")
LINK_SECRETS = web.AppKey[Callable[[], Sequence[bytes]]]("link_secrets")
DRAINING = web.AppKey("draining", asyncio.Event)
SAVES = web.AppKey("saves", Admission)
STREAMS = web.AppKey("streams", Admission)
SAVED = web.AppKey("saved", asyncio.Event)
"""Set by a save, so that its temp file is cleaned up at once."""
