"""`audiolib keys`: API keys of the gateway."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Literal

from audiolib.domain.model.access import ApiKey, Scope
from audiolib.domain.model.errors import FieldError, InvalidRequestError
from audiolib.domain.model.tenant import Tenant
from audiolib.domain.use_cases.access.api_keys import ApiKeys
from audiolib.entrypoints.bootstrap.gateway_container import build_gateway_container
from audiolib.entrypoints.bootstrap.lifecycle import open_resources, resolve
from audiolib.entrypoints.bootstrap.runtime import utc_now
from audiolib.entrypoints.cli.audit import emit
from audiolib.entrypoints.cli.run import run
from audiolib.entrypoints.config.settings import Settings
from audiolib.entrypoints.http.shapes import time_shape

_PAGE = 200
_SPAN = re.compile(r"([1-9][0-9]{0,4})([smhd])", re.ASCII)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def create_key(
    *,
    customer: str,
    user: str,
    scope: Literal["read", "write"] = "write",
    expires: str | None = None,
    label: str = "",
    data_dir: str | None = None,
) -> int:
    """Make an API key, and print it: it can't be shown again.

    Parameters
    ----------
    customer
        The customer whose key it is.
    user
        The customer's user.
    scope
        What it allows; `write` includes `read`.
    expires
        Lifetime, such as 90d or 12h; unlimited by default.
    label
        A description.
    data_dir
        The folder of the embedded stores; overrides DATA_DIR.
    """
    tenant = Tenant(customer_id=customer, user_id=user)
    lasting = None if expires is None else _span(expires)
    settings = Settings.from_env(DATA_DIR=data_dir)
    return run(_create(settings, tenant, Scope(scope), lasting, label))


def list_keys(*, json_lines: bool = False, data_dir: str | None = None) -> int:
    """List all API keys, revoked and expired ones included; never their tokens.

    Parameters
    ----------
    json_lines
        Print one JSON object a line.
    data_dir
        The folder of the embedded stores; overrides DATA_DIR.
    """
    return run(_list(Settings.from_env(DATA_DIR=data_dir), json_lines))


def revoke_key(key_id: str, *, data_dir: str | None = None) -> int:
    """Revoke an API key.

    Parameters
    ----------
    key_id
        The key's id, as `keys list` shows it.
    data_dir
        The folder of the embedded stores; overrides DATA_DIR.
    """
    return run(_revoke(Settings.from_env(DATA_DIR=data_dir), key_id))


async def _create(
    settings: Settings, tenant: Tenant, scope: Scope, expires_in: timedelta | None, label: str
) -> int:
    async with _key_ring(settings) as ring:
        _, token = await ring.create(tenant, scope, label=label, expires_in=expires_in)
    emit(token.to_string(), as_json=False)
    return 0


async def _list(settings: Settings, json_lines: bool) -> int:
    async with _key_ring(settings) as ring:
        after = ""
        while page := await ring.page(after=after, limit=_PAGE):
            for key in page:
                shape = _shape(key)
                text = "  ".join(str(value) for value in shape.values() if value)
                emit(shape if json_lines else text, json_lines)
            after = page[-1].id
    return 0


async def _revoke(settings: Settings, key_id: str) -> int:
    async with _key_ring(settings) as ring:
        if not await ring.revoke(key_id):
            raise InvalidRequestError(FieldError("key_id", "must be the id of an API key"))
    emit(f"{key_id} revoked", as_json=False)
    return 0


@asynccontextmanager
async def _key_ring(settings: Settings) -> AsyncIterator[ApiKeys]:
    container = build_gateway_container(settings)
    async with open_resources(container):
        yield await resolve(container.api_keys())


def _span(text: str) -> timedelta:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise InvalidRequestError(FieldError("expires", "must be a time such as 90d, 12h or 30m"))
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _shape(key: ApiKey) -> dict[str, Any]:
    state = "active" if key.is_active(utc_now()) else "revoked" if key.revoked_at else "expired"
    return {
        "id": key.id,
        "state": state,
        "tenant": str(key.tenant),
        "scope": key.scope.value,
        "created_at": time_shape(key.created_at),
        "expires_at": key.expires_at and time_shape(key.expires_at),
        "revoked_at": key.revoked_at and time_shape(key.revoked_at),
        "label": key.label,
    }
