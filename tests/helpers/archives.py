"""A small model of a visitor's own as a zip."""

import hashlib
import io
import json
import zipfile

import numpy as np
from safetensors.numpy import save

from crossmodal.custom import archive
from crossmodal.types import TASKS

DIM = 4


def tensors(dim=DIM):
    random = np.random.default_rng(0)
    return {
        stem: save(
            {
                name: np.ones(shape, np.float32) if name == "spread" else random.normal(size=shape).astype(np.float32)
                for name, shape in shapes.items()
            }
        )
        for stem, shapes in archive._shapes(dim).items()
    }


def manifest_of(files):
    return {
        "schema": 1,
        "towers": dict(archive.TOWERS),
        "files": {
            name: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)} for name, data in files.items()
        },
        "temperatures": {name: dict.fromkeys(TASKS, 1.0) for name in archive.TOWERS},
        "prior": {task: [1 / len(names)] * len(names) for task, names in TASKS.items()},
    }


def contents():
    files = tensors()
    return files | {"manifest.json": json.dumps(manifest_of(files)).encode()}


def zipped(files, method=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as bundle:
        for name, data in files.items():
            bundle.writestr(name, data)
    return buffer.getvalue()
