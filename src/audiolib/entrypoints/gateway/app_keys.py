"""What handlers find in their application."""

import asyncio

import aiohttp
from aiohttp import web

from audiolib.domain.use_cases.access.api_keys import KeyRing
from audiolib.entrypoints.config.settings import Settings
from audiolib.entrypoints.gateway.credentials import Authenticate
from audiolib.entrypoints.gateway.rate_limit import RateLimit
from audiolib.entrypoints.http.gateway_assertion import Assertions
from audiolib.entrypoints.http.health import CachedCheck

SETTINGS = web.AppKey("settings", Settings)
KEY_RING = web.AppKey("key_ring", KeyRing)
AUTHENTICATE = web.AppKey[Authenticate]("authenticate")
ASSERTIONS = web.AppKey[Assertions | None]("assertions")
UPSTREAM = web.AppKey("upstream", aiohttp.ClientSession)
READS = web.AppKey("reads", RateLimit)
WRITES = web.AppKey("writes", RateLimit)
FAILURES = web.AppKey("failures", RateLimit)
BAD_LINKS = web.AppKey("bad_links", RateLimit)
READINESS = web.AppKey("readiness", CachedCheck)
DRAINING = web.AppKey("draining", asyncio.Event)
