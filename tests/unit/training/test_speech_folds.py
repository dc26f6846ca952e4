"""The plan of the folds keeps speakers apart."""

from helpers.speech_runs import clip

from crossmodal.training import speech_folds


def test_the_plan_keeps_what_is_asked_out_of_training():
    ravdess = [clip("ravdess", f"ravdess_{actor:02d}", "joy", n) for actor in range(1, 21) for n in range(2)]
    emodb = [clip("emodb", f"emodb_{n}", "anger", n, split) for n, split in enumerate(("train", "dev", "test"))]
    plain = [clip("kathleen", "kathleen", None, n) for n in range(3)]
    jobs = speech_folds.plan({"ravdess": ravdess, "emodb": emodb, "kathleen": plain}, extra_in_folds=True)
    assert [job.name for job in jobs] == ["final", *(f"fold{n}" for n in range(5))]
    for job in jobs:
        asked = {found for group in job.score.values() for found in group}
        assert not asked & set(job.train)
    alone = speech_folds.plan({"ravdess": ravdess, "emodb": emodb}, extra_in_folds=False)
    assert {found.corpus for job in alone[1:] for found in job.train} == {"ravdess"}
    assert not {found.corpus for found in jobs[0].train} & {"kathleen"}
    for job in jobs[1:]:
        actors = {found.speaker for found in job.score["test"]}
        assert len(actors) == 4
        assert not actors & {found.speaker for found in job.train}
