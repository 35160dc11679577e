"""The contract of an object store: presign."""

import asyncio
import re
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

import pytest

from audiolib.domain.model.identifiers import ObjectKey
from audiolib.domain.model.links import PresignedUrl
from audiolib.ports.object_store import ObjectStore
from audiolib.testing.contracts.object_store_hooks import ObjectStoreHooks, put
from audiolib.testing.contracts.samples import PATIENCE, content, new_key, payload, seconds

HOUR = timedelta(hours=1)
filenames = pytest.mark.parametrize(
    "filename",
    ["speech.wav", "two words.wav", 'Grüße; "100 %" 你好, it\'s + a & test 🎧.wav'],
    ids=["plain", "space", "anything"],
)


class ObjectStoreLinks(ObjectStoreHooks):
    """Valid for the holder of the URL, until it expires."""

    @filenames
    async def test_a_url_gives_the_bytes(self, store: ObjectStore, filename: str) -> None:
        key, data = new_key(), payload(100_000)
        await put(store, key, content(data))
        link = await _presign(store, key, filename)
        status, body, headers = await self.fetch(link.url)
        assert (status, body) == (200, data)
        if self.serves_headers:
            assert _header(headers, "content-type") == "audio/x-asked-for"
            assert _download_name(_header(headers, "content-disposition")) == filename

    async def test_a_url_gives_an_object_of_several_parts(self, store: ObjectStore) -> None:
        key, data = new_key(), payload(self.part_size + 1)
        await put(store, key, content(data))
        link = await _presign(store, key)
        status, body, _ = await self.fetch(link.url)
        assert (status, body) == (200, data)

    async def test_nothing_is_looked_up_and_a_missing_object_stays_missing(
        self, store: ObjectStore
    ) -> None:
        link = await _presign(store, new_key())
        status, _, _ = await self.fetch(link.url)
        assert status in (403, 404)

    async def test_a_url_is_good_before_its_object_is_there(self, store: ObjectStore) -> None:
        key = new_key()
        link = await _presign(store, key)
        await put(store, key, content(b"came later"))
        status, body, _ = await self.fetch(link.url)
        assert (status, body) == (200, b"came later")

    async def test_a_url_says_when_it_expires(self, store: ObjectStore) -> None:
        short = await _presign(store, new_key(), expires_in=seconds(60))
        long = await _presign(store, new_key(), expires_in=HOUR)
        assert short.expires_at.utcoffset() is not None
        gap = long.expires_at - short.expires_at - (HOUR - seconds(60))
        assert abs(gap) < seconds(PATIENCE)

    async def test_a_url_expires(self, store: ObjectStore) -> None:
        key = new_key()
        await put(store, key, content(b"for a while"))
        link = await _presign(store, key, expires_in=seconds(1))
        async with asyncio.timeout(PATIENCE):
            while (answer := await self.fetch(link.url))[0] == 200:
                await self.pass_time(0.1)
        assert 400 <= answer[0] < 500
        assert b"for a while" not in answer[1]

    async def test_a_url_of_one_object_does_not_give_another(self, store: ObjectStore) -> None:
        ours, theirs = new_key(), new_key()
        await put(store, ours, content(b"ours"))
        await put(store, theirs, content(b"theirs"))
        link = await _presign(store, ours)
        forged = link.url.replace(str(ours.prefix.asset_id), str(theirs.prefix.asset_id))
        assert forged != link.url
        if self.signs_urls:
            await self._assert_refused(forged)

    async def test_a_url_with_anything_changed_is_refused(self, store: ObjectStore) -> None:
        key = new_key()
        await put(store, key, content(b"secret"))
        link = await _presign(store, key)
        query = parse_qsl(urlsplit(link.url).query, keep_blank_values=True)
        status, _, _ = await self.fetch(_with_query(link.url, query))
        assert status == 200
        if self.signs_urls:
            for place, (name, value) in enumerate(query):
                changed = [*query[:place], (name, f"{value}1"), *query[place + 1 :]]
                await self._assert_refused(_with_query(link.url, changed))
            await self._assert_refused(_with_query(link.url, []))

    async def _assert_refused(self, url: str) -> None:
        status, body, _ = await self.fetch(url)
        assert 400 <= status < 500, url
        assert body not in (b"theirs", b"secret")


async def _presign(
    store: ObjectStore,
    key: ObjectKey,
    filename: str = "speech.wav",
    expires_in: timedelta = HOUR,
) -> PresignedUrl:
    return await store.presign(
        key, expires_in=expires_in, content_type="audio/x-asked-for", filename=filename
    )


def _with_query(url: str, query: list[tuple[str, str]]) -> str:
    return urlunsplit(urlsplit(url)._replace(query=urlencode(query, quote_via=quote)))


def _header(headers: Mapping[str, str], name: str) -> str:
    return {key.lower(): value for key, value in headers.items()}[name]


def _download_name(disposition: str) -> str | None:
    """The name that a browser takes: the extended one (RFC 8187) before the plain one."""
    extended = re.search(r"filename\*=UTF-8''([^;]+)", disposition)
    plain = re.search(r'filename="([^"]*)"', disposition)
    if extended:
        return unquote(extended[1])
    return plain[1] if plain else None
