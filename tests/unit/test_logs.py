"""Events with fields, as text and as JSON."""

import json
import logging

import pytest

from audiolib.entrypoints.config.logs import JsonFormatter, TextFormatter, log_event

LOG = logging.getLogger("audiolib.test_logs")


def make_record(caplog: pytest.LogCaptureFixture, **fields: object) -> logging.LogRecord:
    with caplog.at_level(logging.INFO, logger=LOG.name):
        log_event(LOG, logging.INFO, "save committed", **fields)
    return caplog.records[-1]


def test_text_has_the_fields_behind_the_event(caplog: pytest.LogCaptureFixture) -> None:
    record = make_record(caplog, asset_id="a1", bytes=7, duration_ms=1.234, title='a "b" = c')
    expected = 'save committed asset_id=a1 bytes=7 duration_ms=1.2 title="a \\"b\\" = c"'
    assert TextFormatter("%(message)s").format(record) == expected


def test_no_field_begins_a_line(caplog: pytest.LogCaptureFixture) -> None:
    record = make_record(caplog, reason="x\nINFO forged\x1b[31m")
    assert "\n" not in TextFormatter("%(message)s").format(record)
    assert "\n" not in JsonFormatter().format(record)
    assert "\x1b" not in JsonFormatter().format(record)


def test_json_keeps_types(caplog: pytest.LogCaptureFixture) -> None:
    entry = json.loads(JsonFormatter().format(make_record(caplog, bytes=7, ok=True, nothing=None)))
    assert entry.pop("time").endswith("+00:00")
    assert entry == {
        "level": "INFO",
        "logger": LOG.name,
        "request_id": "-",
        "event": "save committed",
        "bytes": 7,
        "ok": True,
        "nothing": None,
    }


def test_json_has_the_traceback_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise ValueError("y" * 100_000)
    except ValueError:
        log_event(LOG, logging.ERROR, "failed", exc_info=True)
    line = JsonFormatter().format(caplog.records[-1])
    assert "ValueError" in json.loads(line)["traceback"]
    assert len(line) < 25_000
    assert "\n" not in line


def test_long_values_are_cut(caplog: pytest.LogCaptureFixture) -> None:
    record = make_record(caplog, reason="x" * 1_000_000)
    assert len(TextFormatter("%(message)s").format(record)) < 2_500
    assert len(JsonFormatter().format(record)) < 2_500
