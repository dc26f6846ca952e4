"""The map of the shared space: kept and read back, made of these models, and shown without a browser."""

import json
from functools import partial

import numpy as np
import pytest
from helpers.fakes import WIDTH, FakeEngine
from helpers.journeys import EN, address, run, shown, start

from crossmodal.data.phrasebook import load_phrasebook
from crossmodal.explain.embedding_map import PROJECTIONS, EmbeddingMap, load_map, phrasebook_digest, save_map
from crossmodal.i18n.translator import Translator
from crossmodal.model.folder import MODELS, ModelFolder
from crossmodal.numerics import unit_length
from crossmodal.types import EMOTIONS
from crossmodal.ui import address as page_address
from crossmodal.ui import service
from crossmodal.ui.charts import embedding_map, palette
from crossmodal.ui.components import mixer
from crossmodal.ui.frame import PageContext

HERE = "0123456789ab"


def make_space(width=WIDTH, seed=0):
    random = np.random.default_rng(seed)
    phrases = load_phrasebook()
    voices = 70
    labels = np.concatenate([np.arange(voices) % 7, [EMOTIONS.index(phrase.emotion) for phrase in phrases]])
    z = unit_length(random.normal(size=(len(labels), width)) * 0.3 + np.eye(7, width)[labels]).astype(np.float16)
    return EmbeddingMap(
        z=unit_length(z.astype(np.float64)),
        modality=np.repeat([0, 1], [voices, len(phrases)]),
        labels=labels,
        origins=(*(f"{1 + row // 7:02d}" for row in range(voices)), *(phrase.id for phrase in phrases)),
        splits=(*(str(row // 14) for row in range(voices)), *("ours" for _ in phrases)),
        mean=z.mean(0).astype(np.float64),
        components=np.linalg.qr(random.normal(size=(width, 2)))[0].T,
        explained=0.4321,
        layouts={name: random.normal(size=(len(labels), 2)) for name in PROJECTIONS[1:]},
    )


SPACE = make_space()


def test_a_map_is_read_back_as_it_was_written(tmp_path):
    save_map(SPACE, tmp_path, {"model_hash": HERE, "meaning": "a test"})
    found = load_map(tmp_path, HERE)
    np.testing.assert_allclose(found.z, SPACE.z, atol=1e-3)
    np.testing.assert_array_equal(found.labels, SPACE.labels)
    assert (found.origins, found.splits, found.modalities) == (SPACE.origins, SPACE.splits, SPACE.modalities)
    for projection in PROJECTIONS:
        np.testing.assert_allclose(found.coordinates(projection), SPACE.coordinates(projection), atol=2e-3)


def test_no_map_of_other_models_or_other_lines_is_shown(tmp_path):
    assert load_map(tmp_path, HERE) is None
    save_map(SPACE, tmp_path, {"model_hash": HERE})
    assert load_map(tmp_path, "ba9876543210") is None
    path = ModelFolder(tmp_path).embedding_map.description
    path.write_text(path.read_text().replace(phrasebook_digest(), "older"))
    load_map.cache_clear()
    assert load_map(tmp_path, HERE) is None


@pytest.mark.parametrize("projection", PROJECTIONS)
def test_a_reference_point_is_placed_where_the_map_has_it(projection):
    places = SPACE.coordinates(projection)
    for row in (0, 30, 69, 70, 150):
        name = SPACE.modalities[SPACE.modality[row]]
        at = SPACE.locate(projection, {name: SPACE.z[row]}, np.ones(1))
        np.testing.assert_allclose(at, places[row], atol=1e-9 if projection == "pca" else 1e-4)


@pytest.mark.parametrize("projection", PROJECTIONS)
def test_a_mix_moves_from_one_point_to_the_other(projection):
    z = {"speech": SPACE.z[3], "text": SPACE.z[100]}
    path = SPACE.locate(projection, z, np.array([[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]]))
    np.testing.assert_allclose(path[0], SPACE.locate(projection, {"speech": z["speech"]}, np.ones(1)))
    np.testing.assert_allclose(path[2], SPACE.locate(projection, {"text": z["text"]}, np.ones(1)))
    assert not np.allclose(path[1], path[0])


def test_the_nearest_of_another_modality_are_of_that_modality():
    found = SPACE.nearest(SPACE.z[0], "text", 5)
    assert all(row >= 70 for row, _ in found)
    assert [similarity for _, similarity in found] == sorted((s for _, s in found), reverse=True)


@pytest.mark.models
def test_the_shipped_map_is_of_the_shipped_models(pipeline):
    found = load_map(MODELS, pipeline.model_hash)
    assert found is not None
    rows = found.rows("text")
    assert [found.origins[row] for row in rows] == [phrase.id for phrase in load_phrasebook()]
    fresh = pipeline.towers["text"].embed([phrase.text for phrase in load_phrasebook()[:8]])
    np.testing.assert_allclose(found.z[rows[:8]], fresh, atol=2e-3)
    files = ModelFolder().embedding_map
    assert sum(path.stat().st_size for path in (files.description, files.weights)) < 1_500_000
    measured = json.loads((MODELS / "metrics.json").read_text())["space"]
    for way in ("speech>text", "text>speech"):
        assert measured["retrieval"][way]["map"]["low"] > 2 * measured["retrieval"][way]["chance"]
    assert measured["read_as_intended"]["share"] > 0.8


# --- the figure ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("colour", page_address.key("colour").options)
def test_every_point_is_drawn_once_and_explained(colour, language):
    context = PageContext(Translator(language), "light")
    figure = embedding_map.figure(context, SPACE, "pca", colour)
    rows = [row for trace in figure["data"] for row in trace["customdata"]]
    assert sorted(rows) == list(range(len(SPACE.labels)))
    texts = [text for trace in figure["data"] for text in trace["text"]]
    phrase = load_phrasebook()[0]
    assert any(phrase.text in text for text in texts)
    assert any(phrase.gloss("zh") in text for text in texts) == (language == "zh")
    assert len({(glyph, tint) for glyph, tint, _ in embedding_map.legend(context, SPACE, colour)}) >= 2
    assert len(figure["layout"]["annotations"]) == len(EMOTIONS)


def test_where_emotions_lie_does_not_hang_on_how_far_the_map_stretches():
    places = SPACE.coordinates("pca")
    numbers, found = embedding_map.middles(SPACE, places)
    again, stretched = embedding_map.middles(SPACE, places * [100.0, 0.01])
    np.testing.assert_array_equal(numbers, again)
    np.testing.assert_allclose(found * [100.0, 0.01], stretched)


def test_names_that_would_meet_move_apart():
    middles = np.zeros((5, 2))
    moved = embedding_map.apart(middles, (0.2, 0.05))
    gaps = np.diff(np.sort(moved[:, 1]))
    assert (gaps > 0.045).all()
    far = np.array([[0.0, 0.0], [0.5, 0.0]])
    np.testing.assert_array_equal(embedding_map.apart(far), far)


# --- the page ------------------------------------------------------------------------------------------------------


def script():
    from crossmodal.ui import frame, navigation

    navigation.show(frame.frame(), "space")


@pytest.fixture
def page(engine, monkeypatch):
    monkeypatch.setattr(mixer, "usable", lambda: False)
    save_map(SPACE, engine.folder, {"model_hash": engine.model_hash})

    return partial(start, script)


def chart(made):
    """The map as a browser gets it."""
    (found,) = [item for item in made.get("plotly_chart") if "customdata" in item.proto.spec]
    return json.loads(found.proto.spec)


def pins(made):
    """Name -> place of the points of the input."""
    return {trace["name"]: (trace["x"][0], trace["y"][0]) for trace in chart(made)["data"] if "customdata" not in trace}


def test_it_opens_with_the_finished_example_on_the_map(page):
    made = page()
    assert set(pins(made)) == {"Voice", "Words", "Fused"}
    text = shown(made)
    assert EN("space.near.speech") in text
    assert EN("space.near.text") in text
    assert "Actor" in text
    assert EN("space.search.none") in text
    assert "proj" not in made.query_params


def test_the_fused_point_moves_with_alpha_and_the_others_stay(page):
    made = page()
    before = pins(made)
    made.slider(key="a_speech").set_value(1.0)
    made.slider(key="a_text").set_value(0.0)
    after = pins(run(made))
    assert after["Fused"] == after["Voice"] == before["Voice"]
    assert after["Words"] == before["Words"]
    assert before["Fused"] not in (before["Voice"], before["Words"])


@pytest.mark.parametrize("projection", PROJECTIONS)
def test_the_projection_stands_in_the_address_and_says_how_it_places(page, projection):
    made = page(proj=projection)
    text = shown(made)
    assert ("places every point exactly" in text) == (projection == "pca")
    assert ("no formula" in text) == (projection != "pca")
    made.segmented_control(key="proj_en").set_value("umap")
    assert address(run(made))["proj"] == "umap"


def test_words_alone_have_a_place_and_nothing_to_weigh(page):
    made = page(src="type", txt="I am afraid of the dark.")
    assert set(pins(made)) == {"Words"}
    assert not [item for item in made.slider if item.key and item.key.startswith("a_")]
    assert EN("absent.speech") in shown(made)
    assert EN("space.at.alone") in shown(made)


def test_a_voice_alone_has_a_place(page):
    made = page(w="")
    made.text_area[0].set_value("")
    made = run(made)
    assert set(pins(made)) == {"Voice"}
    assert EN("absent.text") in shown(made)


def test_all_switched_off_is_said_and_both_points_stay(page):
    made = page(m_speech="false", m_text="false")
    assert set(pins(made)) == {"Voice", "Words"}
    assert EN("error.nothing_to_fuse") in shown(made)


def test_a_missing_map_is_said_with_the_command_that_makes_it(page, engine):
    ModelFolder(engine.folder).embedding_map.description.unlink()
    load_map.cache_clear()
    text = shown(page())
    assert "evaluate --only space" in text
    assert EN("space.transfer") in text


def test_with_a_model_of_ones_own_the_map_is_said_to_be_of_the_shipped_ones(page, tmp_path):
    made = page()
    other = FakeEngine(tmp_path / "own")
    other.model_hash = "0123456789ab"
    made.session_state["_own_model"] = service.CustomModel(other, None)
    text = shown(run(made))
    assert EN("space.none.own") in text
    assert EN("space.search.none.own") in text
    assert "evaluate" not in text
    assert EN("space.transfer.note") in text  # small models of their own, which the shipped folder tells of


def test_nonsense_in_the_address_falls_back(page):
    made = page(proj="isomap", colour="taste")
    assert "proj = isomap" in shown(made)
    assert "colour = taste" in shown(made)
    assert len(pins(made)) == 3


def test_colours_come_from_the_palette():
    context = PageContext(Translator("en"), "dark")
    figure = embedding_map.figure(context, SPACE, "pca", "emotion")
    assert {trace["marker"]["color"] for trace in figure["data"]} == set(palette.EMOTION_COLOURS["dark"].values())
