"""The files for deployment, checked as far as that goes without building an image."""

import re
import shlex
import shutil
import subprocess
import sys
from fnmatch import fnmatch

import pytest
from helpers.paths import ROOT

TEXT = re.sub(r"\\\n", "", re.sub(r"(?m)^#.*\n", "", (ROOT / "Dockerfile").read_text(encoding="utf-8")))
STEPS = [tuple(line.strip().split(None, 1)) for line in TEXT.splitlines() if line.strip()]
PAGE = """
from streamlit.testing.v1 import AppTest
page = AppTest.from_file("app.py", default_timeout=120).run()
assert not page.exception, page.exception
assert any("cx-verdict" in item.value for item in page.html)
"""


def steps(name):
    return [rest for step, rest in STEPS if step == name]


def copied():
    return [source for rest in steps("COPY") for source in shlex.split(rest)[:-1]]


def test_the_service_does_not_run_as_root():
    assert steps("USER")[-1] not in ("root", "0")
    order = [name for name, _ in STEPS]
    assert order.index("USER") < order.index("CMD")
    assert "RUN" not in order[order.index("USER") :]


def test_its_health_is_asked_at_the_port_that_it_serves():
    (health,), (port,), (command,) = steps("HEALTHCHECK"), steps("EXPOSE"), steps("CMD")
    assert f"http://127.0.0.1:{port}/_stcore/health" in health
    assert f"--server.port={port}" in command
    assert f"app_port: {port}" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"reverse_proxy 127.0.0.1:{port}\n" in (ROOT / "deploy" / "Caddyfile").read_text(encoding="utf-8")


def test_no_registry_is_named():
    for name in ("Dockerfile", "requirements.txt", "constraints.txt", "deploy/README.md"):
        hosts = re.findall(r"https?://([^/\s:'\"<]+)", (ROOT / name).read_text(encoding="utf-8"))
        assert set(hosts) <= {"127.0.0.1", "localhost", "bench.example.org"}, name


def test_what_is_copied_exists_and_is_not_ignored():
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split("\n")
    allowed = [line[1:] for line in ignored if line.startswith("!")]
    assert "*" in ignored
    for source in copied():
        assert (ROOT / source).exists(), source
        assert any(fnmatch(source, pattern) for pattern in allowed), source


@pytest.mark.models
def test_the_copied_files_alone_serve_the_page(tmp_path):
    for source in copied():
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, tmp_path / source, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / source, tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", PAGE], cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
