"""Translate the errors of S3 servers and clients."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
from botocore.exceptions import BotoCoreError, ClientError

from audiolib.domain.model.errors import (
    AudioLibraryError,
    InsufficientStorageError,
    ObjectExistsError,
    ObjectNotFoundError,
    StorageUnavailableError,
)

_BY_CODE: dict[str, type[AudioLibraryError]] = {
    "NoSuchKey": ObjectNotFoundError,
    "404": ObjectNotFoundError,
    "XMinioInvalidObjectName": ObjectNotFoundError,  # of a name that no object can have
    "PreconditionFailed": ObjectExistsError,
    "412": ObjectExistsError,
    "XMinioStorageFull": InsufficientStorageError,
    "InsufficientStorage": InsufficientStorageError,
    "507": InsufficientStorageError,
}
_PASSING = frozenset({"ConditionalRequestConflict", "OperationAborted", "RequestTimeout"})
"""Answers below 500 that ask for another try."""
_CODE = re.compile(rb"<Code>([A-Za-z0-9.]{1,64})</Code>")


class PassingError(StorageUnavailableError):
    """The store did not answer, or failed in a way that may pass: worth another try."""


def error_for(code: str, what: str, status: int = 0) -> AudioLibraryError:
    """Return the library's error for an S3 error code and an HTTP status."""
    passes = status >= 500 or status == 429 or code in _PASSING
    unlisted = PassingError if passes else StorageUnavailableError
    return _BY_CODE.get(code, unlisted)(f"{what}: the store answered {code}")


def code_of(status: int, body: bytes) -> str:
    """Return the code of an error document, or else the status."""
    found = _CODE.search(body)
    return found[1].decode() if found else str(status)


@contextmanager
def translate_errors(what: object) -> Iterator[None]:
    """Raise the library's errors. No message has a URL: a presigned one is a credential."""
    try:
        yield
    except ClientError as refused:
        status = refused.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        raise error_for(refused.response["Error"]["Code"], str(what), status) from refused
    except (BotoCoreError, aiohttp.ClientError, TimeoutError) as failed:
        raise PassingError(f"{what}: {type(failed).__name__}") from failed
