/** WAV files with 32-bit floats: what the server keeps, and what a microphone is sent as. Pure. */

import type { Samples } from "../signal/samples.ts";

const FLOAT = 3;
const EXTENSIBLE = 0xfffe;

/** Raises an Error for anything but 32-bit floats. */
export function readWav(bytes: ArrayBuffer): Samples {
  const view = new DataView(bytes);
  const word = (at: number) => (at + 4 <= bytes.byteLength ? String.fromCharCode(...new Uint8Array(bytes, at, 4)) : "");
  if (word(0) !== "RIFF" || word(8) !== "WAVE") throw new Error("this is no WAV file");
  let [channels, rate] = [0, 0];
  for (let at = 12; at + 8 <= bytes.byteLength; ) {
    const size = view.getUint32(at + 4, true);
    const start = at + 8;
    if (word(at) === "fmt ") {
      const code = view.getUint16(start, true);
      const format = code === EXTENSIBLE ? view.getUint16(start + 24, true) : code;
      if (format !== FLOAT || view.getUint16(start + 14, true) !== 32)
        throw new Error("its samples are no 32-bit floats");
      channels = view.getUint16(start + 2, true);
      rate = view.getUint32(start + 4, true);
    } else if (word(at) === "data" && channels) return { ...parted(view, start, size, channels), rate };
    at = start + size + (size % 2);
  }
  throw new Error("this WAV file has no samples");
}

function parted(view: DataView, start: number, size: number, channels: number): Omit<Samples, "rate"> {
  const count = Math.floor(Math.min(size, view.byteLength - start) / (4 * channels));
  const parts = Array.from({ length: channels }, () => new Float32Array(count));
  for (const [channel, values] of parts.entries())
    for (let i = 0; i < count; i += 1) values[i] = view.getFloat32(start + 4 * (i * channels + channel), true);
  const names = channels === 1 ? [""] : channels === 2 ? ["Left", "Right"] : parts.map((_, i) => `${i + 1}`);
  return { names, unit: "", channels: parts };
}

/** One channel of 32-bit floats. */
export function wavOf(values: Float32Array, rate: number): ArrayBuffer {
  const bytes = new ArrayBuffer(44 + values.length * 4);
  const view = new DataView(bytes);
  const word = (at: number, text: string) => {
    for (let i = 0; i < 4; i += 1) view.setUint8(at + i, text.charCodeAt(i));
  };
  word(0, "RIFF");
  view.setUint32(4, bytes.byteLength - 8, true);
  word(8, "WAVE");
  word(12, "fmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, FLOAT, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * 4, true);
  view.setUint16(32, 4, true);
  view.setUint16(34, 32, true);
  word(36, "data");
  view.setUint32(40, values.length * 4, true);
  for (let i = 0; i < values.length; i += 1) view.setFloat32(44 + 4 * i, values[i] as number, true);
  return bytes;
}
