"""Where bytes may come from: a temp file of an allowed generator, and nowhere else."""

from collections.abc import Iterable

import attrs

from audiolib.domain.model.errors import ForbiddenSourceError, InvalidRequestError
from audiolib.domain.model.identifiers import TempName
from audiolib.domain.model.validation import TextRule

AUDIO_URL = TextRule(at_most=512)
"""Of an audio_url as a string; AllowedSources decides whether it is allowed."""

_MARK = "/temp/"


@attrs.frozen(kw_only=True)
class TempFile:
    """One temp file of one generator; `base` is the generator's URL without a trailing slash."""

    base: str
    name: TempName

    def __str__(self) -> str:
        return f"{_MARK}{self.name}"


def _without_slash(bases: Iterable[str]) -> tuple[str, ...]:
    return tuple(base.rstrip("/") for base in bases)


@attrs.frozen
class AllowedSources:
    """The generators we trust; the first one serves an audio_url that names no host."""

    bases: tuple[str, ...] = attrs.field(converter=_without_slash)

    @bases.validator
    def _needs_one(self, _: object, bases: tuple[str, ...]) -> None:
        if not bases:
            raise ValueError("at least one generator base is needed")

    def temp_file(self, audio_url: str) -> TempFile:
        """The temp file that audio_url names: `/temp/NAME`, or an allowed base before it.

        The string is matched, never parsed, joined or normalised: URL parsers disagree, and
        whatever one of them lets through would be fetched.

        Raises: ForbiddenSourceError, whose message never says why.
        """
        for prefix, base in (("", self.bases[0]), *((base, base) for base in self.bases)):
            if audio_url.startswith(prefix + _MARK):
                try:
                    name = TempName(audio_url[len(prefix + _MARK) :])
                except InvalidRequestError:
                    continue
                return TempFile(base=base, name=name)
        raise ForbiddenSourceError
