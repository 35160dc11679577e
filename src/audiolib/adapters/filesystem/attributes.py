"""An object's attributes, in a hidden JSON file next to it: copies of the folder have them."""

import json
from collections.abc import Mapping
from pathlib import Path

from audiolib.domain.model.objects import DescribedObject

SUFFIX = ".attributes"


def attributes_path(final: Path) -> Path:
    """Return the path of the attributes of the object at `final`."""
    return final.with_name(f".{final.name}{SUFFIX}")


def attributes_file(attributes: Mapping[str, str], sha256: str) -> bytes:
    return json.dumps({"sha256": sha256, "attributes": dict(attributes)}).encode()


def head_of(final: Path) -> DescribedObject:
    """Blocks. Raises: FileNotFoundError when there is no object."""
    size = final.lstat().st_size
    try:
        beside = json.loads(attributes_path(final).read_bytes())
        if not isinstance(beside, dict):
            raise ValueError("not an object")
    except (FileNotFoundError, ValueError):
        # The object was put there by other hands, or its attributes are damaged.
        return DescribedObject(size=size)
    return DescribedObject(
        size=size, sha256=beside.get("sha256"), attributes=beside.get("attributes", {})
    )
