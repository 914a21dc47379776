/** The floating-point numbers next to one: what “more than” and “at most” mean where ranges are half-open. */

const bits = new DataView(new ArrayBuffer(8));

function moved(value: number, step: 1n | -1n): number {
  if (!Number.isFinite(value)) return value;
  if (value === 0) return step > 0 ? Number.MIN_VALUE : -Number.MIN_VALUE;
  bits.setFloat64(0, value);
  bits.setBigInt64(0, bits.getBigInt64(0) + (value > 0 ? step : -step));
  return bits.getFloat64(0);
}

export const above = (value: number): number => moved(value, 1n);

/** The number that this one is next above, where it is so much shorter that it must be what was written. */
export function isNextAbove(value: number): number | null {
  const below = moved(value, -1n);
  return String(below).length + 4 < String(value).length ? below : null;
}
