"""What a visitor may hand in: every format, and every kind of broken or hostile file."""

import io
import struct
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from helpers.audio_files import TONE, encoded, lying_wav
from helpers.samples import wav_bytes

from crossmodal import audio, limits
from crossmodal.audio.conditioning import decibels
from crossmodal.errors import InputError
from crossmodal.types import SAMPLE_RATE

RANDOM = np.random.default_rng(0)


def float_wav(samples, rate=SAMPLE_RATE) -> bytes:
    body = np.asarray(samples, dtype="<f4").tobytes()
    head = struct.pack("<4sI4s4sIHHIIHH", b"RIFF", 36 + len(body), b"WAVE", b"fmt ", 16, 3, 1, rate, rate * 4, 4, 32)
    return head + struct.pack("<4sI", b"data", len(body)) + body


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("a.wav", "x" * 100)
    return buffer.getvalue()


NOISE = 0.1 * RANDOM.standard_normal(2 * SAMPLE_RATE)
FLAC = encoded(NOISE, "flac", "flac", SAMPLE_RATE)

BAD = {
    "empty": (b"", "empty"),
    "one byte": (b"R", "unsupported_format"),
    "RIFF alone": (b"RIFF", "unsupported_format"),
    "header cut": (wav_bytes(TONE)[:20], "unreadable"),
    "html": (b"<html><body>hello</body></html>" * 10, "unsupported_format"),
    "zip": (zipped(), "unsupported_format"),
    "elf": (b"\x7fELF" + bytes(100), "unsupported_format"),
    "pickle": (b"\x80\x04\x95" + bytes(100), "unsupported_format"),
    "aiff": (b"FORM\x00\x00\x00\x00AIFFCOMM" + bytes(100), "unsupported_format"),
    "tag alone": (b"ID3\x04\x00\x00\x00\x00\x00\x0a" + bytes(10), "unreadable"),
    "sync and garbage": (b"\xff\xfb\x90\x00" + RANDOM.bytes(3), "unreadable"),
    "ogg magic": (b"OggS" + bytes(200), "unreadable"),
    "webm magic": (b"\x1aE\xdf\xa3" + bytes(200), "unreadable"),
    "mp4 magic": (b"\x00\x00\x00\x18ftypmp42" + bytes(100), "unreadable"),
    "no frames": (wav_bytes(TONE[:0]), "no_samples"),
    "one sample": (wav_bytes(TONE[:1]), "too_short"),
    "rate 0": (lying_wav(TONE, rate=0), "unreadable"),
    "rate 1": (lying_wav(TONE, rate=1), "sample_rate"),
    "rate huge": (lying_wav(TONE, rate=2**31 - 1), "sample_rate"),
    "no channels": (lying_wav(TONE, channels=0), "channels"),
    "many channels": (lying_wav(TONE, channels=1024), "channels"),
    "no bits": (lying_wav(TONE, bits=0), "unreadable"),
    "unknown codec": (lying_wav(TONE, tag=0x7777), "unreadable"),
    "nan": (float_wav(np.full(SAMPLE_RATE, np.nan)), "not_finite"),
    "infinite": (float_wav(np.where(np.arange(SAMPLE_RATE) == 99, np.inf, TONE)), "not_finite"),
    "silence": (wav_bytes(np.zeros(SAMPLE_RATE)), "silence"),
    "offset alone": (wav_bytes(np.full(2 * SAMPLE_RATE, 0.4)), "silence"),
    "tone": (wav_bytes(np.tile(TONE, 2)), "no_speech"),
    "noise": (wav_bytes(NOISE), "no_speech"),
    "too short": (wav_bytes(TONE[:800]), "too_short"),
    "too long": (wav_bytes(np.tile(TONE, 31)), "too_long"),
    "an hour in a small file": (encoded(np.zeros(3600 * SAMPLE_RATE), "flac", "flac", 8_000), "too_long"),
    "flac of untold length": (FLAC[:21] + b"\x0f\xff\xff\xff\xff" + FLAC[26:], "no_samples"),
    "too large": (b"RIFF\x00\x00\x00\x00WAVE" + bytes(limits.MAX_CLIP_BYTES), "too_large"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_refused_with_its_code(name, decoder):
    data, code = BAD[name]
    with pytest.raises(InputError) as caught:
        audio.preprocess(data, decoder=decoder)
    assert caught.value.code == code


def test_the_decoder_survives_all_of_them(decoder, voice):
    for data, _ in BAD.values():
        with pytest.raises(InputError):
            audio.preprocess(data, decoder=decoder)
    waveform = audio.preprocess(wav_bytes(voice), decoder=decoder)
    assert sum(end - start for start, end in waveform.segments) > 0.3


@pytest.mark.parametrize(
    ("container", "codec", "rate"),
    [
        ("wav", "pcm_s16le", 44_100),
        ("wav", "pcm_s24le", 48_000),
        ("wav", "pcm_f64le", 16_000),
        ("wav", "pcm_mulaw", 8_000),
        ("flac", "flac", 48_000),
        ("ogg", "libopus", 48_000),
        ("mp3", "libmp3lame", 44_100),
        ("ipod", "aac", 44_100),
        ("adts", "aac", 48_000),
        ("webm", "libopus", 48_000),
    ],
)
def test_every_format_that_browsers_record(container, codec, rate, decoder, voice):
    found = audio.preprocess(encoded(voice, container, codec, rate), decoder=decoder)
    expected = audio.preprocess(wav_bytes(voice), decoder=decoder)
    assert found.seconds == pytest.approx(expected.seconds, abs=0.25)
    assert decibels(found.samples) == pytest.approx(decibels(expected.samples), abs=1.0)


def test_stereo_is_averaged(decoder, voice):
    both = np.stack([voice, voice], axis=1)
    found = audio.preprocess(wav_bytes(both, channels=2), decoder=decoder)
    expected = audio.preprocess(wav_bytes(voice), decoder=decoder)
    np.testing.assert_allclose(found.samples, expected.samples, atol=2e-3)


@pytest.mark.parametrize("module", ["audio", "audio.files", "audio.sniff", "audio.decoder", "limits", "ui.samples"])
def test_importing_needs_no_model_library(module):
    program = f"import sys, crossmodal.{module}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout.split()
    assert f"crossmodal.{module}" in loaded
    assert not {"torch", "torchaudio", "faster_whisper", "transformers"} & set(loaded)
