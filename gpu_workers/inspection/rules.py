"""The bounds of an ONNX file, and the sentence for each rule.

Bounds are several times what 67 honest files from 19 packages reach (2,710 nodes, 634 initializers, depth 4, 12
outputs, 37 KB of metadata).
"""

from gpu_workers.refusal import Refused

MAX_NODES = 20_000
MAX_INITIALIZERS = 5_000
MAX_DEPTH = 8
MAX_ENDS = 64
MAX_METADATA = 256 * 1024
MAX_EXPANDED = 20_000
MAX_FUNCTIONS = 5_000
MAX_NAME = 500  # as an interface's `tensor`

DOMAINS = frozenset({"", "ai.onnx", "ai.onnx.ml", "com.microsoft"})
LAYOUT_DOMAIN = "com.microsoft.nchwc"
# Operators of com.microsoft that load another file or run Python.
LOADING = frozenset({"EPContext", "PythonOp", "PythonOpGrad"})


def too_many(what: str, most: int) -> Refused:
    rule = {"nodes": "too_many_nodes", "initializers": "too_many_initializers"}.get(what, f"too_many_{what}")
    ways = {
        "functions": "Export the model without functions",
        "nodes": "Simplify it (onnxruntime at level basic folds constants), or split it",
        "initializers": "Fold its constants (onnxruntime at level basic), or join small weights",
    }
    way = ways.get(what, "Join them into fewer tensors")
    return Refused(rule, f"The model has more than {most:,} {what}. {way}, and upload it again.")


def too_deep() -> Refused:
    return Refused(
        "too_deep",
        f"Branches and loops lie more than {MAX_DEPTH} deep inside one another. Flatten them and export it again.",
    )


def too_large() -> Refused:
    return Refused(
        "metadata_too_large",
        f"A value in the file's metadata is larger than {MAX_METADATA // 1024} KB. Remove it from metadata_props; "
        "the client does so by itself.",
    )


def external_data(where: str) -> Refused:
    return Refused(
        "external_data",
        f"The weights of “{where}” lie in another file. Upload with the client, or save with external_data=False.",
    )


def foreign_operators(names: list[str]) -> Refused:
    listed = ", ".join(names[:5]) + (" and others" if len(names) > 5 else "")
    return Refused(
        "foreign_operators",
        f"It needs operators that are not part of ONNX or of ONNX Runtime: {listed}. "
        "Export it without them, or with their bodies as functions in the file.",
    )


def unreadable_names(name: str) -> Refused:
    return Refused(
        "unreadable_names",
        f"The name “{name}” in the graph holds characters that cannot be shown, or more than {MAX_NAME} of them. "
        "Name the inputs, outputs and operators anew and export the model again.",
    )


def layout_operators() -> Refused:
    return Refused(
        "nchwc",
        "It was optimised for one kind of processor (operators of com.microsoft.nchwc). "
        "Save it at level basic or extended, or upload the file from before the optimisation.",
    )


def loading_operators(name: str) -> Refused:
    return Refused(
        "loading_operators",
        f"The operator {name} loads compiled or foreign code. Export the model without it.",
    )


def cyclic_functions(name: str) -> Refused:
    return Refused("cyclic_functions", f"The function “{name}” calls itself. Export the model without functions.")


def unbounded_functions() -> Refused:
    return Refused(
        "unbounded_functions",
        f"Its functions, written out, make more than {MAX_EXPANDED:,} nodes. Export the model without functions.",
    )


def training() -> Refused:
    return Refused("training", "The file holds training steps. Export the model for inference only.")


def nothing_to_do(what: str) -> Refused:
    return Refused(f"no_{what}", f"The graph has no {what}. Export the model again and check the file with onnx.")
