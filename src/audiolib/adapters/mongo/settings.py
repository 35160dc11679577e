"""How MongoDB is reached."""

from typing import Literal

Driver = Literal["motor", "pymongo"]
