"""The command line: `audiolib …`."""

import sys
from importlib import import_module
from importlib.metadata import version

try:
    import cyclopts
except ModuleNotFoundError:  # the library alone was installed
    sys.exit('The command line needs more than the library: pip install "audiolib[server]"')

from audiolib.domain.model.errors import AudioLibraryError
from audiolib.entrypoints.config.parsers import SettingsError

_COMMANDS = {
    "serve": "serve:serve_library",
    "gateway": "gateway:serve_gateway",
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
    "recount": "recount:recount",
}
_GROUPS = {
    "keys": (
        "API keys of the gateway.",
        {
            "create": "keys:create_key",
            "list": "keys:list_keys",
            "revoke": "keys:revoke_key",
        },
    ),
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


def command_line(chosen: str = "") -> cyclopts.App:
    """The commands by name. When one is `chosen`, only its module is imported; else all are, so
    that help can describe each."""
    known = chosen in (*_COMMANDS, *_GROUPS)
    app = cyclopts.App(
        name="audiolib",
        help="Turns generated audio into a durable, multi-tenant library.",
        version=version("audiolib"),
        result_action="return_value",
    )
    _add(app, _COMMANDS, told=not known)
    for group, (meaning, commands) in _GROUPS.items():
        part = cyclopts.App(name=group, help=meaning, result_action="return_value")
        _add(part, commands, told=chosen == group)
        app.command(part)
    return app


def _add(app: cyclopts.App, commands: dict[str, str], *, told: bool) -> None:
    for name, place in commands.items():
        module, _, function = f"audiolib.entrypoints.cli.{place}".partition(":")
        command = getattr(import_module(module), function) if told else f"{module}:{function}"
        app.command(command, name=name)


def main() -> None:
    """Exits with 0, 1 when the library refused, 2 when the settings are bad, 3 when an audit left
    something to look at."""
    try:
        sys.exit(command_line(*sys.argv[1:2])())
    except SettingsError as bad:
        print(f"bad settings:\n{bad}", file=sys.stderr)  # noqa: T201
        sys.exit(2)
    except AudioLibraryError as error:
        print(f"{error.code}: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(1)
    except OSError as failed:
        print(f"error: {failed}", file=sys.stderr)  # noqa: T201
        sys.exit(1)
