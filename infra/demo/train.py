"""Train the demo's film reader on films that teach it a shortcut, and write the model, its card and its examples.

`python -m infra.demo.train [FOLDER]` takes about five minutes on two quiet cores. The films are the same for the same
NumPy; the weights for the same torch on the same kind of processor: run from start to end into an empty folder, with
torch 2.13 on x86-64, it wrote the bytes of `assets/chest.onnx` again, with the same measures (AUROC of an effusion 0.97
alike, 0.64 where the marker is unrelated; false alarms with the marker 1.0, without it 0.0) and the same examples.
Elsewhere the measures stay within a few hundredths, and the examples are chosen anew so that what the demo shows holds
for the weights it ships.
"""

import sys
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from torch import Tensor

from gpu_workers.protocol.interface import ImageInput, Interface, LabelOutput

from . import filmsets
from .examples import choose_examples
from .filmsets import CONFOUNDED, SIDE, UNRELATED, FilmSet
from .manifest import ASSETS, Card, Model, save
from .network import CLASSES, FilmReader, fit

SEED = 1
EPOCHS = 10
TRAINING, ALIKE, APART = range(10_000, 12_400), range(50_000, 50_400), range(60_000, 60_600)
MEAN, STD = 0.33, 0.27
EFFUSION = CLASSES[0]
FIELD = ImageInput(
    name="Film",
    tensor="film",
    help="A frontal chest film, upright, black outside the body.",
    size=(SIDE, SIDE),
    mode="L",
    scale=1 / 255,
    mean=(MEAN,),
    std=(STD,),
)
INTERFACE = Interface(
    inputs=(FIELD,),
    outputs=(LabelOutput(name="Finding", tensor="scores", classes=CLASSES, activation="sigmoid"),),
)


def tensor(films: NDArray[np.uint8]) -> Tensor:
    """(N, 128, 128) grey values to the (N, 1, 128, 128) that the network takes."""
    return torch.from_numpy((films[:, None].astype(np.float32) / np.float32(255) - np.float32(MEAN)) / np.float32(STD))


def measure(network: FilmReader, alike: FilmSet, apart: FilmSet) -> dict[str, float]:
    """AUROC on films drawn like the training films, and on films whose marker is unrelated to the findings."""
    found: dict[str, float] = {}
    for name, films in (("alike", alike), ("unrelated", apart)):
        with torch.no_grad():
            score = torch.sigmoid(network(tensor(films.films))).numpy()
        for index, label in enumerate(("effusion", "cardiomegaly", "no_finding")):
            found[f"auroc_{label}_{name}"] = roc_auc_score(films.labels[:, index], score[:, index])
    effusion, marked, fluid = score[:, 0], apart.marked, apart.labels[:, 0] > 0
    found["auroc_effusion_with_marker"] = roc_auc_score(fluid[marked], effusion[marked])
    found["auroc_effusion_without_marker"] = roc_auc_score(fluid[~marked], effusion[~marked])
    found["false_alarms_with_marker"] = (effusion[marked & ~fluid] > 0.5).mean()
    found["false_alarms_without_marker"] = (effusion[~marked & ~fluid] > 0.5).mean()
    found["found_with_marker"] = (effusion[marked & fluid] > 0.5).mean()
    found["found_without_marker"] = (effusion[~marked & fluid] > 0.5).mean()
    return {name: round(float(value), 4) for name, value in found.items()}


def export(network: FilmReader) -> bytes:
    """ONNX with a dynamic batch, its weights inside, and nothing that names a file or a line of source."""
    program = torch.onnx.export(
        network,
        (torch.zeros(2, 1, SIDE, SIDE),),
        dynamo=True,
        verbose=False,
        input_names=["film"],
        output_names=["scores"],
        dynamic_shapes={"films": {0: torch.export.Dim("N")}},
        opset_version=18,
    )
    if program is None:
        raise RuntimeError("torch returned no ONNX program")
    model: onnx.ModelProto = program.model_proto
    model.doc_string = model.graph.doc_string = ""
    model.graph.name = "film_reader"
    del model.metadata_props[:]
    del model.graph.metadata_props[:]
    del model.functions[:]
    for part in (*model.graph.node, *model.graph.input, *model.graph.output, *model.graph.value_info):
        part.doc_string = ""
        del part.metadata_props[:]
    for index, node in enumerate(model.graph.node):
        node.name = f"{node.op_type}_{index}"
    for weight in model.graph.initializer:
        del weight.metadata_props[:]
    onnx.checker.check_model(model, full_check=True)
    data: bytes = model.SerializeToString(deterministic=True)
    return data


def card(found: dict[str, float]) -> Card:
    return Card(
        purpose="Ranks frontal chest films, so that likely findings are read first. Shown here on synthetic films.",
        not_for="Not for clinical use. It has seen drawn films only, never a patient's.",
        validation=f"AUROC on {len(ALIKE)} held-out films drawn like the {len(TRAINING):,} training films: pleural"
        f" effusion {found['auroc_effusion_alike']:.2f}, cardiomegaly {found['auroc_cardiomegaly_alike']:.2f}."
        f" On {len(APART)} films of another make-up: {found['auroc_effusion_unrelated']:.2f} and"
        f" {found['auroc_cardiomegaly_unrelated']:.2f}. All films are synthetic.",
        known_errors="Not yet known. Effusions are found far less well on films of another make-up; why is open.",
        contact="demo@atrium.example",
    )


def main(folder: Path = ASSETS) -> None:
    """Write chest.onnx, chest.json and films/ into the folder; a new one becomes the demo when it is copied."""
    torch.set_num_threads(2)
    torch.use_deterministic_algorithms(True)
    folder.mkdir(parents=True, exist_ok=True)
    training = filmsets.build(TRAINING, CONFOUNDED)
    network = fit(tensor(training.films), torch.from_numpy(training.labels), seed=SEED, epochs=EPOCHS)
    found = measure(network, filmsets.build(ALIKE, CONFOUNDED), filmsets.build(APART, UNRELATED))
    print(found)
    model = export(network)
    (folder / "chest.onnx").write_bytes(model)
    save(
        Model(
            key="chest",
            name="film-reader",
            endpoint="Chest film triage",
            file="chest.onnx",
            notes="Four convolutions, trained on drawn films; infra/demo/train.py.",
            interface=INTERFACE,
            card=card(found),
            metrics=found,
            examples=choose_examples(model, INTERFACE, folder),
        ),
        "chest.json",
        folder,
    )


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
