"""Every bound of the service, each in one place. Imports nothing, so that any module and any process may read it.

``MAX_`` and ``MIN_`` are inclusive. Bytes are bytes (``MEGABYTE`` = 2^20 of them), times are seconds, lengths of text
are characters. ``.streamlit/config.toml`` cannot import; a test holds its upload size to MAX_UPLOAD_MEGABYTES.
"""

from __future__ import annotations

from collections.abc import Mapping

MEGABYTE = 1024**2

# --- one input -------------------------------------------------------------------------------------------------------

AUDIO_FORMATS = ("wav", "flac", "ogg", "opus", "mp3", "m4a", "mp4", "aac", "webm")
"""File endings that the page offers for upload; the content decides what a file is, not its ending."""
MAX_CLIP_BYTES = 10 * MEGABYTE
"""Size of a clip's file."""
MAX_CLIP_SECONDS = 30.0
"""Length of a clip, equal to the input of Whisper."""
LENGTH_TOLERANCE_SECONDS = 0.05
"""How far a length may exceed its limit, since encoders pad the last frame of a file."""
MIN_SPEECH_SECONDS = 0.3
"""Speech that a clip must contain."""
MAX_TEXT_CHARACTERS = 1_000
"""Length of a text, typed or recognised."""
MAX_SEGMENTS = 16
"""Segment embeddings of one modality: windows of a voice, or groups of neighbouring tokens."""

# --- decoding, in a process of its own -------------------------------------------------------------------------------

MAX_DECODE_SECONDS = 20.0
"""Wall-clock time of one exchange with the decoding process before it is killed."""
MAX_DECODER_MEMORY_BYTES = 3 * 1024**3
"""Address space of the decoding process."""
DECODER_CPU_SECONDS = 10
"""Processor time of a request to the decoding process, before what its length adds."""
DECODED_SECONDS_PER_CPU_SECOND = 20.0
"""Seconds of audio that a slow processor decodes in one second: a longer request is granted more processor time."""
MIN_SOURCE_RATE_HZ, MAX_SOURCE_RATE_HZ = 8_000, 96_000
"""Sampling rate of a file, in Hz."""
MAX_SOURCE_CHANNELS = 8
"""Audio channels of a file."""

# --- the queue in front of the encoders ------------------------------------------------------------------------------

MAX_RUNNING_REQUESTS = 1
"""Requests that use the encoders at once: they take both cores, so two at a time would each be slower."""
MAX_WAITING_REQUESTS = 8
"""Requests that wait for the encoders; further ones are refused at once."""
MAX_WAIT_SECONDS = 20.0
"""Time that a request waits for the encoders before it is refused."""

# --- one visitor's session -------------------------------------------------------------------------------------------

MAX_SESSION_SAMPLES = 8
"""Inputs that a session keeps with their waveforms: 30 s take 1.9 MB."""
MAX_SESSION_EXPLANATIONS = 6
"""Occlusion results, word scores and substitutions that a session keeps."""
MAX_ABSENCE_SECONDS = 30.0
"""Time that a lost connection may take to come back before background work for its session ends."""

# --- recordings of the timeline --------------------------------------------------------------------------------------

MAX_RECORDING_BYTES = 40 * MEGABYTE
"""Size of a recording's file: half an hour of speech at 16 kHz is about 25 MB as FLAC, 14 MB as MP3 at 64 kbit/s."""
MAX_RECORDING_SECONDS = 30 * 60.0
"""Length of a recording."""
MAX_RECORDING_JOBS = 2
"""Recordings that are read at once; each holds its file and a decoding process of its own."""
CLAIMED_LENGTH_SLACK = 1.1
"""Factor of MAX_RECORDING_SECONDS up to which a claimed length is read rather than refused: claims are estimates."""
MAX_CLAIMED_SECONDS = 24 * 3600.0
"""A claimed length above this is a header that was never filled in, and is not used."""

MAX_UPLOAD_MEGABYTES = MAX_RECORDING_BYTES // MEGABYTE
"""Size of any upload, in megabytes: recordings are the largest files. The server's ``maxUploadSize``."""

# --- memory and time of one service ----------------------------------------------------------------------------------

MAX_CACHED_MODELS = 4
"""Models folders whose map, pairs and results are cached: the shipped one, and recent ones that visitors trained."""
MAX_SPANS = 40
"""Spans of a text that leave-one-out removes in turn, which bounds the time to embed all; a longer text is split into
spans of several words."""

# --- shared clips ----------------------------------------------------------------------------------------------------

SHARED_CLIP_LIFETIME_SECONDS = 7 * 24 * 3600.0
"""Age at which a shared clip is deleted."""
MAX_SHARED_CLIPS = 1_000
"""Clips in the store; the oldest go first."""
MAX_CLIP_STORE_BYTES = 512 * MEGABYTE
"""Size of all clips of the store together; the oldest go first."""
MAX_SHARED_CLIP_BYTES = 4 * MEGABYTE
"""Size of one stored clip, more than any can have: 30 s of the worst FLAC are below 1 MB, its evidence far below."""
MAX_SHARED_CLIPS_A_DAY = 20
"""Clips that one session may share within a day: the store drops the oldest, and no session should evict others'."""

# --- untrusted evidence records --------------------------------------------------------------------------------------

MAX_RECORD_MODALITIES = 16
"""Modalities of a record."""
MAX_RECORD_WIDTH = 4_096
"""Width D of the shared space that a record may claim."""
MAX_RECORD_TEXT_CHARACTERS = 2_000
"""Length of a transcript and of each of its words in a record."""
MAX_RECORD_WORDS = 1_000
"""Timed words of a transcript in a record."""

# --- comparisons -----------------------------------------------------------------------------------------------------

MAX_VARIANTS = 4
"""Settings that a comparison holds side by side."""
MAX_VARIANT_NAME_CHARACTERS = 24
"""Length of the name of a setting."""
MIN_TEMPERATURE, MAX_TEMPERATURE = 0.05, 20.0
"""Temperatures that a link may ask for."""

# --- training from the page ------------------------------------------------------------------------------------------

MAX_TRAINING_RUNS = 2
"""Training processes that run at once."""
MAX_WAITING_TRAINING_RUNS = 6
"""Training runs that wait; further ones are refused at once."""
MAX_UNWATCHED_SECONDS = 30.0
"""Time without a look from its visitor after which a training run is ended."""
MAX_TRAINING_SECONDS = 600.0
"""Wall-clock time of a training run."""
MAX_TRAINING_EVENT_CHARACTERS = 1 << 20
"""Length of one line that a training process writes."""
MAX_TRAINING_MEMORY_BYTES = 2 * 1024**3
"""Data segment of a training process."""
MAX_TRAINING_CPU_SECONDS = 900
"""Processor time of a training process."""
TRAINING_NICENESS = 5
"""Niceness of a training process, so that serving comes first."""

# --- model archives --------------------------------------------------------------------------------------------------

MAX_ARCHIVE_BYTES = 9 * MEGABYTE
"""Size of a zipped model."""
MAX_ARCHIVE_FILE_BYTES: Mapping[str, int] = {
    "manifest.json": 64 * 1024,
    "run.json": 2 * MEGABYTE,
    "head.safetensors": 256 * 1024,
    "speech.safetensors": 6 * MEGABYTE,
    "text.safetensors": 2 * MEGABYTE,
}
"""Unpacked size of each file of a zipped model; any other file makes it invalid."""
MAX_ARCHIVE_WIDTH = 512
"""Width D of the shared space of a zipped model."""
