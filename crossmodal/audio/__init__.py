"""Speech: the bytes of an audio file -> a Waveform that the encoder reads.

``sniff`` names the format by content, ``decoder`` decodes in a process of its own, ``conditioning`` removes what is not
voice: offset, rumble, the silence around the speech, and the level. ``files`` writes WAV and FLAC.

Importing this package imports none of torch, torchaudio and faster-whisper: they load with ``conditioning``, at the
first clip that is conditioned.
"""

from __future__ import annotations

from crossmodal.audio.decoder import Decoder, shared_decoder
from crossmodal.types import Waveform

__all__ = ["preprocess"]


def preprocess(data: bytes, *, decoder: Decoder | None = None) -> Waveform:
    """File bytes -> Waveform. Raises InputError for whatever cannot be read as speech."""
    from crossmodal.audio.conditioning import condition  # imports torch, which takes seconds

    return condition((decoder or shared_decoder())(data))
