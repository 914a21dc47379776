"""What outputs that say where can be set to, in the words of a page."""

from .setting import ACTIVATION, CLASSES, LABELS, LAYOUT, Setting, folded, same, yes_no

_FOUND = Setting("input", "Lies in the input", "text", "Its name; empty is the first that it can be.")
_SCORES_TENSOR = Setting("scores_tensor", "Tensor of the scores", "text", "Where they are a tensor of their own.")

_RELATIVE = yes_no("relative", "In fractions of the model’s picture", "No: in its pixels.")
BOXES = (
    CLASSES,
    Setting(
        "layout",
        "How the model gives them",
        "choice",
        "M boxes, C classes.",
        (
            ("separate", "Boxes, scores and labels as tensors of their own"),
            ("rows", "One tensor, a row a box: M × (4 + C)"),
            ("columns", "One tensor, a column a box: (4 + C) × M"),
            ("detections", "One tensor, rows of box, score, class: M × 6"),
        ),
        "separate",
    ),
    _SCORES_TENSOR,
    Setting("labels_tensor", "Tensor of the labels", "text", "Indices of the classes, where there are any."),
    Setting(
        "format",
        "The four numbers",
        "choice",
        "",
        (
            ("xyxy", "Two corners: x, y, x, y"),
            ("xywh", "Corner and size: x, y, width, height"),
            ("cxcywh", "Centre and size: x, y, width, height"),
            ("yxyx", "Two corners, y first: y, x, y, x"),
        ),
        "xyxy",
    ),
    _RELATIVE,
    yes_no("objectness", "A score for all classes stands behind the four", "Each class’s is multiplied with it."),
    ACTIVATION,
    yes_no("background", "The first class is the background"),
    Setting("score_threshold", "Least score", "number", "Boxes below it are left out.", default=0.25),
    Setting(
        "iou_threshold",
        "Most overlap",
        "number",
        "Of two boxes of one class that share more of their area, the lower goes; 1 keeps all.",
        default=0.45,
    ),
    Setting("most", "Most boxes", "whole", default=100),
    LABELS,
    _FOUND,
    *folded(
        "Told from a grid",
        Setting(
            "grid",
            "Told from the cells of a grid",
            "choice",
            "What is set of the four numbers above does not count then.",
            (
                ("none", "No"),
                ("offsets", "Offsets and the logarithm of the size (YOLOX)"),
                ("distances", "Distances to the sides, or bins of them (NanoDet, PicoDet)"),
            ),
            "none",
        ),
        Setting("strides", "Strides", "numbers", "Pixels of a cell, grid by grid.", default=[8, 16, 32]),
        Setting("boxes_tensors", "Tensors of the boxes", "lines", "One a stride, where each has its own.", default=[]),
        Setting("scores_tensors", "Tensors of the scores", "lines", "As many, in the same order.", default=[]),
    ),
)
POINTS = (
    Setting("classes", "Names", "lines", "One a line, in the order of the model’s points.", default=[]),
    Setting(
        "layout",
        "How the model gives them",
        "choice",
        "",
        (("rows", "A row a point: x and y, or x, y and score"), ("heatmaps", "A map a point, highest at its place")),
        "rows",
    ),
    _SCORES_TENSOR,
    Setting("order", "The two numbers", "choice", "", (("xy", "x, y"), ("yx", "y, x")), "xy"),
    _RELATIVE,
    Setting(
        "activation",
        "What the scores are",
        "choice",
        "",
        (("none", "As they should be shown"), ("sigmoid", "Logits (sigmoid)")),
        "none",
    ),
    Setting("score_threshold", "Least score", "number", "Points below it are left out.", default=0.0),
    LABELS,
    _FOUND,
)
SPANS = (
    CLASSES,
    Setting("labels_tensor", "Tensor of the labels", "text", "Indices of the classes, where they stand by themselves."),
    _SCORES_TENSOR,
    Setting("unit", "Start and end count", "choice", "", same("code points", "bytes"), "code points"),
    Setting("score_threshold", "Least score", "number", "Spans below it are left out.", default=0.0),
    LABELS,
    _FOUND,
)
MASK = (
    Setting("classes", "Classes", "lines", "One a line, without the background, in the model’s order.", default=[]),
    Setting(
        "channels",
        "What the model gives",
        "choice",
        "",
        (("scores", "Scores, a plane a class"), ("indices", "The class of each pixel as a number")),
        "scores",
    ),
    yes_no("background", "The first plane, or number 0, is the background", default=True),
    ACTIVATION,
    Setting(
        "threshold",
        "Least score",
        "number",
        "A pixel below it is background. Empty: 0.5 without a background of the model’s own, none with one.",
        default=None,
    ),
    LAYOUT,
    yes_no("resize_back", "Brought back to the original’s size and frame", default=True),
    LABELS,
    _FOUND,
)
