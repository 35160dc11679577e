"""ObjectStore on S3."""

from audiolib.adapters.s3.client import S3Settings, open_s3
from audiolib.adapters.s3.object_store import S3ObjectStore

__all__ = ["S3ObjectStore", "S3Settings", "open_s3"]
