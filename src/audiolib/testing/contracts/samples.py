"""What the contracts put in: tenants, assets and content; none of it needs pytest."""

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import attrs

from audiolib.domain.model.asset import AssetState, AudioAsset, SaveAttempt, Storage
from audiolib.domain.model.audio import AudioFormat, AudioProperties
from audiolib.domain.model.checksums import BlockChecksums
from audiolib.domain.model.cleanup import Cleanup
from audiolib.domain.model.idempotency import Idempotency
from audiolib.domain.model.identifiers import AssetId, ObjectKey, ObjectKeyPrefix, TempName
from audiolib.domain.model.links import PresignedUrl
from audiolib.domain.model.metadata import Metadata, Speech
from audiolib.domain.model.objects import StoredObject
from audiolib.domain.model.temp_file import TempFile
from audiolib.domain.model.tenant import Tenant
from audiolib.domain.streams.hashing import HashedStream

T = TypeVar("T")

PATIENCE = 60.0
"""Seconds after which something that must happen is taken to hang."""

NOW = datetime(2030, 1, 2, 12, 30, 15, 250_000, tzinfo=UTC)
TENANT = Tenant(customer_id="acme", user_id="ann")
OTHER_TENANTS = (
    Tenant(customer_id="acme", user_id="bob"),
    Tenant(customer_id="zenith", user_id="ann"),
    Tenant(customer_id="ACME", user_id="ann"),
    Tenant(customer_id="acme", user_id="ann_"),
)
METADATA = Metadata(
    title="A test",
    description="Two\nlines",
    tags=("news", "a.b"),
    folder="Inbox/2030",
    speech=Speech(
        text="Good morning.",
        voice="kokoro-82m",
        voice_name="Kokoro",
        language="pt-BR",
        speed=1.25,
        model="kokoro-v1.0",
    ),
)


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def new_id(at: datetime = NOW) -> AssetId:
    return AssetId.new(at, secrets.token_bytes)


def new_prefix(tenant: Tenant = TENANT) -> ObjectKeyPrefix:
    return ObjectKeyPrefix(tenant=tenant, asset_id=new_id())


def new_key(tenant: Tenant = TENANT, extension: str = "wav") -> ObjectKey:
    return new_prefix(tenant).key(extension)


def pending(
    tenant: Tenant = TENANT,
    *,
    key: str | None = None,
    asset_id: AssetId | None = None,
    metadata: Metadata = METADATA,
    created_at: datetime = NOW,
    lease_until: datetime = NOW + seconds(120),
) -> AudioAsset:
    """An intent under an idempotency key of its own, unless one is given."""
    token = secrets.token_hex(8)
    return AudioAsset(
        id=asset_id or new_id(created_at),
        tenant=tenant,
        state=AssetState.PENDING,
        metadata=metadata,
        storage=Storage(
            bucket="audio-assets",
            original=TempFile(base="http://generator.test", name=TempName(f"{token}.wav")),
            original_url=f"/temp/{token}.wav",
        ),
        attempt=SaveAttempt(
            fence=f"fence-{token}",
            lease_until=lease_until,
            idempotency=Idempotency(key=key or f"key-{token}", fingerprint="sha256:" + "0" * 64),
        ),
        created_at=created_at,
        updated_at=created_at,
    )


def promise(since: datetime = NOW) -> Cleanup:
    return Cleanup.due(since, '"the-etag"')


def ready_from(intent: AudioAsset, *, cleanup: Cleanup | None = None) -> AudioAsset:
    """The intent as its commit writes it, no field left at its default that a commit sets."""
    key = intent.key_prefix.key("wav")
    now = intent.created_at + seconds(3)
    return intent.committed(
        stored=StoredObject(key=key, size=32_044, sha256="ab" * 32, content_type="audio/wav"),
        blocks=BlockChecksums((0x12345678, 0xFFFFFFFF, 0)),
        # Documents keep a duration once, beside the facts.
        facts=AudioProperties(format=AudioFormat.WAV, sample_rate=8000, channels=2),
        duration=1.0625,
        url=PresignedUrl(url=f"https://s3.test/{key}?sign=%2B&x", expires_at=now + seconds(900)),
        cleanup=cleanup or promise(now),
        now=now,
    )


def with_other_fence(asset: AudioAsset) -> AudioAsset:
    return asset.with_attempt(fence="fence-of-another")


def payload(size: int, seed: str = "") -> bytes:
    """Bytes without a pattern, the same for the same seed."""
    return hashlib.shake_128(seed.encode()).digest(size)


def pieces(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


def content(*chunks: bytes, error: BaseException | None = None) -> HashedStream:
    """A stream of these chunks, which then ends, or raises `error`."""

    async def stream() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk
        if error is not None:
            raise error

    return HashedStream(stream())


@attrs.define
class PausedContent:
    """Gives `head`, then sets `waiting` and gives `tail` once it may `go` on."""

    head: bytes
    tail: bytes = b"the end"
    waiting: asyncio.Event = attrs.field(factory=asyncio.Event, init=False)
    go: asyncio.Event = attrs.field(factory=asyncio.Event, init=False)

    def stream(self) -> HashedStream:
        return HashedStream(self._chunks())

    async def reached(self) -> None:
        async with asyncio.timeout(PATIENCE):
            await self.waiting.wait()

    async def _chunks(self) -> AsyncIterator[bytes]:
        if self.head:
            yield self.head
        self.waiting.set()
        await self.go.wait()
        yield self.tail


@asynccontextmanager
async def running(work: Coroutine[Any, Any, T]) -> AsyncIterator[asyncio.Task[T]]:
    """Work as a task that does not outlive the block."""
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task])


async def gather(calls: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """All answers, in order, of calls that run concurrently."""
    async with asyncio.timeout(PATIENCE):
        return await asyncio.gather(*calls)
