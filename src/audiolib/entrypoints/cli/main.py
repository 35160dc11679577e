"""The command line: `audiolib …`."""

import sys
from importlib.metadata import version

try:
    import cyclopts
except ModuleNotFoundError:  # the library alone was installed
    sys.exit(
        'The command line needs the extra "server": pip install ".[server]" in a clone of audiolib'
    )

from audiolib.domain.model.errors import AudioLibraryError
from audiolib.entrypoints.config.parsers import SettingsError

_COMMANDS = {
    "serve": ("serve:serve_library", "Run the asset service."),
    "gateway": ("gateway:serve_gateway", "Run the gateway."),
    "generator": ("generator:serve_generator", "Run the audio-generation service."),
    "save": ("save:save_audio", "Save a temp file to a library."),
    "list": ("list_assets:list_assets", "List the assets of a library."),
    "play-url": ("play_url:play_url", "Print a presigned URL."),
    "demo": ("demo:demo", "Speak, save, list, play back and clean up."),
    "doctor": ("doctor:doctor", "Check settings and servers."),
    "reconcile": ("reconcile:reconcile", "Compare all objects with all documents."),
    "scrub": ("scrub:scrub", "Read a share of the library and compare digests."),
    "reindex": ("reindex:reindex", "Rebuild the documents from the bucket."),
    "migrate": ("migrate:migrate", "Upgrade documents to the current schema."),
    "copy": ("copy:copy", "Copy a library to another pair of stores."),
}
_GROUPS = {
    "keys": (
        "API keys of the gateway.",
        {
            "create": ("keys:create_key", "Create an API key."),
            "list": ("keys:list_keys", "List all API keys."),
            "revoke": ("keys:revoke_key", "Revoke an API key."),
        },
    ),
    "cleanups": (
        "Deletions of temp files.",
        {
            "list": ("cleanups:list_cleanups", "List deletions that were given up."),
            "retry": ("cleanups:retry_cleanups", "Retry deletions that were given up."),
        },
    ),
    "quarantine": (
        "Unexplained objects.",
        {
            "list": ("quarantine:list_quarantine", "List unexplained objects."),
            "restore": ("quarantine:restore", "Give an object back to its library."),
            "discard": ("quarantine:discard", "Remove an object."),
        },
    ),
    "usage": (
        "What tenants store.",
        {"recount": ("recount:recount", "Recount what every tenant stores.")},
    ),
}
_DEPRECATED = {"recount": ["usage", "recount"]}


def command_line() -> cyclopts.App:
    """Return the commands by name; a command's module is imported when it is run."""
    app = cyclopts.App(
        name="audiolib",
        help="Turns generated audio into a durable, multi-tenant library.",
        version=lambda: version("audiolib"),
        result_action="return_value",
        # A switch is given or not; its twin `--no-…` would only lengthen the help.
        default_parameter=cyclopts.Parameter(negative=()),
    )
    _add(app, _COMMANDS)
    for group, (meaning, commands) in _GROUPS.items():
        part = cyclopts.App(name=group, help=meaning, result_action="return_value")
        _add(part, commands)
        app.command(part)
    return app


def _add(app: cyclopts.App, commands: dict[str, tuple[str, str]]) -> None:
    for name, (place, summary) in commands.items():
        module, _, function = place.partition(":")
        app.command(f"audiolib.entrypoints.cli.{module}:{function}", name=name, help=summary)


def current_arguments(arguments: list[str]) -> list[str]:
    """Return the arguments with a deprecated command under its current name."""
    if arguments[:1] and arguments[0] in _DEPRECATED:
        current = _DEPRECATED[arguments[0]]
        old, new = arguments[0], " ".join(current)
        print(f"audiolib {old} is deprecated: use audiolib {new}", file=sys.stderr)  # noqa: T201
        return [*current, *arguments[1:]]
    return arguments


def main() -> None:
    """Exits with 0, 1 when the library refused, 2 when the settings are bad, 3 when an audit left
    something to look at."""
    try:
        sys.exit(command_line()(current_arguments(sys.argv[1:])))
    except SettingsError as bad:
        print(f"bad settings:\n{bad}", file=sys.stderr)  # noqa: T201
        sys.exit(2)
    except AudioLibraryError as error:
        print(f"{error.code}: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(1)
    except OSError as failed:
        print(f"error: {failed}", file=sys.stderr)  # noqa: T201
        sys.exit(1)
