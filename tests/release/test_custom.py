"""A head of one's own, trained on the real reference features: what each weight does, and what becomes of the model."""

import io
import json
import os
import subprocess
import sys
import threading
import zipfile
from dataclasses import asdict, replace

import numpy as np
import pytest
from helpers.paths import ROOT
from helpers.samples import wav_bytes

from crossmodal.custom import archive
from crossmodal.custom.queue import load_example
from crossmodal.custom.settings import TrainingSettings
from crossmodal.errors import CrossmodalError, ModelError
from crossmodal.model.folder import MODELS, ModelFolder, model_hash
from crossmodal.pretrained import sha256
from crossmodal.types import EMOTIONS, TASKS

pytestmark = [
    pytest.mark.models,
    pytest.mark.skipif(
        not (MODELS / "reference" / "reference.json").is_file(),
        reason="models/reference is missing: run `python -m crossmodal.custom.features`",
    ),
]
QUICK = TrainingSettings(dimension=8, epochs=2)
CHANCE = 1 / len(EMOTIONS)


@pytest.fixture(scope="module")
def reference():
    from crossmodal.custom.reference import load_reference

    return load_reference()


@pytest.fixture(scope="module")
def trained(reference, tmp_path_factory):
    """Settings -> what a run told and its folder; each is made once."""
    from crossmodal.custom.trainer import train

    made = {}

    def run(settings, *, epochs_before_stop=None):
        key = (settings, epochs_before_stop)
        if key not in made:
            folder, events, stop = tmp_path_factory.mktemp("own") / "model", [], threading.Event()

            def tell(event):
                events.append(json.loads(json.dumps(event, allow_nan=False)))
                if epochs_before_stop is not None and event.get("epoch") == epochs_before_stop:
                    stop.set()

            train(reference, settings, folder, tell, stop)
            made[key] = (events, folder)
        return made[key]

    return run


def figures(run):
    return run[0][-1]["figures"]["own"]


# --- the reference --------------------------------------------------------------------------------------------------


def test_the_reference_is_small_and_holds_neither_sound_nor_words(reference):
    folder = MODELS / "reference"
    assert sum(path.stat().st_size for path in folder.iterdir()) < 5 * 1024**2
    assert {path.suffix for path in folder.iterdir()} == {".safetensors", ".json"}
    actors = {split: set(rows.origins.tolist()) for split, rows in reference.rows["speech"].items()}
    assert not actors["train"] & actors["test"]
    assert not actors["train"] & actors["dev"]
    assert {len(own) for own in actors.values()} == {12, 4}
    for own in reference.rows.values():
        assert all(set(rows.labels.tolist()) == set(range(len(EMOTIONS))) for rows in own.values())
        assert all(np.isfinite(rows.features).all() for rows in own.values())


def test_an_altered_reference_is_refused(tmp_path):
    from crossmodal.custom.reference import load_reference

    folder = tmp_path / "reference"
    folder.mkdir()
    shipped = MODELS / "reference"
    (folder / "reference.json").write_bytes((shipped / "reference.json").read_bytes())
    (folder / "features.safetensors").write_bytes((shipped / "features.safetensors").read_bytes()[:-1] + b"x")
    with pytest.raises(ModelError) as caught:
        load_reference(tmp_path)
    assert caught.value.code == "model_altered"
    with pytest.raises(ModelError):
        load_reference(tmp_path / "nothing")


# --- training -------------------------------------------------------------------------------------------------------


def test_every_term_reaches_the_log(trained):
    events, _ = trained(QUICK)
    assert [event["event"] for event in events] == ["start", "epoch", "epoch", "epoch", "done"]
    terms = {"total", "task.speech", "task.text", "align.speech.text", "align.speech.speech", "align.text.text"}
    assert set(events[2]["train"]) == set(events[2]["dev"]) == terms
    weights = asdict(QUICK)
    weighed = {
        "task.speech": "lambda_speech",
        "task.text": "lambda_text",
        "align.speech.text": "gamma_cross",
        "align.speech.speech": "gamma_speech",
        "align.text.text": "gamma_text",
    }
    total = sum(weights[weight] * events[-2]["dev"][term] for term, weight in weighed.items())
    assert events[-2]["dev"]["total"] == pytest.approx(total, abs=1e-3)
    assert events[-2]["dev"]["total"] < events[1]["dev"]["total"]


def test_the_map_shows_the_same_rows_after_every_epoch(trained):
    events, _ = trained(QUICK)
    labels = events[0]["labels"]
    for event in events[1:-1]:
        assert {name: len(points) for name, points in event["map"].items()} == {
            name: len(own) for name, own in labels.items()
        }
    before, after = (np.concatenate([event["map"]["speech"], event["map"]["text"]]) for event in events[2:4])
    mirrored = after * [-1, 1]
    assert np.square(after - before).sum() < np.square(mirrored - before).sum()


def test_gamma_draws_the_two_modalities_together(trained):
    apart, tied = (trained(replace(QUICK, gamma_cross=gamma, dimension=32)) for gamma in (0.0, 0.3))
    for way in ("speech>text", "text>speech"):
        assert figures(tied)["retrieval"][way] > figures(apart)["retrieval"][way]
    assert tied[0][-2]["dev"]["align.speech.text"] < apart[0][-2]["dev"]["align.speech.text"]


def test_a_voice_that_nobody_taught_is_read_through_gamma_alone(trained):
    lonely = replace(QUICK, lambda_speech=0.0, gamma_speech=0.0, dimension=32, epochs=6)
    untaught = figures(trained(replace(lonely, gamma_cross=0.0)))["speech"]["uar"]
    brought = figures(trained(replace(lonely, gamma_cross=1.0)))["speech"]["uar"]
    assert untaught < 2 * CHANCE < brought


def test_the_same_seed_gives_the_same_model(reference, trained, tmp_path):
    from crossmodal.custom.trainer import train

    events = []
    train(reference, QUICK, tmp_path / "model", events.append, threading.Event())
    assert events[-1]["model_hash"] == trained(QUICK)[0][-1]["model_hash"]
    assert trained(replace(QUICK, seed=1))[0][-1]["model_hash"] != events[-1]["model_hash"]


def test_stopping_keeps_a_usable_model(trained):
    events, folder = trained(replace(QUICK, epochs=50), epochs_before_stop=3)
    assert events[-1]["epochs"] == 3
    assert model_hash(ModelFolder(folder).read_manifest()) == events[-1]["model_hash"]
    assert figures((events, folder))["speech"]["uar"] > CHANCE


def test_modality_dropout_leaves_terms_out_and_still_trains(trained):
    events, _ = trained(replace(QUICK, dropout=0.9))
    assert figures((events, None))["text"]["uar"] > CHANCE


def test_a_loss_that_is_no_number_is_told(reference, tmp_path, monkeypatch):
    from crossmodal.custom import trainer

    monkeypatch.setattr(trainer, "TASK_WEIGHTS", {"emotion": float("nan")})
    monkeypatch.setattr(trainer.Trainer, "measure", lambda self, epoch: {"epoch": epoch})
    with pytest.raises(CrossmodalError) as caught:
        trainer.train(reference, QUICK, tmp_path / "model", lambda event: None, threading.Event())
    assert caught.value.code == "train_diverged"


def test_the_shipped_example_is_a_run_at_the_first_settings():
    events = load_example(MODELS)
    assert TrainingSettings.checked(events[0]["settings"]) == TrainingSettings()
    assert events[-1]["epochs"] == TrainingSettings().epochs
    own, shipped = events[-1]["figures"]["own"], events[-1]["figures"]["shipped"]
    assert set(own) == set(shipped) == {"speech", "text", "fused", "retrieval"}


# --- the model ------------------------------------------------------------------------------------------------------


def test_the_pipeline_reads_with_it_what_training_read(trained, reference, pipeline, voice):
    from crossmodal.pipeline import Pipeline

    events, folder = trained(QUICK)
    own = Pipeline.load(folder)
    evidence = own.embed(speech=wav_bytes(voice), text="I am so happy to see you!")
    assert own.model_hash == events[-1]["model_hash"] != pipeline.model_hash
    assert evidence.predictions["speech"].embedding.shape == (QUICK.dimension,)
    assert own.fuse(evidence, alpha={"speech": 0.5, "text": 0.5}).label in TASKS["emotion"]
    assert own.towers["speech"].encoder is pipeline.towers["speech"].encoder
    assert own.transcriber is pipeline.transcriber


def test_folding_changes_nothing(trained, reference):
    """Pooled states through basis and phi, and through the one folded matrix, come to the same z."""
    import torch

    from crossmodal.custom.trainer import Trainer, fold
    from crossmodal.modalities import load_towers

    trainer = Trainer(reference, QUICK)
    trainer.space.eval()
    _, folder = trained(QUICK)
    towers = load_towers(folder, ModelFolder(folder).read_manifest())
    random = np.random.default_rng(0)
    for name, tower in towers.items():
        basis = reference.bases[name]
        pooled = basis.centre + basis.spread * random.normal(size=(5, len(basis.centre))).astype(np.float32)
        with torch.inference_mode():
            wanted = trainer.space(name, torch.from_numpy(basis.project(pooled)) / trainer.scale[name])
            state = fold(trainer, name, basis)
            rows = torch.from_numpy(pooled)
            if name == "speech":
                rows = (rows - state["centre"]) / state["spread"]
            found = torch.nn.functional.normalize(rows @ state["linear.weight"].T + state["linear.bias"], dim=-1)
        assert torch.allclose(found, wanted, atol=1e-3)
        assert tower.projection.linear.weight.shape == state["linear.weight"].shape


def test_the_words_are_read_as_in_training(trained, reference):
    """The frozen encoder, pooled live, lands where the same sentence would among the reference features."""
    from crossmodal.custom.features import pooled_text
    from crossmodal.modalities import load_towers

    _, folder = trained(QUICK)
    tower = load_towers(folder, ModelFolder(folder).read_manifest())["text"]
    pooled = pooled_text(["What a lovely day!"])
    weight, bias = (value.double().numpy() for value in (tower.projection.linear.weight, tower.projection.linear.bias))
    z = (pooled @ weight.T + bias)[0]
    assert np.allclose(tower("What a lovely day!"), z / np.linalg.norm(z), atol=1e-5)


def test_a_tower_of_an_unknown_kind_or_with_an_encoder_is_refused(trained, tmp_path):
    from safetensors.numpy import load_file, save_file

    from crossmodal.modalities import load_towers

    _, folder = trained(QUICK)
    manifest = ModelFolder(folder).read_manifest()
    with pytest.raises(ModelError):
        load_towers(folder, manifest | {"towers": {"speech": "psychic", "text": "pooled"}})
    tensors = load_file(folder / "speech.safetensors")
    encoder = {"encoder.whisper.layer_norm.weight": np.ones(384, np.float32)}
    save_file(tensors | encoder, tmp_path / "speech.safetensors")
    manifest["files"]["speech.safetensors"]["sha256"] = sha256(tmp_path / "speech.safetensors")
    with pytest.raises(ModelError) as caught:
        load_towers(tmp_path, manifest | {"temperatures": {"speech": {}}})
    assert caught.value.code == "model_shape"


def test_a_bundle_goes_out_and_in_and_the_command_line_reads_it(trained, tmp_path, voice):
    events, folder = trained(QUICK)
    packed = archive.pack(folder, {"events": events})
    assert zipfile.ZipFile(io.BytesIO(packed)).testzip() is None
    archive.unpack(packed, tmp_path / "again")
    clip = tmp_path / "clip.wav"
    clip.write_bytes(wav_bytes(voice))
    command = [
        sys.executable,
        "-m",
        "crossmodal",
        "predict",
        str(clip),
        "--text",
        "I never wanted this.",
        "--models",
        str(tmp_path / "again"),
        "--json",
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    record = json.loads(done.stdout)
    assert record["model_hash"] == events[-1]["model_hash"]
    assert record["fused"]["label"] in TASKS["emotion"]


def test_the_worker_speaks_lines_and_obeys_a_stop(tmp_path):
    command = [sys.executable, "-m", "crossmodal.custom.worker", str(tmp_path / "model"), str(MODELS)]
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    process.stdin.write(json.dumps(asdict(replace(QUICK, epochs=60))) + "\nstop\n")
    process.stdin.flush()
    events = [json.loads(line) for line in process.stdout]
    assert process.wait() == 0
    assert events[-1]["event"] == "done"
    assert events[-1]["epochs"] < 60
    assert (tmp_path / "model" / "manifest.json").is_file()


def test_a_worker_whose_parent_is_gone_ends(tmp_path):
    command = [sys.executable, "-m", "crossmodal.custom.worker", str(tmp_path / "model"), str(MODELS)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, cwd=ROOT)
    process.stdin.write(json.dumps(asdict(replace(QUICK, epochs=60, dimension=256))) + "\n")
    process.stdin.close()
    assert process.wait(timeout=120) == 1


def test_moments_of_the_voice_can_be_left_out(trained, voice):
    """An empty stretch leaves z as it is; one with speech in it does not."""
    from crossmodal.audio.conditioning import condition
    from crossmodal.pipeline import Pipeline

    _, folder = trained(QUICK)
    own, waveform = Pipeline.load(folder), condition(voice)
    z = own.embed_masked(waveform, [(0.0, 0.0), (0.2, 0.6)])
    assert np.allclose(z[0], own.towers["speech"](waveform), atol=1e-5)
    assert not np.allclose(z[1], z[0], atol=1e-3)
