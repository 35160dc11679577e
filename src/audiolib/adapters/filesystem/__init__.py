"""ObjectStore in a folder."""

from audiolib.adapters.filesystem.object_store import FilesystemObjectStore

__all__ = ["FilesystemObjectStore"]
