"""audiolib: turns generated audio into a durable, multi-tenant library.

The use cases, the commands they take, and the errors they raise. Nothing heavy is imported.
"""

from audiolib.domain.model.asset import AssetState, AudioAsset
from audiolib.domain.model.byte_range import ByteRange
from audiolib.domain.model.errors import AudioLibraryError
from audiolib.domain.model.naming import AssetId, ObjectKey
from audiolib.domain.model.page import Page, PageRequest
from audiolib.domain.model.source import SourceBases, TempFile
from audiolib.domain.model.tenant import Tenant
from audiolib.domain.use_cases.browse import BrowseLibrary
from audiolib.domain.use_cases.clean_up import CleanUpTempFiles
from audiolib.domain.use_cases.listen import ListenToAudio
from audiolib.domain.use_cases.recover import RecoverSaves
from audiolib.domain.use_cases.save import SaveAudioToLibrary, SavedAudio, SavePolicy
from audiolib.domain.use_cases.save_command import SaveAudio

__all__ = [
    "AssetId",
    "AssetState",
    "AudioAsset",
    "AudioLibraryError",
    "BrowseLibrary",
    "ByteRange",
    "CleanUpTempFiles",
    "ListenToAudio",
    "ObjectKey",
    "Page",
    "PageRequest",
    "RecoverSaves",
    "SaveAudio",
    "SaveAudioToLibrary",
    "SavePolicy",
    "SavedAudio",
    "SourceBases",
    "TempFile",
    "Tenant",
]
