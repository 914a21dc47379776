/** Numbers as people read them: counts with commas, shares of a hundred, values with the digits their scale asks for. */

/** By digits after the point, least and most: to make one costs as much as fifty numbers. */
const formats = new Map<string, Intl.NumberFormat>();

/** With commas between thousands. */
export function withDigits(value: number, least: number, most: number): string {
  const key = `${least} ${most}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat("en", { minimumFractionDigits: least, maximumFractionDigits: most });
    formats.set(key, format);
  }
  return format.format(value);
}

export const count = (n: number): string => withDigits(n, 0, 3);

export const rowsOf = (n: number): string => `${count(n)} ${n === 1 ? "row" : "rows"}`;

export const sumOf = (rows: readonly number[]): number => rows.reduce((sum, n) => sum + n, 0);

export function share(n: number, of: number): string {
  if (!of) return "0\u00a0%";
  const percent = (100 * n) / of;
  if (percent > 0 && percent < 0.1) return "<\u00a00.1\u00a0%";
  return `${percent.toFixed(1)}\u00a0%`;
}

/** Digits after the point so that a hundredth of the span can be told. */
export function digitsOf(span: number): number {
  if (!(span > 0)) return 2;
  return Math.min(6, Math.max(0, Math.ceil(2 - Math.log10(span))));
}

/** A value on a scale of this span; “–” where there is none. */
export function onScale(value: number | null | undefined, span: number): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const digits = digitsOf(span);
  return tidy(withDigits(value, digits, digits));
}

/** A value whose scale is not known: three digits that say something. */
export function plain(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? "∞" : value < 0 ? "−∞" : "–";
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e12) return tidy(count(value));
  if (size >= 1e9 || (size < 1e-4 && size > 0)) return tidy(value.toExponential(2));
  const digits = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : Math.min(6, 2 - Math.floor(Math.log10(size)));
  return tidy(withDigits(value, 0, digits));
}

export function signed(value: number, span: number): string {
  const text = onScale(Math.abs(value), span);
  return value > 0 ? `+${text}` : value < 0 ? `−${text}` : text;
}

/** How a column of numbers is written: each with as many digits after the point, which tell its middling ones. */
export function formatOf(values: readonly number[]): (value: number) => string {
  const known = values.filter((value) => Number.isFinite(value));
  if (known.every((value) => Number.isInteger(value))) return plain;
  const sizes = known
    .map(Math.abs)
    .filter(Boolean)
    .sort((a, b) => a - b);
  const middle = sizes[sizes.length >> 1] ?? 1;
  if (middle >= 1e9 || middle < 1e-4) return (value) => (value ? tidy(value.toExponential(2)) : "0");
  const said = Math.max(0, 2 - Math.floor(Math.log10(middle)));
  const held = Math.max(...known.map((value) => decimalsOf(Number(value.toPrecision(6)))));
  const digits = Math.min(6, said, held);
  const least = 10 ** -digits;
  return (value) => {
    if (!Number.isFinite(value)) return plain(value);
    if (value > 0 && value < least / 2) return `<\u00a0${least.toFixed(digits)}`;
    return tidy(withDigits(value, digits, digits));
  };
}

function decimalsOf(value: number): number {
  const [, digits = "", power = "0"] = /^-?\d+(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? [];
  return Math.max(0, digits.length - Number(power));
}

/** A typographic minus, and no minus before nothing. */
export function tidy(whole: string): string {
  const text = whole.replace("e-", "e−").replace("e+", "e");
  if (!text.startsWith("-")) return text;
  return /[1-9]/.test(text) ? `−${text.slice(1)}` : text.slice(1);
}

/** A p- or q-value with its letter. */
export function chance(letter: "p" | "q", value: number): string {
  if (value < 0.001) return `${letter} < 0.001`;
  return `${letter} ${value.toFixed(value < 0.1 ? 3 : 2)}`;
}

/** A moment of a time column, given in Unix seconds; the clock only where the span is short. */
export function moment(seconds: number, span: number): string {
  const text = new Date(seconds * 1000).toISOString();
  if (span > 4 * 86_400) return text.slice(0, 10);
  return span > 86_400 ? text.slice(0, 16).replace("T", " ") : text.slice(11, 16);
}

export function elapsed(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}
