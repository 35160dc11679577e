"""Answers of an S3 server that say one thing and mean another."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from audiolib.adapters.s3.client import open_s3
from audiolib.adapters.s3.object_store import S3ObjectStore
from audiolib.adapters.s3.settings import S3Settings
from audiolib.domain.model.errors import InsufficientStorageError, StorageUnavailableError
from audiolib.entrypoints.bootstrap.runtime import utc_now
from audiolib.testing.contracts.samples import content, payload
from tests.integration.test_s3_probe import KEY, WeakServer, new_token


class MoodyServer(WeakServer):
    """Gives some answers of its own to puts and completions, before it does what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: list[tuple[int, str]] = []
        self.completions: list[tuple[int, str]] = []
        self.asked = 0

    async def key(self, request: web.Request) -> web.Response:
        ends = request.method == "POST" and "uploads" not in request.query
        planned = self.completions if ends else self.answers
        if (request.method == "PUT" or ends) and planned:
            await request.read()
            self.asked += 1
            status, code = planned.pop(0)
            body = f"<Error><Code>{code}</Code><Message>not now</Message></Error>"
            return web.Response(status=status, text=body, content_type="application/xml")
        if "partNumber" in request.query:
            await request.read()
            return web.Response(headers={"ETag": '"x"'})
        return await super().key(request)


@asynccontextmanager
async def opened(server: MoodyServer) -> AsyncIterator[S3ObjectStore]:
    async with TestServer(server.app()) as running:
        settings = S3Settings(
            endpoint_url=str(running.make_url("")).rstrip("/"),
            allow_weak_store=True,
            part_size=1024,
        )
        async with open_s3(settings, now=utc_now, new_token=new_token) as store:
            yield store


PASSING = [
    (503, "SlowDown"),
    (500, "InternalError"),
    (409, "ConditionalRequestConflict"),
    (409, "OperationAborted"),
    (400, "RequestTimeout"),
]


@pytest.mark.parametrize(("status", "code"), PASSING)
async def test_a_failure_that_passes_is_tried_again(aws_keys: None, status: int, code: str) -> None:
    server = MoodyServer()
    async with opened(server) as store:
        server.answers = [(status, code)] * 2
        await store.put(KEY, content(b"some audio"), content_type="audio/wav")
        assert (server.asked, server.objects[str(KEY)]) == (2, b"some audio")


async def test_one_that_lasts_is_told_after_three_tries(aws_keys: None) -> None:
    server = MoodyServer()
    async with opened(server) as store:
        server.answers = [(503, "SlowDown")] * 9
        with pytest.raises(StorageUnavailableError, match="SlowDown"):
            await store.put(KEY, content(b"some audio"), content_type="audio/wav")
        assert server.asked == 3


@pytest.mark.parametrize(("status", "code"), [(507, "507"), (400, "XMinioStorageFull")])
async def test_no_room_is_told_at_once(aws_keys: None, status: int, code: str) -> None:
    server = MoodyServer()
    async with opened(server) as store:
        server.answers = [(status, code)]
        with pytest.raises(InsufficientStorageError):
            await store.put(KEY, content(b"some audio"), content_type="audio/wav")
        assert server.asked == 1


async def test_a_completion_answered_200_with_an_error_is_no_success(aws_keys: None) -> None:
    server = MoodyServer()
    async with opened(server) as store:
        server.completions = [(200, "InternalError")] * 9
        with pytest.raises(StorageUnavailableError, match="InternalError"):
            await store.put(KEY, content(payload(3000)), content_type="audio/wav")
        assert server.completions != [(200, "InternalError")] * 9


async def test_a_conflict_at_the_completion_is_tried_again(aws_keys: None) -> None:
    server = MoodyServer()
    async with opened(server) as store:
        server.completions = [(409, "ConditionalRequestConflict")]
        server.objects[str(KEY)] = bytes(3000)
        await store.put(KEY, content(payload(3000)), content_type="audio/wav")
        assert server.completions == []


@pytest.mark.parametrize("ours", [True, False])
async def test_a_failed_completion_is_read_back(aws_keys: None, ours: bool) -> None:
    """Its answer may be all that was lost; the token says whose object it is."""
    server = MoodyServer()
    async with opened(server) as store:
        server.completions = [(500, "InternalError")] * 20
        put = store.put(KEY, content(payload(3000)), content_type="audio/wav")
        server.objects[str(KEY)] = bytes(3000)
        if ours:
            assert (await put).size == 3000
            return
        attributes = server.tokens

        class Others(dict[str, str]):
            def get(self, key: str, default: object = None) -> str:
                return "of another" if key == str(KEY) else attributes.get(key, "")

        server.tokens = Others()
        with pytest.raises(StorageUnavailableError, match="InternalError"):
            await put
