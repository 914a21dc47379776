/** Studies as the server keeps them, made here: a zip, stored, of `study.json` and frames in zlib. */

import { deflateSync } from "node:zlib";
import { entryName } from "../components/bench/viewers/study/frames.ts";
import { zipOf } from "../components/bench/viewers/study/zip.ts";

export const HEAD = {
  rules: "test",
  modality: "CT",
  photometric: "MONOCHROME2",
  rows: 6,
  columns: 8,
  frames: 3,
  bits: 12,
  spacing_mm: [0.5, 0.25],
  orientation: [1, 0, 0, 0, 1, 0],
  positions_mm: [-10, -7.5, -5],
  windows: [{ center: 40, width: 400, name: "Soft tissue" }],
  rescale: { slope: 2, intercept: -1024, unit: "HU" },
  frame_ms: null,
};

/** value: what is stored at a place. */
export async function studyOf(
  head: Record<string, unknown> = HEAD,
  value: (frame: number, x: number, y: number) => number = (frame, x, y) => 100 * frame + 10 * y + x,
): Promise<Uint8Array<ArrayBuffer>> {
  const [rows, columns, frames] = [head.rows, head.columns, head.frames] as [number, number, number];
  const files = [{ name: "study.json", bytes: new TextEncoder().encode(JSON.stringify(head)) }];
  for (let frame = 0; frame < frames; frame += 1) {
    const values = Int16Array.from({ length: rows * columns }, (_, i) =>
      value(frame, i % columns, Math.floor(i / columns)),
    );
    files.push({ name: entryName(frame), bytes: new Uint8Array(deflateSync(new Uint8Array(values.buffer))) });
  }
  return new Uint8Array(await zipOf(files).arrayBuffer());
}
