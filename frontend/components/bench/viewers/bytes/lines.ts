/** Bytes as one reads them: where they stand, as numbers to the base of 16, and as letters where they are some. */

const ROW = 16;

/** first: the place of the first byte in its file. */
export function lines(bytes: Uint8Array, first: number): string[] {
  const found: string[] = [];
  for (let at = 0; at < bytes.length; at += ROW) {
    const row = [...bytes.subarray(at, at + ROW)];
    const numbers = row.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const letters = row.map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : "·")).join("");
    found.push(`${(first + at).toString(16).padStart(8, "0")}  ${numbers.padEnd(3 * ROW - 1)}  ${letters}`);
  }
  return found;
}
