"""The bounds of the service stand in one module, and what cannot import it agrees with it."""

import re
import tomllib

from helpers.imports import PACKAGE, imports
from helpers.paths import ROOT

from crossmodal import limits
from crossmodal.custom import archive
from crossmodal.model.folder import MANIFEST

CONFIG = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))


def test_limits_import_nothing_but_the_standard_library():
    assert set(imports(PACKAGE / "limits.py")) == {
        "__future__",
        "__future__.annotations",
        "collections.abc",
        "collections.abc.Mapping",
    }


def test_the_server_accepts_uploads_up_to_the_limit():
    assert CONFIG["server"]["maxUploadSize"] == limits.MAX_UPLOAD_MEGABYTES
    assert limits.MAX_RECORDING_BYTES == limits.MAX_UPLOAD_MEGABYTES * limits.MEGABYTE
    assert max(limits.MAX_CLIP_BYTES, limits.MAX_ARCHIVE_BYTES) <= limits.MAX_RECORDING_BYTES


def test_the_proxy_passes_what_the_server_accepts():
    (size,) = re.findall(r"max_size (\d+)MB", (ROOT / "deploy" / "Caddyfile").read_text(encoding="utf-8"))
    assert int(size) * 1_000_000 >= limits.MAX_UPLOAD_MEGABYTES * limits.MEGABYTE


def test_an_archive_holds_the_files_of_a_model():
    towers = {f"{name}.safetensors" for name in archive.TOWERS}
    assert set(limits.MAX_ARCHIVE_FILE_BYTES) == {MANIFEST, archive.RUN, "head.safetensors"} | towers


def test_a_shared_clip_and_its_text_fit_into_their_bounds():
    assert limits.MAX_TEXT_CHARACTERS <= limits.MAX_RECORD_TEXT_CHARACTERS
    assert limits.MAX_SHARED_CLIP_BYTES * limits.MAX_SHARED_CLIPS_A_DAY < limits.MAX_CLIP_STORE_BYTES
