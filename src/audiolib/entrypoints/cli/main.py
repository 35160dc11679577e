"""The command line: `audiolib …`."""

import sys
from importlib.metadata import version

try:
    import cyclopts
except ModuleNotFoundError:  # the library alone was installed
    sys.exit('The command line needs more than the library: pip install "audiolib[server]"')

from audiolib.domain.model.errors import AudioLibraryError
from audiolib.entrypoints.setting_values import SettingsError

_COMMANDS = {
    "serve": "serve:serve_library",
    "generator": "generator:serve_generator",
    "save": "save:save_audio",
    "list": "list_assets:list_assets",
    "play-url": "play_url:play_url",
    "demo": "demo:demo",
    "doctor": "doctor:doctor",
    "reconcile": "reconcile:reconcile",
    "scrub": "scrub:scrub",
    "reindex": "reindex:reindex",
    "migrate": "migrate:migrate",
    "copy": "copy:copy",
}
_GROUPS = {
    "cleanups": (
        "The promises to delete temp files.",
        {"list": "cleanups:list_cleanups", "retry": "cleanups:retry_cleanups"},
    ),
    "quarantine": (
        "Objects that nothing explains.",
        {
            "list": "quarantine:list_quarantine",
            "restore": "quarantine:restore",
            "discard": "quarantine:discard",
        },
    ),
}


def command_line() -> cyclopts.App:
    """The commands by name; each one's module is imported when it is called."""
    app = cyclopts.App(
        name="audiolib",
        help="Turns generated audio into a durable, multi-tenant library.",
        version=version("audiolib"),
        result_action="return_value",
    )
    for name, place in _COMMANDS.items():
        app.command(f"audiolib.entrypoints.cli.{place}", name=name)
    for group, (meaning, commands) in _GROUPS.items():
        part = cyclopts.App(name=group, help=meaning, result_action="return_value")
        for name, place in commands.items():
            part.command(f"audiolib.entrypoints.cli.{place}", name=name)
        app.command(part)
    return app


def main() -> None:
    """Exits with 0, 1 when the library refused, 2 when the settings are bad, 3 when an audit left
    something to look at."""
    try:
        sys.exit(command_line()())
    except SettingsError as bad:
        print(f"bad settings:\n{bad}", file=sys.stderr)  # noqa: T201
        sys.exit(2)
    except AudioLibraryError as error:
        print(f"{error.code}: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(1)
    except OSError as failed:
        print(f"error: {failed}", file=sys.stderr)  # noqa: T201
        sys.exit(1)
