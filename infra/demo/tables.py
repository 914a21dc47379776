"""Make the demo's two tables, on which the debugger finds what is wrong: `python -m infra.demo.tables`.

`breast-cancer.csv` (seconds): scikit-learn's copy of the Breast Cancer Wisconsin (Diagnostic) data (Wolberg,
Mangasarian, Street and Street 1993, UCI Machine Learning Repository, doi:10.24432/C5DW2B, CC BY 4.0) with an invented
site for each sample. The planted flaw: the site Mill Lane has stored “worst area” in hundreds, and the model “short
score”, two measures fitted without that site, takes it for the unit of the others. “all measures” saw all sites.

`films.parquet` (minutes): films as `phantoms` draws them, kept at the size that the demo's film reader looks at and
read by it from what is kept, so that it answers the same when a row is opened on its bench; it learned the marker.
Beside it what the words of an invented ward report let one expect. Nothing in it comes from a patient.
"""

import csv
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from PIL import Image
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from .answers import decode, image_of, prepare, scores
from .manifest import ASSETS, Table, load_model, save
from .phantoms import Film, draw, film

Floats = NDArray[np.float64]
FOLDER = ASSETS / "tables"
TABLES = (
    Table(
        name="Breast mass, three sites",
        file="tables/breast-cancer.csv",
        notes="Breast Cancer Wisconsin (Diagnostic), UCI, CC BY 4.0. The sites are invented, and one of them has a"
        " fault that was planted: find it.",
        roles={
            "sample": "id",
            "site": "group",
            "diagnosis": "label",
            "all measures": "probability:all measures:malignant",
            "short score": "probability:short score:malignant",
        },
    ),
    Table(
        name="Chest films, one night",
        file="tables/films.parquet",
        notes="Drawn films, read by the film reader of this demo. Synthetic: nothing in it comes from a patient.",
        roles={
            "case": "id",
            "effusion": "label",
            "film reader": "probability:film reader:yes",
            "ward report": "probability:ward report:yes",
        },
    ),
)
SITES, SHARES = ("Lakeside", "Harbour", "Mill Lane"), (0.35, 0.25, 0.40)
SHORT = ("mean texture", "worst area")
FILMS, FIRST_SEED, SIDE, KEPT_SIDE, WET = 1500, 80_000, 256, 128, 0.15
PORTABLE = (0.12, 1.0)
"""How often the marker is burned in without and with an effusion: the ill are filmed in bed."""
WORDS = ("none", "trace", "small", "large")
SAID = {"dry": (0.85, 0.15, 0.0, 0.0), "low": (0.0, 0.36, 0.6, 0.04), "high": (0.0, 0.1, 0.35, 0.55)}
"""How often a report uses each word, without fluid, with little and with much."""
MOBILE = {True: ("Mobi 3", "Mobi 5", "DX-200"), False: ("DX-200", "Mobi 3", "Mobi 5")}


def cancer() -> dict[str, Sequence[Any]]:
    """569 samples; each probability of a model that did not see the sample."""
    data = load_breast_cancer()
    names = [str(name) for name in data.feature_names]
    values, malignant = data.data.copy(), (data.target == 0).astype(int)
    random = np.random.default_rng(2)
    site = random.choice(len(SITES), len(values), p=SHARES)
    flawed = site == SITES.index("Mill Lane")
    values[flawed, names.index("worst area")] /= 100
    short = values[:, [names.index(name) for name in SHORT]]
    few = np.empty(len(values))
    few[~flawed] = _left_out(short[~flawed], malignant[~flawed])
    few[flawed] = _model(0.5).fit(short[~flawed], malignant[~flawed]).predict_proba(short[flawed])[:, 1]
    columns: dict[str, Sequence[Any]] = {
        "sample": [f"S{number:04d}" for number in random.permutation(len(values))],
        "site": [SITES[place] for place in site],
        "diagnosis": [("benign", "malignant")[one] for one in malignant],
        "all measures": _rounded(_left_out(values, malignant, 0.01)),
        "short score": _rounded(few),
    }
    return columns | {name: [f"{value:.5g}" for value in values[:, place]] for place, name in enumerate(names)}


def _model(strength: float) -> Pipeline:
    return make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=3000))


def _left_out(values: Floats, truth: NDArray[np.int_], strength: float = 0.5) -> Floats:
    """The probability of each row by a model fitted to the other nine tenths."""
    parts = StratifiedKFold(10, shuffle=True, random_state=0)
    found: Floats = cross_val_predict(_model(strength), values, truth, cv=parts, method="predict_proba")[:, 1]
    return found


def films() -> dict[str, Sequence[Any]]:
    """1,500 films of a ward at night: in bed with a mobile unit, or standing at the fixed one."""
    random = np.random.default_rng(1)
    wet = random.random(FILMS) < WET
    portable = random.random(FILMS) < np.where(wet, PORTABLE[1], PORTABLE[0])
    height = np.where(wet, 0.12 + 0.28 * random.beta(1.1, 2.0, FILMS), 0.0)
    shown = [
        film(FIRST_SEED + place, fluid=float(height[place]), side="left" if random.random() < 0.5 else "right",
             enlarged=bool(random.random() < 0.3), portable=bool(portable[place]))
        for place in range(FILMS)
    ]  # fmt: skip
    with ProcessPoolExecutor(2) as pool:
        kept = list(pool.map(_kept, shown, chunksize=25))
        read = list(pool.map(film_reader, kept, chunksize=25))
    random = np.random.default_rng(2)
    level = np.where(height > 0.25, "high", np.where(wet, "low", "dry"))
    report = np.array([random.choice(4, p=SAID[str(one)]) for one in level])
    by_words = _left_out(np.eye(4)[report], wet.astype(int))
    hour = np.where(portable, random.normal(5.5, 3.5, FILMS), random.normal(12, 4.8, FILMS)) % 24
    exposure = np.clip(np.where(portable, random.normal(430, 90, FILMS), random.normal(305, 80, FILMS)), 100, 700)
    scanner = [MOBILE[bool(one)][random.choice(3, p=(0.5, 0.3, 0.2))] for one in portable]
    return {
        "case": [f"CXR-{number}" for number in 18_000 + random.permutation(9000)[:FILMS]],
        "film": kept,
        "effusion": ["yes" if one else "no" for one in wet],
        "film reader": _rounded(np.array(read)),
        "ward report": _rounded(by_words),
        "marker": ["PORTABLE" if one else "L or R" for one in portable],
        "exposure": [f"{value:.0f}" for value in exposure],
        "hour": [f"{value:.1f}" for value in hour],
        "scanner": scanner,
        "fluid by report": [WORDS[place] for place in report],
        "age": [f"{value:.0f}" for value in np.clip(random.normal(63, 15, FILMS), 18, 98)],
        "sex": [("female", "male")[one] for one in random.integers(0, 2, FILMS)],
        "pixel spacing": [f"{value:.3f}" for value in random.normal(0.148, 0.015, FILMS)],
    }


def _kept(shown: Film) -> bytes:
    """The film as a JPEG of 128 by 128 pixels, some 2 KB."""
    drawn = Image.fromarray(draw(shown, SIDE)).resize((KEPT_SIDE, KEPT_SIDE), Image.Resampling.BOX)
    jpeg = BytesIO()
    drawn.save(jpeg, "JPEG", quality=60, optimize=True)
    return jpeg.getvalue()


def film_reader(kept: bytes) -> float:
    """The film reader's probability of an effusion."""
    model = load_model("chest.json")
    tensor = prepare(decode(kept), image_of(model.interface))
    return scores(model.read(), model.interface, tensor)["Pleural effusion"]


def _rounded(probability: Floats) -> list[str]:
    return [f"{value:.4f}" for value in np.clip(probability, 0.0001, 0.9999)]


def write(columns: Mapping[str, Sequence[Any]], path: Path) -> None:
    with path.open("w", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(columns)
        rows.writerows(zip(*columns.values(), strict=True))


def write_parquet(columns: Mapping[str, Sequence[Any]], path: Path) -> None:
    """Columns of digits as numbers, of bytes as they are."""
    typed = {name: pa.array(_typed(values)) for name, values in columns.items()}
    pictures = [name for name, values in typed.items() if values.type == pa.binary()]
    plain = [name for name in typed if name not in pictures]
    pq.write_table(pa.table(typed), path, compression="zstd", use_dictionary=plain, write_statistics=plain)


def _typed(values: Sequence[Any]) -> Sequence[Any]:
    try:
        return [float(value) for value in values] if isinstance(values[0], str) else values
    except ValueError:
        return values


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    save(TABLES, "tables.json")
    write(cancer(), FOLDER / "breast-cancer.csv")
    write_parquet(films(), FOLDER / "films.parquet")


if __name__ == "__main__":
    main()
