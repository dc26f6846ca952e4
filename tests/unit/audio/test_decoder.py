"""The decoding process: its bounds, its end and its restart, blocks that together are the whole."""

import json

import numpy as np
import pytest
from helpers.audio_files import TONE, encoded
from helpers.samples import wav_bytes

from crossmodal import limits
from crossmodal.audio import decoder as client
from crossmodal.audio.decoder import Decoder
from crossmodal.audio.decoder_worker import Bounds
from crossmodal.errors import InputError
from crossmodal.types import SAMPLE_RATE


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


def test_a_file_cut_short_gives_what_is_there(decoder, voice):
    flac = encoded(voice, "flac", "flac", SAMPLE_RATE)
    assert len(decoder(flac[: len(flac) * 3 // 4])) > len(voice) // 3


def test_the_longest_clip_passes(decoder):
    assert len(decoder(wav_bytes(np.tile(TONE, 30)))) == 30 * SAMPLE_RATE


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


@pytest.mark.parametrize(("container", "codec"), [("flac", "flac"), ("ogg", "libopus"), ("mp3", "libmp3lame")])
def test_blocks_together_are_the_whole(talk, container, codec):
    data, decoder = encoded(talk, container, codec), Decoder()
    blocks = [block for _, block in decoder.blocks(data, 60.0, 2.0, 10**7)]
    np.testing.assert_array_equal(np.concatenate(blocks), decoder(data, 60.0))
    assert {len(block) for block in blocks[:-1]} == {2 * SAMPLE_RATE}
    decoder.close()


def test_a_decoder_left_in_the_middle_goes_on_with_the_next(talk):
    decoder = Decoder()
    blocks = decoder.blocks(wav_bytes(talk), 60.0, 1.0, 10**7)
    next(blocks)
    blocks.close()
    assert len(decoder(wav_bytes(talk[:SAMPLE_RATE]))) == SAMPLE_RATE
    decoder.close()


def test_the_limit_gives_what_stands_before_it(talk):
    decoder, found = Decoder(), []
    with pytest.raises(InputError) as caught:
        found.extend(block for _, block in decoder.blocks(wav_bytes(talk), 4.0, 1.5, 10**7))
    assert caught.value.code == "too_long"
    assert 3.5 <= sum(map(len, found)) / SAMPLE_RATE <= 4.05
    decoder.close()
