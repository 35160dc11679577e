"""Errors as HTTP answers, in the one place where that is decided (RFC 9457)."""

import logging
import math
import re
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from types import MappingProxyType

import msgspec
from aiohttp import web
from msgspec import UNSET, UnsetType

from audiolib.domain.model.errors import (
    AudioLibraryError,
    InvalidRequestError,
    RangeNotSatisfiableError,
    UnavailableError,
)
from audiolib.entrypoints.config.logs import log_event, notes_of
from audiolib.entrypoints.http.answers import FieldProblem, Problem

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

STATUS_BY_CODE = {
    "malformed_request": 400,
    "unauthenticated": 401,
    "forbidden": 403,
    "quota_exceeded": 403,
    "asset_not_found": 404,
    "object_not_found": 404,
    "temp_file_not_found": 404,
    "request_timeout": 408,
    "idempotency_in_progress": 409,
    "version_conflict": 412,
    "audio_too_large": 413,
    "request_entity_too_large": 413,
    "method_not_allowed": 405,
    "not_found": 404,
    "internal_error": 500,
    "not_audio": 415,
    "unsupported_encoding": 415,
    "range_not_satisfiable": 416,
    "expectation_failed": 417,
    "invalid_request": 422,
    "forbidden_source": 422,
    "idempotency_conflict": 422,
    "source_not_found": 422,
    "rate_limited": 429,
    "request_header_fields_too_large": 431,
    "source_unavailable": 502,
    "upstream_unavailable": 502,
    "source_truncated": 502,
    "document_unreadable": 500,
    "asset_corrupt": 502,
    "storage_unavailable": 503,
    "metadata_unavailable": 503,
    "commit_unknown": 503,
    "lease_lost": 503,
    "object_exists": 503,
    "speech_unavailable": 503,
    "overloaded": 503,
    "upstream_timeout": 504,
    "speech_timeout": 504,
    "insufficient_storage": 507,
}

MOST_ERRORS = 20
"""How many bad fields one answer names."""
_RETRY_AFTER_SECONDS = 2
_FIELD = re.compile(r"[A-Za-z_-]{1,20}(?:\[[0-9]+\])?", re.ASCII)
_log = logging.getLogger("audiolib.http")


class MalformedRequestError(AudioLibraryError, ValueError):
    """The request can't be read."""

    code = "malformed_request"


class HeadTooLargeError(AudioLibraryError):
    """The request's header has more bytes or fields than any request needs."""

    code = "request_header_fields_too_large"


class ExpectationFailedError(AudioLibraryError):
    """The request expects what can't be done."""

    code = "expectation_failed"


class UnsupportedEncodingError(AudioLibraryError):
    """Request bodies must not be compressed: send them without Content-Encoding."""

    code = "unsupported_encoding"


class UnauthenticatedError(AudioLibraryError):
    """The request doesn't say whose library it is about, or can't prove it."""

    code = "unauthenticated"

    def __init__(self, message: str = "", *, challenge: str = "Tenant-Headers") -> None:
        super().__init__(message)
        self.challenge = challenge


class ForbiddenError(AudioLibraryError):
    """The credential is good, and does not allow this."""

    code = "forbidden"


class RequestTimeoutError(AudioLibraryError, TimeoutError):
    """The request did not come in time."""

    code = "request_timeout"


class RateLimitedError(AudioLibraryError):
    """Too many requests: try again after the seconds that Retry-After names."""

    code = "rate_limited"
    retryable = True

    def __init__(
        self,
        message: str = "",
        *,
        retry_after: float = 0,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.headers = headers


class BodyTooLargeError(AudioLibraryError):
    """The request's body has more bytes than any request needs."""

    code = "request_entity_too_large"


class UpstreamUnavailableError(UnavailableError):
    """The service behind this one did not answer, or not in a way that can be passed on."""

    code = "upstream_unavailable"


class UpstreamTimeoutError(UnavailableError):
    """The service behind this one did not answer in time."""

    code = "upstream_timeout"


class SpeechTimeoutError(AudioLibraryError, TimeoutError):
    """Speaking the text takes longer than is allowed."""

    code = "speech_timeout"


class OverloadedError(AudioLibraryError):
    """Too much is under way; try again later."""

    code = "overloaded"
    retryable = True


class ProblemResponse(web.Response):
    """Problem details; never names the server, even where no signal of an application is sent."""

    async def _prepare_headers(self) -> None:
        await super()._prepare_headers()
        self.headers.pop("Server", None)


def problem(error: AudioLibraryError) -> web.Response:
    """Return the answer to an error; it contains only the error's own message."""
    status = STATUS_BY_CODE.get(error.code, 500)
    headers = {}
    if error.retryable and status in (409, 429, 502, 503, 504):
        wait = error.retry_after if isinstance(error, RateLimitedError) else 0
        headers["Retry-After"] = str(math.ceil(wait) or _RETRY_AFTER_SECONDS)
    errors: list[FieldProblem] | UnsetType = UNSET
    if isinstance(error, InvalidRequestError):
        errors = [
            FieldProblem(field=_encodable(f.field), message=_encodable(f.message))
            for f in error.faults[:MOST_ERRORS]
        ]
    if isinstance(error, RangeNotSatisfiableError):
        headers["Content-Range"] = f"bytes */{error.size}"
    if isinstance(error, UnauthenticatedError):
        headers["WWW-Authenticate"] = error.challenge
    if isinstance(error, RateLimitedError):
        headers |= error.headers
    return _answer(status, error.code, str(error), headers, errors)


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer every error with problem details; an unexpected one without any detail."""
    try:
        return await handler(request)
    except AudioLibraryError as error:
        level = logging.WARNING if STATUS_BY_CODE.get(error.code, 500) >= 500 else logging.INFO
        log_event(
            _log,
            level,
            "request refused",
            code=error.code,
            reason=_for_the_log(error),
            **notes_of(error),
        )
        return problem(error)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        code = HTTPStatus(error.status).phrase.lower().replace(" ", "_")
        allow = {name: error.headers[name] for name in ("Allow",) if name in error.headers}
        return _answer(error.status, code, error.reason, allow)
    except ConnectionError:
        # The client has gone: nobody reads an answer, and it is no fault of ours.
        log_event(_log, logging.INFO, "client disconnected")
        raise
    except Exception:
        _log.exception("unexpected error")
        return internal_error()


def internal_error() -> web.Response:
    """Return the answer to an error that has no code of its own."""
    return _answer(500, "internal_error", "Something went wrong.", {})


def _for_the_log(error: AudioLibraryError) -> str:
    """Of a refused request our own fields alone: what they held is the caller's, and so are the
    names of others."""
    if isinstance(error, InvalidRequestError):
        shown = error.faults[:MOST_ERRORS]
        fields = [f.field if _FIELD.fullmatch(f.field) else "another" for f in shown]
        return ", ".join(fields)
    return str(error)


def _answer(
    status: int,
    code: str,
    detail: str,
    headers: dict[str, str],
    errors: list[FieldProblem] | UnsetType = UNSET,
) -> web.Response:
    body = Problem(
        type=f"urn:audiolib:problem:{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=_encodable(detail),
        success=False,
        code=code,
        errors=errors,
    )
    return ProblemResponse(
        status=status,
        body=msgspec.json.encode(body),
        content_type="application/problem+json",
        headers=headers,
    )


def _encodable(text: str) -> str:
    """Return the text with lone surrogates, which a request may contain, written as escapes."""
    return text.encode("utf-8", "backslashreplace").decode()
