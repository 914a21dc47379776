// What `device` launches. Results do not depend on the order of the threads: whatever is added is a whole number.
//
// A block of threads tallies its part of the rows in shared memory of its own and adds that to the total at its end.
// Each cell is there in up to 32 copies, one for each lane of a warp, so that lanes which meet in one cell (most rows
// are of few categories and few groups) do not wait for each other; `copies_of` says for how many there is room.

typedef unsigned char uint8;
typedef unsigned short uint16;
typedef unsigned int uint32;
typedef unsigned long long uint64;

enum { ROWS, SUMS, MOMENTS };  // what is tallied: rows; values; of finite values rows, values and their squares

template <typename T, int N>
struct __align__(sizeof(T) * N < 16 ? sizeof(T) * N : 16) Pack { T at[N]; };  // loaded as one, or as 16 bytes at a time

// Numbers in their order as whole numbers, none of them 0: greater ones are found with atomicMax.
__device__ uint64 ordered(double value) {
    const long long bits = __double_as_longlong(value);
    return bits < 0 ? ~(uint64)bits : (uint64)bits | 0x8000000000000000ULL;
}

__device__ double number(uint64 ordered) {
    return __longlong_as_double(ordered >> 63 ? ordered & 0x7fffffffffffffffULL : ~ordered);
}

// The greatest magnitude of a range that `find_range` found.
__device__ double magnitude(const uint64* range) {
    return range[0] ? fmax(fabs(number(range[0])), fabs(number(~range[1]))) : 0.0;
}

// The power of two by which numbers are multiplied whose magnitudes add up to `most`, so that 62 bits hold their sum.
__device__ double scale(double most) {
    int exponent;
    if (!(most > 0) || isinf(most)) return 1.0;
    frexp(most, &exponent);
    return ldexp(1.0, min(62 - exponent, 1000));
}

// 64 bits in two halves: shared memory has an atomic addition of 32 bits, and of 64 only a slow one.
__device__ void add_wide(uint32* low, uint32* high, uint64 value) {
    const uint32 part = (uint32)value;
    const uint32 before = atomicAdd(low, part);
    const uint32 rest = (uint32)(value >> 32) + (before + part < before);
    if (rest) atomicAdd(high, rest);
}

__device__ int copies_of(long long words, int room) {
    int copies = 32;
    while (copies && words * copies > room) copies /= 2;
    return copies;
}

// The sum of one word's copies; each lane begins elsewhere, so that they read from different banks.
__device__ uint64 gathered(const uint32* word, int copies) {
    uint64 sum = 0;
    for (int copy = 0; copy < copies; ++copy) sum += word[(copy + threadIdx.x) & (copies - 1)];
    return sum;
}

__device__ uint64 both(const uint32* low, const uint32* high, int copies) {
    return gathered(low, copies) + (gathered(high, copies) << 32);
}

__device__ void clear(uint32* own, long long words) {
    for (long long word = threadIdx.x; word < words; word += blockDim.x) own[word] = 0;
    __syncthreads();
}

#define EACH(index, count) \
    for (long long index = (long long)blockIdx.x * blockDim.x + threadIdx.x; index < (count); \
         index += (long long)gridDim.x * blockDim.x)

// Of the rows in a group, for each column y: [the greatest `ordered` value, the greatest complement of one, how many
// are not finite]. columns: addresses. groups: none: all rows are in one.
template <typename Value, typename Group, int N>
__global__ void find_range(const uint64* columns, const Group* groups, long long rows, int group_count,
                           uint64* ranges) {
    const Value* values = (const Value*)columns[blockIdx.y];
    uint64 greatest = 0, least = 0, others = 0;
    const auto look = [&](int in, Value value) {
        if (in >= group_count) return;
        if (!isfinite(value)) { ++others; return; }
        const uint64 key = ordered((double)value);
        greatest = max(greatest, key);
        least = max(least, ~key);
    };
    EACH(place, rows / N) {
        Pack<Group, N> group;
        if (groups) group = ((const Pack<Group, N>*)groups)[place];
        const Pack<Value, N> value = ((const Pack<Value, N>*)values)[place];
        #pragma unroll
        for (int i = 0; i < N; ++i) look(groups ? group.at[i] : 0, value.at[i]);
    }
    if (blockIdx.x == 0 && threadIdx.x < rows % N) {
        const long long row = rows / N * N + threadIdx.x;
        look(groups ? groups[row] : 0, values[row]);
    }
    for (int apart = 16; apart; apart /= 2) {
        greatest = max(greatest, __shfl_down_sync(~0u, greatest, apart));
        least = max(least, __shfl_down_sync(~0u, least, apart));
        others += __shfl_down_sync(~0u, others, apart);
    }
    if (threadIdx.x % 32 == 0) {
        atomicMax(&ranges[3 * blockIdx.y], greatest);
        atomicMax(&ranges[3 * blockIdx.y + 1], least);
        if (others) atomicAdd(&ranges[3 * blockIdx.y + 2], others);
    }
}

// Tallies column y by group and code. columns: of each its codes' address (0: all have code 0), its values' address,
// where it begins in the total, its width, and the number of its values' range. total: (planes, groups, stride), one
// plane, or three of moments. room: words of shared memory.
template <int What, typename Code, typename Group, typename Value, int N>
__global__ void tally(const uint64* columns, const Group* groups, long long rows, int group_count,
                      const uint64* ranges, uint64* total, long long stride, int room) {
    extern __shared__ uint32 own[];
    const int words = What == ROWS ? 1 : What == SUMS ? 2 : 5;  // of a cell
    const uint64* column = columns + 5 * blockIdx.y;
    const Code* codes = (const Code*)column[0];
    const Value* values = (const Value*)column[1];
    const long long width = column[3], cells = group_count * width, plane = group_count * stride;
    total += column[2];
    const int copies = copies_of(cells * words, room), lane = threadIdx.x & (copies - 1);
    uint32* low = own + (What == MOMENTS ? cells * copies : 0);
    uint32* high = low + cells * copies;
    const long long squares = 2 * cells * copies;
    double to_whole = 1, to_whole_square = 1;
    if (What != ROWS) {
        const double greatest = magnitude(ranges + 3 * column[4]);
        to_whole = scale(rows * greatest);
        to_whole_square = scale(rows * greatest * greatest);
    }
    clear(own, cells * words * copies);

    const auto add = [&](int in, int at, double value) {
        if (in >= group_count || (What == MOMENTS && !isfinite(value))) return;
        const uint64 whole = What == ROWS ? 0 : __double2ll_rn(value * to_whole);
        const uint64 square = What == MOMENTS ? __double2ll_rn(value * value * to_whole_square) : 0;
        if (copies) {
            const int cell = (int)(in * width + at) * copies + lane;
            if (What != SUMS) atomicAdd(&own[cell], 1u);
            if (What != ROWS) add_wide(&low[cell], &high[cell], whole);
            if (What == MOMENTS) add_wide(&low[squares + cell], &high[squares + cell], square);
        } else {
            uint64* cell = total + in * stride + at;
            atomicAdd(cell, What == SUMS ? whole : (uint64)1);
            if (What == MOMENTS) { atomicAdd(cell + plane, whole); atomicAdd(cell + 2 * plane, square); }
        }
    };
    EACH(place, rows / N) {
        Pack<Code, N> code;
        Pack<Group, N> group;
        Pack<Value, N> value;
        if (codes) code = ((const Pack<Code, N>*)codes)[place];
        if (groups) group = ((const Pack<Group, N>*)groups)[place];
        if (What != ROWS) value = ((const Pack<Value, N>*)values)[place];
        #pragma unroll
        for (int i = 0; i < N; ++i)
            add(groups ? group.at[i] : 0, codes ? code.at[i] : 0, What == ROWS ? 0.0 : (double)value.at[i]);
    }
    if (blockIdx.x == 0 && threadIdx.x < rows % N) {
        const long long row = rows / N * N + threadIdx.x;
        add(groups ? groups[row] : 0, codes ? codes[row] : 0, What == ROWS ? 0.0 : (double)values[row]);
    }

    if (!copies) return;
    __syncthreads();
    for (long long cell = threadIdx.x; cell < cells; cell += blockDim.x) {
        uint64* to = total + cell / width * stride + cell % width;
        const long long first = cell * copies;
        if (What != SUMS) {
            const uint64 counted = gathered(&own[first], copies);
            if (!counted) continue;
            atomicAdd(to, counted);
            to += plane;
        }
        if (What != ROWS) atomicAdd(to, both(&low[first], &high[first], copies));
        if (What == MOMENTS) atomicAdd(to + plane, both(&low[squares + first], &high[squares + first], copies));
    }
}

// Points of d columns beside `count` centres. given: d addresses; d doubles, the `scale` of each column; then the
// centres, (count, d) doubles. D: the number of columns, 0 where it is only known as d.
template <typename Value, int D>
struct Points {
    const uint64* given;
    const int d, count;
    Value at[D ? D : 1];

    __device__ const Value* column(int number) const { return (const Value*)given[number]; }
    __device__ double scale(int number) const { return __longlong_as_double(given[d + number]); }
    __device__ Value place(int centre, int number) const {
        return (Value)__longlong_as_double(given[2 * d + centre * d + number]);
    }
    __device__ Value value(long long row, int number) const { return D ? at[D ? number : 0] : column(number)[row]; }

    // The first of the nearest centres, `count` where no distance is finite.
    __device__ int nearest(long long row) {
        #pragma unroll
        for (int number = 0; number < D; ++number) at[number] = column(number)[row];
        Value best = (Value)__longlong_as_double(0x7ff0000000000000LL);  // infinity
        int label = count;
        for (int centre = 0; centre < count; ++centre) {
            Value distance = 0;
            #pragma unroll
            for (int number = 0; number < (D ? D : d); ++number) {
                const Value away = value(row, number) - place(centre, number);
                distance += away * away;
            }
            if (distance < best) { best = distance; label = centre; }
        }
        return label;
    }
};

template <typename Value, int D>
__global__ void label(const uint64* __restrict__ given, long long rows, int d, int count, uint8* __restrict__ labels) {
    Points<Value, D> points{given, d, count};
    EACH(row, rows) labels[row] = (uint8)points.nearest(row);
}

// Rows nearest to each centre, and their sums by column: total (1 + d, count).
template <typename Value, int D>
__global__ void gather(const uint64* __restrict__ given, long long rows, int d, int count, uint64* __restrict__ total,
                       int room) {
    extern __shared__ uint32 own[];
    Points<Value, D> points{given, d, count};
    const int words = count * (1 + 2 * d), copies = copies_of(words, room), lane = threadIdx.x & (copies - 1);
    const int plane = count * copies;
    clear(own, words * copies);
    EACH(row, rows) {
        const int label = points.nearest(row);
        if (label == count) continue;
        const int cell = label * copies + lane;
        if (copies) atomicAdd(&own[cell], 1u);
        else atomicAdd(&total[label], (uint64)1);
        #pragma unroll
        for (int number = 0; number < (D ? D : d); ++number) {
            const uint64 whole = __double2ll_rn((double)points.value(row, number) * points.scale(number));
            uint32* low = own + (1 + 2 * number) * plane;
            if (copies) add_wide(&low[cell], &low[plane + cell], whole);
            else atomicAdd(&total[(1 + number) * count + label], whole);
        }
    }
    if (!copies) return;
    __syncthreads();
    for (int at = threadIdx.x; at < count * (1 + d); at += blockDim.x) {
        const int number = at / count - 1, first = at % count * copies;
        const uint32* low = own + (1 + 2 * number) * plane + first;
        atomicAdd(&total[at], number < 0 ? gathered(own + first, copies) : both(low, low + plane, copies));
    }
}

// The bin of each value: how many of the edges between bins it reaches, `bins` for NaN. inner: (bins - 1,) ascending.
template <typename Value, typename Code>
__global__ void bin(const Value* values, const double* inner, long long rows, int bins, int first_step, int in_shared,
                    Code* codes) {
    extern __shared__ double near[];
    if (in_shared) {
        for (int edge = threadIdx.x; edge < bins - 1; edge += blockDim.x) near[edge] = inner[edge];
        __syncthreads();
        inner = near;
    }
    EACH(row, rows) {
        const double value = values[row];
        int reached = 0;
        for (int step = first_step; step; step /= 2)
            if (reached + step < bins && inner[reached + step - 1] <= value) reached += step;
        codes[row] = (Code)(isnan(value) ? bins : reached);
    }
}

// See `scores`. Of two classes, the probability is that of class 1.
enum { SIGNED_ERROR, ABSOLUTE_ERROR, SQUARED_ERROR, LOG_LOSS, BRIER_SCORE, ZERO_ONE, MARGIN, ENTROPY };

template <typename Value>
__device__ Value term(Value said) { return said == 0 ? (Value)0 : -said * log(said); }

template <int Score, typename Value>
__global__ void score(const Value* target, const Value* said_of, long long rows, Value clip, float* scores) {
    EACH(row, rows) {
        const Value none = (Value)__longlong_as_double(0x7ff8000000000000LL);  // NaN
        const Value truth = target[row], said = said_of[row];
        const Value of_truth = truth == 1 ? said : truth == 0 ? 1 - said : none;
        Value found = none;
        switch (Score) {
            case SIGNED_ERROR: found = said - truth; break;
            case ABSOLUTE_ERROR: found = fabs(said - truth); break;
            case SQUARED_ERROR: found = (said - truth) * (said - truth); break;
            case LOG_LOSS: found = -log(of_truth < clip ? clip : of_truth > 1 ? (Value)1 : of_truth); break;
            case BRIER_SCORE: if (truth == 0 || truth == 1) found = (said - truth) * (said - truth); break;
            case ZERO_ONE: if (!isnan(truth) && !isnan(said)) found = truth != said; break;
            case MARGIN: found = 2 * of_truth - 1; break;
            case ENTROPY: found = term(said) + term(1 - said); break;
        }
        scores[row] = (float)found;
    }
}
