"""Log records: events with fields, as text or as JSON, one line each."""

import json
import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aiohttp.http_exceptions import HttpProcessingError

from audiolib.entrypoints.http.request_id import with_request_id

_LONGEST_MESSAGE, _LONGEST_TRACEBACK = 2_000, 20_000
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_PLAIN = re.compile(r"[^\s\"=]+")


def log_event(
    log: logging.Logger, level: int, event: str, /, *, exc_info: Any = None, **fields: object
) -> None:
    """Log what happened, with its fields: `save committed asset_id=… bytes=…`."""
    log.log(level, event, extra={"fields": fields}, exc_info=exc_info)


def fields_of(record: logging.LogRecord) -> Mapping[str, object]:
    """Return the fields of a record that `log_event` made; none of any other."""
    fields: Mapping[str, object] = getattr(record, "fields", {})
    return fields


class TextFormatter(logging.Formatter):
    """A message can't begin a new line, nor control a terminal; only tracebacks have lines. Both
    are cut at a length that no honest one reaches."""

    def formatMessage(  # noqa: N802 - logging's own name
        self, record: logging.LogRecord
    ) -> str:
        fields = "".join(f" {name}={_text(value)}" for name, value in fields_of(record).items())
        message = super().formatMessage(record) + fields
        shown = _CONTROL.sub(lambda found: ascii(found[0])[1:-1], message[:_LONGEST_MESSAGE])
        return shown + _note_cut(len(message) - _LONGEST_MESSAGE)

    def formatException(  # noqa: N802 - logging's own name
        self, ei: Any
    ) -> str:
        return _cut(super().formatException(ei), _LONGEST_TRACEBACK)


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, request_id, event, and the event's fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        entry: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request_id": getattr(record, "request_id", "-"),
            "event": _cut(record.getMessage(), _LONGEST_MESSAGE),
        }
        for name, value in fields_of(record).items():
            plain = value if isinstance(value, (int, float, bool)) or value is None else str(value)
            entry[name] = _cut(plain, _LONGEST_MESSAGE) if isinstance(plain, str) else plain
        if record.exc_info:
            entry["traceback"] = _cut(self.formatException(record.exc_info), _LONGEST_TRACEBACK)
        return json.dumps(entry, ensure_ascii=True)


def log_to_stderr(level: str, style: str = "text") -> None:
    """Log the services' events to stderr, as `text` or `json`. Libraries are logged from WARNING
    on: below it they log URLs, and some URLs are credentials."""
    text = TextFormatter("%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s")
    handler = logging.StreamHandler()
    handler.addFilter(with_request_id)
    handler.setFormatter(JsonFormatter() if style == "json" else text)
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("audiolib").setLevel(level)
    logging.getLogger("stamina").setLevel(logging.ERROR)
    logging.getLogger("aiohttp.server").addFilter(_is_no_malformed_request)


def _text(value: object) -> str:
    text = f"{value:.1f}" if isinstance(value, float) else str(value)
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _cut(text: str, longest: int) -> str:
    return text[:longest] + _note_cut(len(text) - longest)


def _note_cut(characters: int) -> str:
    return f"… ({characters} more)" if characters > 0 else ""


def _is_no_malformed_request(record: logging.LogRecord) -> bool:
    """aiohttp shows the line that it could not read, and that may be a link with its signature."""
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


def notes_of(error: BaseException) -> dict[str, str]:
    """Return what an adapter noted of an error for the log: a server's own words."""
    notes = getattr(error, "__notes__", ())
    return {"note": "; ".join(notes)} if notes else {}
