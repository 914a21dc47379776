"""The answer to `FindSlices`: conditions under which a model is worst, found without anybody asking for them."""

from time import perf_counter

from gpu_workers.analyses import weighed_slices
from gpu_workers.analyses.arrays import namespace
from gpu_workers.analyses.blocks import over_parts, over_rows
from gpu_workers.analyses.lattice import JOINED
from gpu_workers.protocol.debugger import FindSlices, Found, SlicesAnswer
from gpu_workers.protocol.sentences import rows as said_of

from .failure import BadQuestion
from .held import Held
from .scores import badness, chosen
from .segmented import Asked, no_score
from .selection import spelled
from .truth import truth
from .weights import weights_of
from .wording import condition, sentence

MOST = 100


def blind_spots(held: Held, asked: FindSlices) -> SlicesAnswer:
    """BadQuestion: something in it does not fit the dataset."""
    begun = perf_counter()
    if not 1 <= asked.depth <= 3 or not 1 <= asked.count <= MOST or asked.least < 1:
        raise BadQuestion(f"Slices have one to three conditions and at least a row each, and are {MOST} at most.")
    if not held.table.features:
        raise BadQuestion("No column is a feature that slices could be made of.")
    if asked.against == asked.model:
        raise BadQuestion("A model cannot be compared with itself.")
    true = truth(held, asked.positive)
    names = (asked.model,) if asked.against is None else (asked.model, asked.against)
    models, score, notes = chosen(true, names, asked.score)
    if not score:
        raise BadQuestion(no_score(true))
    scores = Asked(held, true, models, score)
    worse = badness(score, scores.scores(asked.model))
    if asked.against is not None:
        worse = over_rows(lambda one, other: one - other, worse, badness(score, scores.scores(asked.against)))
    rows = sum(over_parts(lambda part: int(namespace(part).isfinite(part).sum()), worse))
    if not rows:
        raise BadQuestion("No row has a score: the labels or what the models say are missing in all of them.")
    found, weighed = weighed_slices(held.table, worse, asked.count, asked.depth, min(asked.least / rows, 1.0))
    turned = -1.0 if score == "margin" else 1.0
    slices = []
    for one in found:
        where = spelled(held, one.predicate)
        slices.append(
            Found(
                condition(where),
                sentence(where, held.by_name, score),
                one.rows,
                turned * one.mean,
                turned * one.elsewhere,
                turned * float(one.effect.estimate),
                one.p,
                one.q,
            )
        )
    if score == "signed_error":
        notes.append("Of the signed error its size is searched by.")
    if weights_of(held) is not None:
        notes.append("Rows count alike here, whatever their weights.")
    if asked.depth > 1 and len(held.table.features) > JOINED:
        notes.append(
            f"Of {len(held.table.features):,} features the conditions of {JOINED} are put together, of those that are"
            " worst alone; what is bad only together with others is not found."
        )
    if rows < held.rows:
        notes.append(f"{said_of(held.rows - rows, 'has', 'have')} no score: left out.")
    if not slices:
        notes.append("No condition leaves enough rows on which it is worse than elsewhere.")
    return SlicesAnswer(score, tuple(slices), weighed, (*true.notes, *notes), held.device.name, perf_counter() - begun)
