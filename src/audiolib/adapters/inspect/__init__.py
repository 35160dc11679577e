"""AudioInspector for real audio."""

from audiolib.adapters.inspect.inspector import StreamInspector

__all__ = ["StreamInspector"]
