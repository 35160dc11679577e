"""AudioSource and TempCleaner over HTTP."""

from audiolib.adapters.http.audio_source import HttpAudioSource
from audiolib.adapters.http.session import HttpSettings, open_http_session
from audiolib.adapters.http.temp_cleaner import HttpTempCleaner

__all__ = ["HttpAudioSource", "HttpSettings", "HttpTempCleaner", "open_http_session"]
