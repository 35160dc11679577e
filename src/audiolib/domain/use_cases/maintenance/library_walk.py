"""All objects and all documents, side by side, in memory that doesn't grow with the library."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

import attrs

from audiolib.domain.model.asset import AudioAsset
from audiolib.domain.model.audit import Unreadable
from audiolib.domain.model.errors import InvalidRequestError
from audiolib.domain.model.identifiers import ObjectKey, ObjectKeyPrefix
from audiolib.domain.model.objects import ListedObject
from audiolib.domain.model.tenant import Tenant
from audiolib.ports.inventory import Inventory
from audiolib.ports.object_store import ObjectStore

_PAGE = 500


@attrs.frozen(kw_only=True)
class LibraryEntry:
    """What there is of one asset id: its document, its objects, or both.

    A prefix of None is an object with a foreign key.
    """

    prefix: ObjectKeyPrefix | None
    document: AudioAsset | Unreadable | None = None
    objects: tuple[ListedObject, ...] = ()


async def walk_library(store: ObjectStore, inventory: Inventory) -> AsyncIterator[LibraryEntry]:
    """Walks tenant by tenant, ascending by id, both at once.

    Saves may run at the same time, so an incomplete entry must be looked at again.
    """
    tenant: Tenant | None = None
    documents = _none()
    document: AudioAsset | Unreadable | None = None
    async with aclosing(_by_stem(store)) as found:
        async for prefix, objects in found:
            if prefix is None:
                yield LibraryEntry(prefix=None, objects=objects)
                continue
            if prefix.tenant != tenant:
                while tenant is not None and document is not None:
                    yield _alone(tenant, document)
                    document = await anext(documents, None)
                tenant = prefix.tenant
                documents = documents_of(inventory, tenant)
                document = await anext(documents, None)
            while document is not None and id_of(document) < str(prefix.asset_id):
                yield _alone(tenant, document)
                document = await anext(documents, None)
            if document is not None and id_of(document) == str(prefix.asset_id):
                yield LibraryEntry(prefix=prefix, document=document, objects=objects)
                document = await anext(documents, None)
            else:
                yield LibraryEntry(prefix=prefix, objects=objects)
    while tenant is not None and document is not None:
        yield _alone(tenant, document)
        document = await anext(documents, None)
    async for entry in _without_objects(store, inventory):
        yield entry


async def tenants_of(inventory: Inventory) -> AsyncIterator[Tenant]:
    """Every tenant with documents."""
    after = None
    while tenants := await inventory.tenants(after=after, limit=_PAGE):
        for tenant in tenants:
            yield tenant
        after = tenants[-1]


async def documents_of(
    inventory: Inventory, tenant: Tenant
) -> AsyncIterator[AudioAsset | Unreadable]:
    """A tenant's documents, ascending by id."""
    after = ""
    while page := await inventory.assets(tenant, after=after, limit=_PAGE):
        for document in page:
            yield document
        after = id_of(page[-1])


def id_of(document: AudioAsset | Unreadable) -> str:
    return document.asset_id if isinstance(document, Unreadable) else str(document.id)


async def _without_objects(store: ObjectStore, inventory: Inventory) -> AsyncIterator[LibraryEntry]:
    async for tenant in tenants_of(inventory):
        if await _has_objects(store, tenant):
            continue
        async for document in documents_of(inventory, tenant):
            yield _alone(tenant, document)


async def _has_objects(store: ObjectStore, tenant: Tenant) -> bool:
    """Whether the walk met the tenant: a folder marker, or another foreign key, is no object."""
    async for listed in store.list_objects(f"{tenant}/audio/"):
        if parse_key(listed.key) is not None:
            return True
    return False


async def _by_stem(
    store: ObjectStore,
) -> AsyncGenerator[tuple[ObjectKeyPrefix | None, tuple[ListedObject, ...]], None]:
    prefix: ObjectKeyPrefix | None = None
    gathered = list[ListedObject]()
    async for listed in store.list_objects():
        key = parse_key(listed.key)
        if key is None:
            yield None, (listed,)
            continue
        if key.prefix != prefix:
            if gathered:
                yield prefix, tuple(gathered)
            prefix, gathered = key.prefix, []
        gathered.append(listed)
    if gathered:
        yield prefix, tuple(gathered)


def parse_key(key: str) -> ObjectKey | None:
    """The key, if it is one that we give."""
    try:
        return ObjectKey.parse(key)
    except InvalidRequestError:
        return None


def _alone(tenant: Tenant, document: AudioAsset | Unreadable) -> LibraryEntry:
    prefix = document.key_prefix if isinstance(document, AudioAsset) else None
    return LibraryEntry(prefix=prefix, document=document)


async def _none() -> AsyncIterator[AudioAsset | Unreadable]:
    return
    yield  # makes it a generator
