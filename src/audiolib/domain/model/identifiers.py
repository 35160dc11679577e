"""Every rule of a safe name: asset ids, object keys, temp file names."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Self

import attrs

from audiolib.domain.model.errors import FieldError
from audiolib.domain.model.tenant import Tenant
from audiolib.domain.model.validation import PatternRule, raise_if_any

ASSET_ID = PatternRule(
    pattern=re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII),
    meaning="a lower-case UUID",
)
TEMP_NAME = PatternRule(
    pattern=re.compile(
        r"[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.)){0,123}\.(?:wav|mp3|flac|ogg|opus|m4a|webm)",
        re.ASCII,
    ),
    meaning="a plain audio file name",
)
_EXTENSION = PatternRule(
    pattern=re.compile(r"[a-z0-9]{2,5}", re.ASCII), meaning="2 to 5 of a-z 0-9"
)
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.ASCII | re.IGNORECASE)


@attrs.frozen(order=True)
class AssetId:
    """A UUID in its canonical lower-case form; new ones are version 7, so they sort by time."""

    value: str

    def __attrs_post_init__(self) -> None:
        raise_if_any(*ASSET_ID.errors("id", self.value))

    def __str__(self) -> str:
        return self.value

    @classmethod
    def new(cls, now: datetime, random_bytes: Callable[[int], bytes]) -> Self:
        """A UUIDv7 (RFC 9562, section 5.7): 48 bits of Unix milliseconds, 74 random bits."""
        stamp = int(now.timestamp() * 1000) << 80
        noise = int.from_bytes(random_bytes(10), "big")
        bits = stamp | (noise & ~(0xF << 76 | 0x3 << 62)) | 0x7 << 76 | 0x2 << 62
        text = f"{bits:032x}"
        return cls(f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}")


@attrs.frozen(kw_only=True, order=True)
class ObjectKeyPrefix:
    """An object key before its extension is known: `{customer_id}/{user_id}/audio/{asset_id}`."""

    tenant: Tenant
    asset_id: AssetId

    def __str__(self) -> str:
        return f"{self.tenant}/audio/{self.asset_id}"

    def key(self, extension: str) -> "ObjectKey":
        return ObjectKey(prefix=self, extension=extension)


@attrs.frozen(kw_only=True, order=True)
class ObjectKey:
    """The key of an asset's object: `{customer_id}/{user_id}/audio/{asset_id}.{extension}`."""

    prefix: ObjectKeyPrefix
    extension: str

    def __attrs_post_init__(self) -> None:
        raise_if_any(*_EXTENSION.errors("extension", self.extension))

    def __str__(self) -> str:
        return f"{self.prefix}.{self.extension}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises: InvalidRequestError when text is not exactly such a key."""
        customer_id, _, rest = text.partition("/")
        user_id, _, rest = rest.partition("/audio/")
        asset_id, _, extension = rest.partition(".")
        tenant = Tenant(customer_id=customer_id, user_id=user_id)
        return cls(
            prefix=ObjectKeyPrefix(tenant=tenant, asset_id=AssetId(asset_id)), extension=extension
        )


@attrs.frozen(order=True)
class TempName:
    """A temp file's name; one rule for the source, the cleaner and the generator."""

    value: str

    def __attrs_post_init__(self) -> None:
        raise_if_any(*TEMP_NAME.errors("filename", self.value))
        if _DEVICE.fullmatch(self.value):
            raise_if_any(FieldError("filename", f"must not name a device, as {self.value!r} does"))

    def __str__(self) -> str:
        return self.value
