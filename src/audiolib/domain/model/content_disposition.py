"""How a download is named (RFC 6266; its extended form is RFC 8187)."""

import re
from urllib.parse import quote

_UNSAFE = re.compile(r"[^A-Za-z0-9 ._()-]+", re.ASCII)


def attachment(filename: str) -> str:
    """A Content-Disposition value: an ASCII name for everyone, the true one for who reads it."""
    plain = _UNSAFE.sub("_", filename).strip(" .") or "audio"
    if plain == filename:
        return f'attachment; filename="{plain}"'
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
