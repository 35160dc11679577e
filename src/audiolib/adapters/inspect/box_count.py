"""A bound on the boxes that an MP4's description has (ISO 14496-12, section 4.2), before anything
reads them one by one."""

from audiolib.domain.model.errors import NotAudioError

MOST_BOXES = 5_000
# What holds boxes, and the bytes of its own fields before the first of them.
_CONTAINERS = {
    **dict.fromkeys((b"moov", b"trak", b"mdia", b"minf", b"stbl", b"udta", b"ilst", b"mvex"), 0),
    b"stsd": 8,
    b"mp4a": 28,
}


def refuse_many_boxes(data: bytes) -> None:
    """Raises: NotAudioError for more than `MOST_BOXES`, at any depth.

    What is no container is passed over whole: a table of samples is one box.
    """
    at = boxes = 0
    while at + 8 <= len(data):
        boxes += 1
        if boxes > MOST_BOXES:
            raise NotAudioError("the M4A describes itself in too many boxes")
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        own = _CONTAINERS.get(kind)
        at += max(8, size) if own is None else 8 + own
