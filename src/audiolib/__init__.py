"""audiolib: turns generated audio into a durable, multi-tenant library.

The use cases, the commands they take, and the errors they raise. Nothing heavy is imported.
"""

from audiolib.domain.model.asset import AssetState, AudioAsset
from audiolib.domain.model.errors import AudioLibraryError
from audiolib.domain.model.identifiers import AssetId, ObjectKey
from audiolib.domain.model.objects import ByteRange
from audiolib.domain.model.paging import Page, PageRequest
from audiolib.domain.model.temp_file import SourceBases, TempFile
from audiolib.domain.model.tenant import Tenant
from audiolib.domain.use_cases.background.clean_up_temp_files import CleanUpTempFiles
from audiolib.domain.use_cases.background.recover_saves import RecoverSaves
from audiolib.domain.use_cases.library.browse import BrowseLibrary
from audiolib.domain.use_cases.library.listen import ListenToAudio
from audiolib.domain.use_cases.library.save_audio import SaveAudioToLibrary, SavedAudio, SavePolicy
from audiolib.domain.use_cases.library.save_command import SaveAudio

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
