"""Where the project and the data lie."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("CROSSMODAL_DATA", ROOT.parent / "shared" / "data"))
"""The speech and text sets, which are no part of the project."""
