"""The contract of the port ObjectStore."""

import pytest

from audiolib.testing.contracts.object_store_attributes import ObjectStoreAttributes
from audiolib.testing.contracts.object_store_links import ObjectStoreLinks
from audiolib.testing.contracts.object_store_listing import ObjectStoreListing
from audiolib.testing.contracts.object_store_outage import ObjectStoreOutage
from audiolib.testing.contracts.object_store_reading import ObjectStoreReading
from audiolib.testing.contracts.object_store_writing import ObjectStoreWriting


@pytest.mark.asyncio
class ObjectStoreContract(
    ObjectStoreWriting,
    ObjectStoreAttributes,
    ObjectStoreReading,
    ObjectStoreListing,
    ObjectStoreLinks,
    ObjectStoreOutage,
):
    """Override:

    - the fixture `store`: an empty object store;
    - the context managers `unreachable`, `slow` and `full`, which break the backend, as far as it
      can suffer that;
    - `async fetch(url)`: get a presigned URL as anyone would, return status, body and headers.

    Where they differ from the default:

    - `async pass_time(seconds)`: advance a test's clock; by default real time passes;
    - `part_size`: bytes above which the adapter uploads in several requests (8 MiB);
    - `listing_size`: keys that one answer of the store holds (1000);
    - `serves_headers`: False when `fetch` has no headers to return;
    - `signs_urls`: False when a changed URL is not refused, which only a fake may allow.
    """
