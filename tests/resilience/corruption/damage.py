"""Damage done to the stores behind the library's back."""

import json
from typing import Any

import attrs

from audiolib.adapters.filesystem import FilesystemObjectStore
from audiolib.adapters.mongo.metadata_repo import MongoMetadataRepo
from audiolib.adapters.s3.object_store import S3ObjectStore
from audiolib.adapters.sqlite import SqliteMetadataRepo
from audiolib.entrypoints.bootstrap.library_container import Container
from audiolib.entrypoints.bootstrap.lifecycle import resolve


@attrs.frozen
class Vandal:
    """Whatever pair of stores it is."""

    store: Any
    repo: Any

    @classmethod
    async def of(cls, container: Container) -> "Vandal":
        return cls(await resolve(container.store()), await resolve(container.repo()))

    async def write(self, key: str, data: bytes) -> None:
        """Put bytes under a key, whatever was there; what is beside them is lost."""
        if isinstance(self.store, FilesystemObjectStore):
            path = self.store.root / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        else:
            assert isinstance(self.store, S3ObjectStore)
            await self.store.client.put_object(Bucket=self.store.bucket, Key=key, Body=data)

    async def read(self, key: str) -> bytes:
        if isinstance(self.store, FilesystemObjectStore):
            return (self.store.root / key).read_bytes()
        answer = await self.store.client.get_object(Bucket=self.store.bucket, Key=key)
        async with answer["Body"] as body:
            data: bytes = await body.read()
            return data

    async def flip(self, key: str, bit: int) -> None:
        data = bytearray(await self.read(key))
        at = bit // 8 % len(data)
        data[at] ^= 1 << bit % 8
        await self.write(key, bytes(data))

    async def remove(self, key: str) -> None:
        if isinstance(self.store, FilesystemObjectStore):
            (self.store.root / key).unlink()
        else:
            await self.store.client.delete_object(Bucket=self.store.bucket, Key=key)

    async def begin_upload(self, key: str) -> None:
        """What a client leaves that dies while it uploads."""
        if isinstance(self.store, FilesystemObjectStore):
            path = self.store.root / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.with_name(f".{path.name}.dead.part").write_bytes(b"half")
        else:
            await self.store.client.create_multipart_upload(Bucket=self.store.bucket, Key=key)

    async def drop_documents(self, *asset_ids: str) -> None:
        """Those of these ids; all, without any."""
        if isinstance(self.repo, MongoMetadataRepo):
            where = {"_id": {"$in": list(asset_ids)}} if asset_ids else {}
            await self.repo.assets.collection.delete_many(where)
        else:
            assert isinstance(self.repo, SqliteMetadataRepo)
            only = " WHERE asset_id IN (SELECT value FROM json_each(?))" if asset_ids else ""
            parameters = [json.dumps(asset_ids)] if asset_ids else []
            await self.repo.database.write(
                lambda connection: connection.execute(f"DELETE FROM assets{only}", parameters)
            )
