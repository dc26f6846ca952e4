"""What a visitor may hand in: every format, and every kind of broken or hostile file."""

import io
import json
import struct
import subprocess
import sys
import zipfile

import av
import numpy as np
import pytest
from helpers.audio_files import encoded, lying_wav
from helpers.samples import wav_bytes

from crossmodal import audio, limits
from crossmodal.audio import decoder as client
from crossmodal.audio.conditioning import condition, decibels
from crossmodal.audio.decoder import Decoder
from crossmodal.audio.decoder_worker import Bounds
from crossmodal.audio.files import to_flac, to_pcm16, to_wav
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


TONE = 0.3 * np.sin(np.arange(SAMPLE_RATE) * 2 * np.pi * 440 / SAMPLE_RATE)
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


@pytest.fixture(scope="module")
def decoder():
    decoder = Decoder()
    yield decoder
    decoder.close()


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


def test_a_lost_decoder_is_started_again(decoder):
    decoder(wav_bytes(TONE))
    decoder._process.kill()
    decoder._process.wait()
    assert len(decoder(wav_bytes(TONE))) == SAMPLE_RATE


def test_a_decoder_that_dies_over_a_file_makes_it_unreadable(decoder, monkeypatch):
    decoder(wav_bytes(TONE))
    monkeypatch.setattr(client, "_read_answer", lambda stream: (_ for _ in ()).throw(EOFError))
    with pytest.raises(InputError) as caught:
        decoder(wav_bytes(TONE))
    assert caught.value.code == "unreadable"
    monkeypatch.undo()
    assert len(decoder(wav_bytes(TONE))) == SAMPLE_RATE


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


def test_a_file_cut_short_gives_what_is_there(decoder, voice):
    flac = encoded(voice, "flac", "flac", SAMPLE_RATE)
    assert len(decoder(flac[: len(flac) * 3 // 4])) > len(voice) // 3


def test_the_longest_clip_passes(decoder):
    assert len(decoder(wav_bytes(np.tile(TONE, 30)))) == 30 * SAMPLE_RATE


def test_level_offset_and_rumble_make_no_difference(voice):
    plain = condition(voice)
    rumble = 0.02 * np.sin(np.arange(len(voice)) * 2 * np.pi * 12 / SAMPLE_RATE)
    changed = condition((0.05 * voice + 0.1 + 0.05 * rumble).astype(np.float32))
    assert changed.seconds == pytest.approx(plain.seconds, abs=0.1)
    assert decibels(changed.samples) == pytest.approx(decibels(plain.samples), abs=0.5)


def test_silence_around_the_speech_is_trimmed(voice):
    padded = np.concatenate([np.zeros(SAMPLE_RATE), voice, np.zeros(2 * SAMPLE_RATE)]).astype(np.float32)
    found = condition(padded)
    assert found.seconds <= condition(voice).seconds + 0.15
    assert found.offset > 0.8


def test_segments_lie_within_the_waveform(voice):
    found = condition(np.concatenate([voice, np.zeros(SAMPLE_RATE, np.float32), voice]))
    assert len(found.segments) >= 2
    assert all(0 <= start < end <= found.seconds + 1e-6 for start, end in found.segments)


def test_playback_keeps_the_samples(decoder, voice):
    np.testing.assert_allclose(decoder(to_wav(voice)), voice, atol=1e-4)


def test_wav_and_flac_hold_the_nearest_integers():
    samples = RANDOM.uniform(-1.1, 1.1, 5_000).astype(np.float32)
    samples[:3] = np.nan, 1.0, -1.0
    expected = np.rint(np.clip(np.nan_to_num(samples), -1, 1) * 32767)
    np.testing.assert_array_equal(to_pcm16(samples), expected)
    for data in (to_wav(samples), to_flac(samples)):
        with av.open(io.BytesIO(data)) as container:
            stored = np.concatenate([frame.to_ndarray().reshape(-1) for frame in container.decode(audio=0)])
        np.testing.assert_array_equal(stored, expected)


def test_the_process_gets_every_bound_from_its_client():
    assert set(client.BOUNDS) == set(Bounds._fields)
    assert Bounds(**json.loads(json.dumps(client.BOUNDS))) == Bounds(
        rate=SAMPLE_RATE,
        memory_bytes=limits.MAX_DECODER_MEMORY_BYTES,
        cpu_seconds=limits.DECODER_CPU_SECONDS,
        decoded_per_cpu_second=limits.DECODED_SECONDS_PER_CPU_SECOND,
        min_rate=limits.MIN_SOURCE_RATE_HZ,
        max_rate=limits.MAX_SOURCE_RATE_HZ,
        max_channels=limits.MAX_SOURCE_CHANNELS,
        tolerance_seconds=limits.LENGTH_TOLERANCE_SECONDS,
    )


def test_a_bound_of_the_client_is_kept_by_the_process(monkeypatch):
    monkeypatch.setitem(client.BOUNDS, "max_rate", 8_000)
    narrow = Decoder()
    with pytest.raises(InputError) as caught:
        narrow(wav_bytes(TONE))
    narrow.close()
    assert caught.value.code == "sample_rate"
    assert caught.value.values["highest"] == 8_000


@pytest.mark.parametrize("module", ["audio", "audio.files", "audio.sniff", "audio.decoder", "limits", "ui.samples"])
def test_importing_needs_no_model_library(module):
    program = f"import sys, crossmodal.{module}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout.split()
    assert f"crossmodal.{module}" in loaded
    assert not {"torch", "torchaudio", "faster_whisper", "transformers"} & set(loaded)
