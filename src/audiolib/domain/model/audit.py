"""What an audit of a library finds."""

import enum

import attrs


class FindingKind(enum.Enum):
    """Each is a way in which objects and documents disagree."""

    UNEXPLAINED_OBJECT = "unexplained_object"
    FOREIGN_OBJECT = "foreign_object"
    UNFINISHED_UPLOAD = "unfinished_upload"
    MISSING_OBJECT = "missing_object"
    WRONG_SIZE = "wrong_size"
    WRONG_DIGEST = "wrong_digest"
    UNREADABLE_DOCUMENT = "unreadable_document"
    UNREADABLE_OBJECT = "unreadable_object"
    UNCOMMITTED_SAVE = "uncommitted_save"
    QUARANTINED = "quarantined"
    TAKEN = "taken"


class Action(enum.Enum):
    """What was done about a finding."""

    NONE = "none"
    QUARANTINED = "quarantined"
    REBUILT = "rebuilt"
    ENDED = "ended"


@attrs.frozen(kw_only=True)
class Finding:
    """One disagreement: about which key or document, in a sentence, and what was done."""

    kind: FindingKind
    subject: str
    detail: str
    action: Action = Action.NONE


@attrs.define(kw_only=True)
class Progress:
    """How far an audit or a copy has come; its caller may read it at any time."""

    objects: int = 0
    documents: int = 0
    bytes: int = 0
    done: int = 0
    skipped: int = 0


@attrs.frozen(kw_only=True)
class Unreadable:
    """A document that this version can't read, and why."""

    asset_id: str
    fault: str


@attrs.frozen(kw_only=True)
class DocumentVersion:
    """One document's schema version; 0 where it has none. `fault` says why it can't be read."""

    asset_id: str
    schema_version: int
    fault: str | None = None
