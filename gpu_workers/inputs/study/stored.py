"""Frames of a study of ours as arrays; pydicom is not needed for them."""

from typing import Any

import numpy as np
import numpy.typing as npt

from gpu_workers.protocol.study import Reader

Values = npt.NDArray[Any]


def values_of(reader: Reader, index: int) -> Values:
    """int16 (rows, columns), or uint8 (rows, columns, 3)."""
    study = reader.study
    data = reader.frame(index)
    if study.photometric == "RGB":
        return np.frombuffer(data, np.uint8).reshape(study.rows, study.columns, 3)
    return np.frombuffer(data, "<i2").reshape(study.rows, study.columns)
