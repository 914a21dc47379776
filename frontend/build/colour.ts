/** OKLCH to sRGB, for browsers that get their colours written out. */

/** Björn Ottosson, "A perceptual color space for image processing" (2020): Oklab to linear sRGB. */
function toLinear(l: number, a: number, b: number): [number, number, number] {
  const long = (l + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const medium = (l - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (l - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short,
  ];
}

const encode = (v: number): number => (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055);

const byte = (v: number): string =>
  Math.round(255 * Math.min(1, Math.max(0, v)))
    .toString(16)
    .padStart(2, "0");

/**
 * `#rrggbb` or `#rrggbbaa` of an OKLCH colour: lightness 0…1, chroma, hue in degrees, alpha 0…1.
 * Outside sRGB the chroma is lowered until the colour fits, so that hue and lightness stay.
 */
export function hexOf(lightness: number, chroma: number, hue: number, alpha = 1): string {
  const angle = (hue * Math.PI) / 180;
  const at = (c: number) => toLinear(lightness, c * Math.cos(angle), c * Math.sin(angle));
  const fits = (c: number) => at(c).every((v) => v >= -0.0005 && v <= 1.0005);
  let kept = chroma;
  if (!fits(chroma)) {
    let low = 0;
    let high = chroma;
    for (let i = 0; i < 24; i++) {
      const middle = (low + high) / 2;
      if (fits(middle)) low = middle;
      else high = middle;
    }
    kept = low;
  }
  const hex = at(kept).map(encode).map(byte).join("");
  return `#${hex}${alpha < 1 ? byte(alpha) : ""}`;
}

/** Each `oklch(l c h)` and `oklch(l c h / a)` in a value, written as hex. */
export function writeHex(value: string): string {
  return value.replace(
    /oklch\(\s*([\d.]+)\s+([\d.]+)\s+([\d.]+)\s*(?:\/\s*([\d.]+)\s*)?\)/g,
    (_, l: string, c: string, h: string, a?: string) => hexOf(Number(l), Number(c), Number(h), a ? Number(a) : 1),
  );
}
