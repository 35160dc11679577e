"""The pairs of stores that the product runs on, as settings."""

import secrets

from tests.servers import MongoServer, S3Server

EMBEDDED: dict[str, str] = {}


def server_environment(s3: S3Server, mongo: MongoServer, driver: str) -> dict[str, str]:
    return {
        "OBJECT_STORE": "s3",
        "METADATA_STORE": "mongodb",
        "S3_ENDPOINT_URL": s3.endpoint_url,
        # One for all: SeaweedFS sets volumes aside for each bucket, and runs out of them.
        "S3_BUCKET": "audiolib-e2e",
        "MONGODB_URL": mongo.url,
        "MONGODB_DATABASE": f"e2e_{secrets.token_hex(4)}",
        "MONGODB_DRIVER": driver,
    }
