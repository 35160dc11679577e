"""How the S3 store is reached."""

import attrs


@attrs.frozen(kw_only=True)
class S3Settings:
    """Without `endpoint_url` it is AWS; credentials come by the usual AWS chain.

    `public_endpoint_url` is the host that presigned URLs name, where that is another one.
    `timeout` is in seconds, between two reads or writes.
    """

    endpoint_url: str | None = None
    public_endpoint_url: str | None = None
    bucket: str = "audio-assets"
    region: str = "us-east-1"
    create_bucket: bool = True
    allow_weak_store: bool = False
    part_size: int = 5 * 1024 * 1024
    timeout: float = 30
