"""What handlers find in their application."""

import asyncio

import aiohttp
from aiohttp import web

from audiolib.domain.use_cases.access.api_keys import ApiKeys
from audiolib.entrypoints.config.settings import Settings
from audiolib.entrypoints.gateway.credentials import Authenticate
from audiolib.entrypoints.http.gateway_assertion import GatewayAssertions
from audiolib.entrypoints.http.health import CachedCheck
from audiolib.ports.rate_limiter import RateLimiter

SETTINGS = web.AppKey("settings", Settings)
API_KEYS = web.AppKey("api_keys", ApiKeys)
AUTHENTICATE = web.AppKey[Authenticate]("authenticate")
ASSERTIONS = web.AppKey[GatewayAssertions | None]("assertions")
UPSTREAM = web.AppKey("upstream", aiohttp.ClientSession)
READS = web.AppKey[RateLimiter]("reads")
WRITES = web.AppKey[RateLimiter]("writes")
FAILURES = web.AppKey[RateLimiter]("failures")
BAD_LINKS = web.AppKey[RateLimiter]("bad_links")
READINESS = web.AppKey("readiness", CachedCheck)
DRAINING = web.AppKey("draining", asyncio.Event)
