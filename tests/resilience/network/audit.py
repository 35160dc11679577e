"""What the stores hold in the end, read by plain clients, against what the writers know."""

import hashlib
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiobotocore.session
import attrs
from pymongo import AsyncMongoClient

from tests.resilience.network.site import BUCKET, DATABASE, Site
from tests.resilience.network.writers import Ledger
from tests.servers import ACCESS_KEY, SECRET_KEY, mongodb_url

Document = dict[str, Any]
PROBES = ".audiolib-probe/"


@attrs.frozen(kw_only=True)
class Stores:
    """`objects` are digests by key; `uploads` the keys of unfinished ones."""

    documents: list[Document]
    objects: dict[str, str]
    uploads: list[str]

    def in_state(self, state: str) -> list[Document]:
        return [document for document in self.documents if document["state"] == state]

    @property
    def orphans(self) -> list[str]:
        kept = {document["storage"]["key"] for document in self.in_state("ready")}
        return sorted(set(self.objects) - kept - set(self.of_probes))

    @property
    def of_probes(self) -> list[str]:
        """What a service asked of the store as it started, and was killed or cut off amid."""
        return sorted(key for key in self.objects if key.startswith(PROBES))


@attrs.frozen(kw_only=True)
class Findings:
    """What is wrong, by kind; each is to be empty."""

    lost: list[str]
    damaged: list[str]
    orphans: list[str]
    uploads: list[str]
    duplicates: list[str]
    pending: list[str]
    cleanups_undone: list[str]
    temp_files_left: list[str]
    temp_files_missing: list[str]
    given_up: list[str]
    contradictions: list[str]

    @property
    def counts(self) -> dict[str, int]:
        return {kind.replace("_", " "): len(found) for kind, found in attrs.asdict(self).items()}

    @property
    def faults(self) -> dict[str, list[str]]:
        return {kind: found for kind, found in attrs.asdict(self).items() if found}


async def looked_into(site: Site) -> Stores:
    client: AsyncMongoClient[Document]
    async with AsyncMongoClient(mongodb_url(site.mongodb.server.port)) as client:
        documents = await client[DATABASE]["assets"].find({}).to_list()
    async with _s3(site) as s3:
        objects = {
            found["Key"]: await _digest(s3, found["Key"])
            async for page in s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
            for found in page.get("Contents", ())
        }
        uploads = [
            upload["Key"]
            async for page in s3.get_paginator("list_multipart_uploads").paginate(Bucket=BUCKET)
            for upload in page.get("Uploads", ())
        ]
    return Stores(documents=documents, objects=objects, uploads=uploads)


def audited(site: Site, stores: Stores, ledger: Ledger) -> Findings:
    ready = {_temp_name(document): document for document in stores.in_state("ready")}
    there = {path.name for path in site.temp.iterdir()}
    copies = Counter(_temp_name(document) for document in stores.in_state("ready"))
    return Findings(
        lost=[
            f"{name}: {asset_id}"
            for name, asset_id in ledger.acknowledged.items()
            if name not in ready or ready[name]["_id"] != asset_id
        ],
        damaged=[
            name
            for name, document in ready.items()
            if not _whole(document, stores.objects, ledger.made[name])
        ],
        orphans=stores.orphans,
        uploads=[key for key in stores.uploads if not key.startswith(PROBES)],
        # One key is sent for each temp file, and kept from all others by an index.
        duplicates=[name for name, times in copies.items() if times > 1],
        pending=[document["_id"] for document in stores.in_state("pending")],
        cleanups_undone=[
            f"{name}: {document['cleanup']}"
            for name, document in ready.items()
            if document["cleanup"]["state"] != "done"
        ],
        temp_files_left=sorted(there & set(ready)),
        temp_files_missing=sorted(set(ledger.made) - set(ready) - there),
        given_up=ledger.given_up,
        contradictions=ledger.contradictions,
    )


def _whole(document: Document, objects: dict[str, str], digest: str) -> bool:
    return document["sha256"] == digest == objects.get(document["storage"]["key"])


def _temp_name(document: Document) -> str:
    name: str = document["storage"]["original_url"].rpartition("/")[2]
    return name


async def _digest(s3: Any, key: str) -> str:
    digest = hashlib.sha256()
    body = (await s3.get_object(Bucket=BUCKET, Key=key))["Body"]
    async with body:
        async for chunk in body.iter_chunks(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


@asynccontextmanager
async def _s3(site: Site) -> AsyncIterator[Any]:
    async with aiobotocore.session.get_session().create_client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{site.seaweedfs.server.port}",
        region_name="us-east-1",
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
    ) as client:
        yield client
