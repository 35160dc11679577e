"""Containers are told by their first bytes."""

import random
import struct

import pytest

from audiolib.adapters.inspect.sniff import detect_format
from audiolib.domain.model.audio import AudioFormat
from audiolib.domain.model.errors import NotAudioError
from audiolib.ports.audio_inspector import SNIFF_BYTES
from audiolib.testing import wav

V1_L3_44K = b"\xff\xfb\x90\x00"
V1_L3_48K = b"\xff\xfb\x94\x00"


def ogg(payload: bytes, segments: int = 1) -> bytes:
    table = bytes([segments]) + b"\x1e" * segments
    return b"OggS\0\2" + bytes(20) + table + payload


def mpeg(header: bytes, length: int, count: int = 2) -> bytes:
    return header.ljust(length, b"\0") * count


def ftyp(brand: bytes, *compatible: bytes) -> bytes:
    body = brand + bytes(4) + b"".join(compatible)
    return struct.pack(">I4s", 8 + len(body), b"ftyp") + body


def ebml(doctype: bytes) -> bytes:
    return (
        b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\x82" + bytes([0x80 + len(doctype)]) + doctype
    )


GOOD = [
    (AudioFormat.WAV, wav()),
    (AudioFormat.WAV, wav(streamed=0)),
    (AudioFormat.WAV, b"RIFF\0\0\0\0WAVE"),
    (AudioFormat.WAV, b"RF64\xff\xff\xff\xffWAVEds64"),
    (AudioFormat.FLAC, b"fLaC\0\0\0\x22" + bytes(34)),
    (AudioFormat.OGG, ogg(b"\x01vorbis" + bytes(23))),
    (AudioFormat.OGG, ogg(b"\x7fFLAC\x01\x00")),
    (AudioFormat.OGG, ogg(b"Speex   1.2")),
    (AudioFormat.OPUS, ogg(b"OpusHead\x01\x02")),
    (AudioFormat.OPUS, ogg(b"OpusHead\x01\x02", segments=3)),
    (AudioFormat.M4A, ftyp(b"M4A ", b"mp42")),
    (AudioFormat.M4A, ftyp(b"M4B ")),
    (AudioFormat.M4A, ftyp(b"isom")),
    (AudioFormat.M4A, ftyp(b"iso5")),
    (AudioFormat.M4A, ftyp(b"mp42")),
    (AudioFormat.M4A, ftyp(b"dash")),
    (AudioFormat.WEBM, ebml(b"webm")),
    (AudioFormat.MP3, b"ID3\x04\0\0\0\0\0\x0a" + bytes(10)),
    (AudioFormat.MP3, mpeg(V1_L3_44K, 417)),
    (AudioFormat.MP3, mpeg(V1_L3_48K, 384)),
    (AudioFormat.MP3, mpeg(b"\xff\xfb\x92\x00", 418)),
    (AudioFormat.MP3, mpeg(b"\xff\xfb\xe0\xc0", 1044)),
    (AudioFormat.MP3, mpeg(b"\xff\xf3\x40\xc0", 104)),
    (AudioFormat.MP3, mpeg(b"\xff\xe3\x40\xc0", 208)),
    (AudioFormat.MP3, mpeg(V1_L3_44K, 417)[: 417 + 4]),
]
BAD = {
    "nothing": b"",
    "one byte": b"R",
    "one sync byte": b"\xff",
    "a space": b" ",
    "zeros": bytes(SNIFF_BYTES),
    "ones": b"\xff" * SNIFF_BYTES,
    "html": b"<!DOCTYPE html><html><body>Not Found</body></html>",
    "html in lower case": b"<html>RIFF....WAVE</html>",
    "json": b'{"success": false, "error": "no such file"}',
    "text": b"Not Found",
    "a byte order mark": b"\xef\xbb\xbfRIFF\0\0\0\0WAVE",
    "UTF-16": b"\xff\xfe<\0h\0t\0m\0l\0",
    "svg": b"<?xml version='1.0'?><svg onload='alert(1)'/>",
    "playlist": b"#EXTM3U\n#EXTINF:1,\nhttp://evil/",
    "script": b"#!/bin/sh\nid\n",
    "ELF": b"\x7fELF\x02\x01\x01" + bytes(57),
    "PE": b"MZ\x90\0\x03" + bytes(60),
    "class": b"\xca\xfe\xba\xbe\0\0\0\x34",
    "zip": b"PK\x03\x04\x14\0",
    "gzip": b"\x1f\x8b\x08\0",
    "pdf": b"%PDF-1.7\n",
    "gif": b"GIF89a\x01\0\x01\0",
    "png": b"\x89PNG\r\n\x1a\n",
    "jpeg": b"\xff\xd8\xff\xe0\0\x10JFIF",
    "avi": b"RIFF\0\0\0\0AVI LIST",
    "webp": b"RIFF\0\0\0\0WEBPVP8 ",
    "sounds of MIDI": b"RIFF\0\0\0\0RMIDdata",
    "RIFX": b"RIFX\0\0\0\0WAVEfmt ",
    "wave in lower case": b"riff\0\0\0\0wave",
    "RIFF without a form": b"RIFF\0\0\0\0",
    "RIFF with half a form": b"RIFF\0\0\0\0WAV",
    "MIDI": b"MThd\0\0\0\x06",
    "AIFF": b"FORM\0\0\0\0AIFFCOMM",
    "AU": b".snd\0\0\0\x18",
    "ADTS AAC": b"\xff\xf1\x50\x80\x43\xff\xfc".ljust(538, b"\0") * 3,
    "ADTS AAC, MPEG-2": b"\xff\xf9\x50\x80\x43\xff\xfc".ljust(538, b"\0") * 3,
    "ADIF AAC": b"ADIF\0\0",
    "AC-3": b"\x0b\x77\0\0",
    "AMR": b"#!AMR\n",
    "FLAC in lower case": b"flac\0\0\0\x22",
    "Ogg alone": b"OggS",
    "Ogg header alone": ogg(b"")[:27],
    "Ogg cut before its payload": ogg(b"OpusHead", segments=200)[:60],
    "Ogg Theora": ogg(b"\x80theora\x03\x02\x01"),
    "Ogg Skeleton": ogg(b"fishead\0"),
    "Ogg with Opus further on": ogg(b"x OpusHead"),
    "QuickTime": ftyp(b"qt  "),
    "M4V": ftyp(b"M4V "),
    "AVIF": ftyp(b"avif", b"M4A "),
    "HEIC": ftyp(b"heic"),
    "3GP": ftyp(b"3gp4"),
    "ftyp too early": b"ftypM4A ",
    "Matroska": ebml(b"matroska"),
    "EBML alone": b"\x1aE\xdf\xa3",
    "WebM too late": b"\x1aE\xdf\xa3" + bytes(64) + b"webm",
    "ID3 alone": b"ID3\x04\0\0\0\0\0\0",
    "ID3v1": b"TAG" + bytes(125),
    "one MPEG frame": mpeg(V1_L3_44K, 417, 1),
    "one MPEG frame and three bytes": mpeg(V1_L3_44K, 417)[: 417 + 3],
    "MPEG frames of two rates": V1_L3_44K.ljust(417, b"\0") + V1_L3_48K.ljust(384, b"\0"),
    "MPEG frames one byte apart": mpeg(V1_L3_44K, 418),
    "MPEG not at the start": b"\0" + mpeg(V1_L3_44K, 417),
    "MPEG of a free bitrate": mpeg(b"\xff\xfb\x00\x00", 417),
    "MPEG of a bad bitrate": mpeg(b"\xff\xfb\xf0\x00", 417),
    "MPEG of a reserved rate": mpeg(b"\xff\xfb\x9c\x00", 417),
    "MPEG of a reserved version": mpeg(b"\xff\xeb\x90\x00", 417),
    "MPEG of a reserved layer": mpeg(b"\xff\xf9\x90\x00", 417),
}
TYPES = [
    (AudioFormat.WAV, "wav", "audio/wav"),
    (AudioFormat.MP3, "mp3", "audio/mpeg"),
    (AudioFormat.FLAC, "flac", "audio/flac"),
    (AudioFormat.OGG, "ogg", "audio/ogg"),
    (AudioFormat.OPUS, "opus", "audio/ogg"),
    (AudioFormat.M4A, "m4a", "audio/mp4"),
    (AudioFormat.WEBM, "webm", "audio/webm"),
]


@pytest.mark.parametrize(("expected", "head"), GOOD)
def test_a_container_is_told_by_its_head(expected: AudioFormat, head: bytes) -> None:
    assert detect_format(head) is expected
    assert detect_format(head.ljust(SNIFF_BYTES, b"\x55")[:SNIFF_BYTES]) is expected


@pytest.mark.parametrize("head", BAD.values(), ids=BAD.keys())
def test_what_is_no_audio_is_refused(head: bytes) -> None:
    with pytest.raises(NotAudioError):
        detect_format(head)


@pytest.mark.parametrize("seed", range(200))
def test_random_bytes_are_no_audio(seed: int) -> None:
    chance = random.Random(seed)
    with pytest.raises(NotAudioError):
        detect_format(chance.randbytes(chance.randrange(1, SNIFF_BYTES)))


@pytest.mark.parametrize("head", [head for _, head in GOOD])
def test_a_head_cut_anywhere_raises_nothing_else(head: bytes) -> None:
    for kept in range(min(len(head), 64)):
        try:
            detect_format(head[:kept])
        except NotAudioError:
            pass


@pytest.mark.parametrize(("audio_format", "extension", "content_type"), TYPES)
def test_each_container_has_its_extension_and_type(
    audio_format: AudioFormat, extension: str, content_type: str
) -> None:
    assert (audio_format.extension, audio_format.content_type) == (extension, content_type)


def test_the_tables_name_every_container() -> None:
    assert {row[0] for row in TYPES} == {row[0] for row in GOOD} == set(AudioFormat)
