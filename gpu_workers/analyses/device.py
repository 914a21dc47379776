"""The CuPy twins of `seams`, as kernels in CUDA C++ that CuPy compiles when they are first called.

Nothing here imports CuPy: an array that lies on a device has brought it. Every result is the same however the
device orders its threads: counts are whole numbers, and sums are made of whole numbers too (see `group_sums`).
"""

import math
import sys
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from .arrays import Array, Counts, Floats

_THREADS = 256
_SHARED = 48 * 1024
"""Bytes of memory that a block of threads may share on every device."""

SOURCE = r"""
typedef unsigned char uint8;
typedef unsigned short uint16;
typedef unsigned int uint32;
typedef unsigned long long uint64;

// Each block of threads counts a part of the rows of one column in memory of its own, then adds that to the total.
template <typename Code, typename Group>
__device__ void count(const Code* codes, const Group* groups, long long rows, int width, int group_count,
                      uint64* total, long long stride, int in_shared) {
    extern __shared__ unsigned int own[];
    const int cells = group_count * width;
    if (in_shared) {
        for (int cell = threadIdx.x; cell < cells; cell += blockDim.x) own[cell] = 0;
        __syncthreads();
    }
    const long long step = (long long)gridDim.x * blockDim.x;
    for (long long row = (long long)blockIdx.x * blockDim.x + threadIdx.x; row < rows; row += step) {
        const int group = groups ? groups[row] : 0;
        if (group >= group_count) continue;
        if (in_shared) atomicAdd(&own[group * width + codes[row]], 1u);
        else atomicAdd(&total[group * stride + codes[row]], (uint64)1);
    }
    if (in_shared) {
        __syncthreads();
        for (int cell = threadIdx.x; cell < cells; cell += blockDim.x)
            if (own[cell]) atomicAdd(&total[(cell / width) * stride + cell % width], (uint64)own[cell]);
    }
}

#define COUNT(name, Code, Group) \
extern "C" __global__ void name(const Code* codes, const Group* groups, long long rows, int width, int group_count, \
                                uint64* total, long long stride, int in_shared) { \
    count(codes, groups, rows, width, group_count, total, stride, in_shared); \
}
COUNT(count_uint8_uint8, uint8, uint8)
COUNT(count_uint8_uint16, uint8, uint16)
COUNT(count_uint16_uint8, uint16, uint8)
COUNT(count_uint16_uint16, uint16, uint16)

// Adds round(value * scale) as a whole number of 64 bits: addition of those does not depend on the order.
template <typename Value, typename Group>
__device__ void add(const Value* values, const Group* groups, long long rows, int group_count, double scale,
                    uint64* total, int in_shared) {
    extern __shared__ uint64 part[];
    if (in_shared) {
        for (int cell = threadIdx.x; cell < group_count; cell += blockDim.x) part[cell] = 0;
        __syncthreads();
    }
    const long long step = (long long)gridDim.x * blockDim.x;
    for (long long row = (long long)blockIdx.x * blockDim.x + threadIdx.x; row < rows; row += step) {
        const long long group = groups[row];
        if (group >= group_count) continue;
        atomicAdd(in_shared ? &part[group] : &total[group], (uint64)__double2ll_rn((double)values[row] * scale));
    }
    if (in_shared) {
        __syncthreads();
        for (int cell = threadIdx.x; cell < group_count; cell += blockDim.x)
            if (part[cell]) atomicAdd(&total[cell], part[cell]);
    }
}

#define ADD(name, Value, Group) \
extern "C" __global__ void name(const Value* values, const Group* groups, long long rows, int group_count, \
                                double scale, uint64* total, int in_shared) { \
    add(values, groups, rows, group_count, scale, total, in_shared); \
}
ADD(add_float32_uint8, float, uint8)
ADD(add_float32_uint16, float, uint16)
ADD(add_float32_uint32, float, uint32)
ADD(add_float64_uint8, double, uint8)
ADD(add_float64_uint16, double, uint16)
ADD(add_float64_uint32, double, uint32)

// values: d rows of n, one after the other; centres: k rows of d.
template <typename Value>
__device__ void find_nearest(const Value* values, const Value* centres, long long rows, int columns, int count,
                             uint8* labels) {
    const long long step = (long long)gridDim.x * blockDim.x;
    for (long long row = (long long)blockIdx.x * blockDim.x + threadIdx.x; row < rows; row += step) {
        Value best = (Value)__longlong_as_double(0x7ff0000000000000LL);  // infinity
        int label = count;
        for (int centre = 0; centre < count; ++centre) {
            Value distance = 0;
            for (int column = 0; column < columns; ++column) {
                const Value away = values[column * rows + row] - centres[centre * columns + column];
                distance += away * away;
            }
            if (distance < best) { best = distance; label = centre; }
        }
        labels[row] = (uint8)label;
    }
}

extern "C" __global__ void nearest_float32(const float* values, const float* centres, long long rows, int columns,
                                           int count, uint8* labels) {
    find_nearest(values, centres, rows, columns, count, labels);
}
extern "C" __global__ void nearest_float64(const double* values, const double* centres, long long rows, int columns,
                                           int count, uint8* labels) {
    find_nearest(values, centres, rows, columns, count, labels);
}
"""


@cache
def _module() -> Any:
    # No fused multiply-add: distances round as NumPy's do, so that both sides put a row into the same segment.
    return sys.modules["cupy"].RawModule(code=SOURCE, options=("--std=c++14", "--fmad=false"))


def _launch(name: str, rows: int, shared: int, *arguments: Any) -> None:
    if rows:
        grid = min(-(-rows // _THREADS), 1024)
        _module().get_function(name)((grid,), (_THREADS,), arguments, shared_mem=shared)


def joint_counts(codes: Sequence[Array], widths: Sequence[int], groups: Array | None, group_count: int) -> Counts:
    """See `seams.joint_counts`."""
    xp = sys.modules["cupy"]
    total = xp.zeros((group_count, sum(widths)), xp.uint64)
    kind = "uint8" if groups is None else groups.dtype.name
    start = 0
    for column, width in zip(codes, widths, strict=True):
        shared = group_count * width * 4
        fits = shared <= _SHARED
        _launch(
            f"count_{column.dtype.name}_{kind}",
            len(column),
            shared if fits else 0,
            xp.ascontiguousarray(column),
            np.uintp(0) if groups is None else xp.ascontiguousarray(groups),
            np.int64(len(column)),
            np.int32(width),
            np.int32(group_count),
            total[:, start:],
            np.int64(total.shape[1]),
            np.int32(fits),
        )
        start += width
    counted: Counts = total.get().astype(np.int64)
    return counted


def group_sums(values: Sequence[Array], groups: Array, group_count: int) -> Floats:
    """See `seams.group_sums`. Sums whole numbers: each value times the greatest power of two with which none overflows.

    With n rows and the greatest magnitude m that rounds a value by at most n · m / 2^62: 3e-12 of m for ten million.
    All sums of a column are NaN where one of its values in a group is not finite.
    """
    xp = sys.modules["cupy"]
    total = xp.zeros((len(values), group_count), xp.uint64)
    scales = np.ones(len(values))
    shared = group_count * 8
    for number, column in enumerate(values):
        counted = xp.where(groups < group_count, column, 0)
        greatest = float(xp.abs(counted).max()) if len(column) else 0.0
        if not math.isfinite(greatest):
            scales[number] = math.nan
            continue
        if greatest:
            scales[number] = math.ldexp(1.0, min(62 - math.ceil(math.log2(len(column) * greatest)), 1000))
        _launch(
            f"add_{column.dtype.name}_{groups.dtype.name}",
            len(column),
            shared if shared <= _SHARED else 0,
            xp.ascontiguousarray(column),
            xp.ascontiguousarray(groups),
            np.int64(len(column)),
            np.int32(group_count),
            np.float64(scales[number]),
            total[number],
            np.int32(shared <= _SHARED),
        )
    sums: Floats = total.get().view(np.int64) / scales[:, None]
    return sums


def joint_sums(
    values: Array, codes: Sequence[Array], widths: Sequence[int], groups: Array | None, group_count: int
) -> Floats:
    """See `seams.joint_sums`."""
    xp = sys.modules["cupy"]
    sums = []
    for column, width in zip(codes, widths, strict=True):
        cells = group_count * width
        cell = column
        if groups is not None:
            cell = xp.where(groups < group_count, groups.astype(xp.uint32) * np.uint32(width) + column, cells)
            cell = cell.astype(xp.uint32)
        sums.append(group_sums([values], cell, cells).reshape(group_count, width))
    return np.concatenate(sums, 1)


def nearest(columns: Sequence[Array], centres: Floats) -> Array:
    """See `seams.nearest`."""
    xp = sys.modules["cupy"]
    values = xp.stack(columns)
    nearest_: Array = xp.empty(values.shape[1], xp.uint8)
    _launch(
        f"nearest_{values.dtype.name}",
        values.shape[1],
        0,
        values,
        xp.asarray(centres.astype(values.dtype)),
        np.int64(values.shape[1]),
        np.int32(len(columns)),
        np.int32(len(centres)),
        nearest_,
    )
    return nearest_
