"""What the generator's handlers find in their application."""

from aiohttp import web

from audiolib.domain.use_cases.speech.record_speech import RecordSpeech
from audiolib.entrypoints.http.load_shedding import LoadShedder

RECORD_SPEECH = web.AppKey("record_speech", RecordSpeech)
SPEAKING = web.AppKey("speaking", LoadShedder)
TEMP_READS = web.AppKey("temp_reads", LoadShedder)
SPEAKING_SECONDS = web.AppKey("speaking_seconds", float)
"""How long speaking one text may take."""
