"""ObjectStore on S3."""
