/** What was found as a file: its numbers as CSV, its map over the picture as PNG. */

import { bytesOf, fileAt } from "../../host/http.ts";
import { type Cell, csv, save } from "../../host/saving.ts";
import { followed } from "./subject.ts";
import type { Explanation, Result } from "./types.ts";

/** The first row names the columns. */
export function rowsOf(found: Result): Cell[][] {
  switch (found.kind) {
    case "map":
      return [["left", "top", "right", "bottom", "drop"], ...cells(found.x, found.y, found.values)];
    case "layers":
      return [
        ["first_slice", "last_slice", "left", "top", "right", "bottom", "drop"],
        ...found.layers.flatMap(({ first, last, values }) =>
          cells(found.x, found.y, values).map((row): Cell[] => [first, last, ...row]),
        ),
      ];
    case "regions":
      return [
        ["region", "x", "y", "share", "covered", "alone"],
        ...found.regions.map((one, i): Cell[] => [i + 1, one.x, one.y, one.share, one.covered, one.alone]),
      ];
    case "curves":
      return [
        ["field", "unit", "value", "score", "top"],
        ...found.curves.flatMap(({ field, unit, points }) =>
          points.map(({ value, score, top }): Cell[] => [field, unit, value, score, top]),
        ),
      ];
    case "timeline":
      return [
        ["lead", "start_s", "end_s", "drop"],
        ...found.rows.flatMap(({ lead, values }) =>
          values.map((drop, i): Cell[] => [lead, at(found.times, i), at(found.times, i + 1), drop]),
        ),
      ];
    case "words":
      return [
        ["start", "end", "word", "score"],
        ...found.words.map(({ start, end, score }): Cell[] => [start, end, found.text.slice(start, end), score]),
      ];
    case "stress":
      return [
        ["change", "family", "severity", "score", "top", "changed"],
        ...found.rows.flatMap(({ change, family, at: all }) =>
          all.map(({ severity, score, top, changed }): Cell[] => [change, family, severity, score, top, changed]),
        ),
      ];
  }
}

const cells = (x: readonly number[], y: readonly number[], values: readonly (readonly number[])[]): Cell[][] =>
  values.flatMap((row, r) => row.map((drop, c): Cell[] => [at(x, c), at(y, r), at(x, c + 1), at(y, r + 1), drop]));

const at = (borders: readonly number[], place: number): number => borders[place] as number;

export function takeNumbers(one: Explanation): void {
  if (one.result) save(new Blob([csv(rowsOf(one.result))], { type: "text/csv" }), `${nameOf(one)}.csv`);
}

/** seen: where the picture lies that the model saw. */
export async function takePicture(one: Explanation, seen: string | undefined, opacity: number): Promise<void> {
  if (!seen || !one.overlay) return;
  const [under, over] = await Promise.all([seen, one.overlay].map(bitmapOf));
  if (!under || !over) return;
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(under.width, over.width);
  canvas.height = Math.round((canvas.width * under.height) / under.width);
  const pen = canvas.getContext("2d");
  if (!pen) return;
  pen.drawImage(under, 0, 0, canvas.width, canvas.height);
  pen.globalAlpha = opacity;
  pen.drawImage(over, 0, 0, canvas.width, canvas.height);
  const made = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (made) save(made, `${nameOf(one)}.png`);
}

const bitmapOf = async (url: string): Promise<ImageBitmap> => createImageBitmap(new Blob([await bytesOf(fileAt(url))]));

function nameOf(one: Explanation): string {
  return `${one.title} of ${followed(one.target)}`.replace(/[^\p{L}\p{N} ._-]+/gu, " ").slice(0, 100);
}
