/** Fourier transforms of a power of two in length, in place, float64. Pure. */

const TABLES = new Map<number, { cos: Float64Array; sin: Float64Array }>();

function tableOf(size: number): { cos: Float64Array; sin: Float64Array } {
  const known = TABLES.get(size);
  if (known) return known;
  const half = size / 2;
  const table = { cos: new Float64Array(half), sin: new Float64Array(half) };
  for (let i = 0; i < half; i += 1) {
    table.cos[i] = Math.cos((2 * Math.PI * i) / size);
    table.sin[i] = Math.sin((2 * Math.PI * i) / size);
  }
  TABLES.clear(); // one size is used again and again, then another
  TABLES.set(size, table);
  return table;
}

export const powerOfTwo = (least: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, least)));

/** X[k] = Σ x[n] exp(−2πi k n / N), as numpy.fft.fft. Both arrays have the same length, a power of two. */
export function transform(re: Float64Array, im: Float64Array): void {
  const size = re.length;
  if (size !== im.length || size !== powerOfTwo(size)) throw new Error("the length must be a power of two");
  for (let i = 1, j = 0; i < size; i += 1) {
    let bit = size >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      const [a, b] = [re[i] as number, im[i] as number];
      re[i] = re[j] as number;
      im[i] = im[j] as number;
      re[j] = a;
      im[j] = b;
    }
  }
  const { cos, sin } = tableOf(size);
  for (let span = 2; span <= size; span *= 2) {
    const half = span / 2;
    const step = size / span;
    for (let start = 0; start < size; start += span) {
      for (let k = 0, at = 0; k < half; k += 1, at += step) {
        const [i, j] = [start + k, start + k + half];
        const [c, s] = [cos[at] as number, sin[at] as number];
        const [x, y] = [re[j] as number, im[j] as number];
        const a = x * c + y * s;
        const b = y * c - x * s;
        re[j] = (re[i] as number) - a;
        im[j] = (im[i] as number) - b;
        re[i] = (re[i] as number) + a;
        im[i] = (im[i] as number) + b;
      }
    }
  }
}

/** The inverse of `transform`, as numpy.fft.ifft. */
export function inverse(re: Float64Array, im: Float64Array): void {
  transform(im, re);
  for (let i = 0; i < re.length; i += 1) {
    re[i] = (re[i] as number) / re.length;
    im[i] = (im[i] as number) / re.length;
  }
}
