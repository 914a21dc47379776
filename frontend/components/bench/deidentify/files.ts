/** DICOM files, stripped before a byte leaves: what dcmjs cannot read stays where it is. */

import { data, log } from "dcmjs";
import { blankComments } from "./codestreams.ts";
import { type DataSet, type Element, nothingTaken, strip, type Taken } from "./strip.ts";

export class UnreadableFile extends Error {}

const SYNTAX = "00020010";
const PIXELS = "7FE00010";
const FRAMES = "00280008";
/** Pixel data, or a waveform. */
const SHOWN = [PIXELS, "54000100"];
const OFFSETS = ["7FE00001", "7FE00002"];
const EXPLICIT = "1.2.840.10008.1.2.1";
const DEFLATED = "1.2.840.10008.1.2.1.99";
const COMPRESSED = "1.2.840.10008.1.2.4";
const RLE = "1.2.840.10008.1.2.5";
const DIRECTORY = "1.2.840.10008.1.3.10";
const NUMERIC = new Set(["FD", "FL", "SL", "SS", "SV", "UL", "US", "UV"]);
const MAGIC_AT = 128;

log.setLevel("silent"); // it would write into the console what stands in a file
const warnings = log.getLogger("validation.dcmjs");
warnings.setLevel("silent");
// It only warns of a file that ends too soon, and would write the rest as a whole one.
warnings.warn = (message: string) => {
  if (message.includes("are available")) throw new Error("the file is cut off");
};

export const newKey = (): Uint8Array => crypto.getRandomValues(new Uint8Array(32));

/** Whether it says of itself that it is DICOM. start: at least its first 132 bytes. */
export function isDicom(start: Uint8Array): boolean {
  return [0x44, 0x49, 0x43, 0x4d].every((byte, i) => start[MAGIC_AT + i] === byte);
}

/** Null for a directory of a medium, which holds no picture. Throws UnreadableFile. */
export function stripFile(
  bytes: ArrayBuffer,
  key: Uint8Array,
): { bytes: Uint8Array<ArrayBuffer>; taken: Taken } | null {
  const taken = nothingTaken();
  try {
    const read = data.DicomMessage.readFile(withOneCharacterSet(bytes));
    const syntax = textOf(read.meta[SYNTAX]);
    if (textOf(read.meta["00020002"]) === DIRECTORY) return null;
    if (!SHOWN.some((tag) => read.dict[tag])) throw new Error("it holds no picture and no signal");
    strip(read.meta, read.dict, key, taken);
    dropEmpty(read.dict);
    if (syntax === DEFLATED) read.meta[SYNTAX] = { vr: "UI", Value: [EXPLICIT] }; // it is written plainly
    if (syntax.startsWith(COMPRESSED) || syntax === RLE) tidyFrames(read.dict, syntax);
    return { bytes: new Uint8Array(read.write({ fragmentMultiframe: false })), taken };
  } catch (error) {
    throw new UnreadableFile(error instanceof Error ? error.message : String(error));
  }
}

const textOf = (element: Element | undefined): string => String(element?.Value[0] ?? "").replace(/[\0 ]+$/, "");

/** dcmjs would write a number without a value as 0. */
function dropEmpty(dataset: DataSet): void {
  for (const [tag, { vr, Value }] of Object.entries(dataset)) {
    if (vr === "SQ") for (const item of Value) dropEmpty(item as DataSet);
    else if (NUMERIC.has(vr) && !Value.some((value) => typeof value === "number" || typeof value === "bigint"))
      delete dataset[tag];
  }
}

/** Each frame in one fragment, as it is written, without comments. */
function tidyFrames(dataset: DataSet, syntax: string): void {
  const pixels = dataset[PIXELS];
  if (!pixels) return;
  const parts = pixels.Value.map((part) => new Uint8Array(part as ArrayBuffer));
  const count = Number(textOf(dataset[FRAMES])) || 1;
  const frames = parts.length === count ? parts : joined(parts, count);
  if (syntax.startsWith(COMPRESSED)) for (const frame of frames) blankComments(frame);
  pixels.Value = frames.map((frame) => frame.slice().buffer);
  for (const tag of OFFSETS) delete dataset[tag]; // they told of the fragments as they were
}

/** Fragments of which no table says where a frame begins. */
function joined(parts: readonly Uint8Array[], count: number): Uint8Array[] {
  const isStart = (part: Uint8Array) => part[0] === 0xff && (part[1] === 0xd8 || part[1] === 0x4f);
  const groups: Uint8Array[][] = [];
  for (const part of parts) {
    const last = groups[groups.length - 1];
    if (last && (count === 1 || !isStart(part))) last.push(part);
    else groups.push([part]);
  }
  if (groups.length !== count) throw new Error("its frames cannot be told apart");
  return groups.map((group) => {
    const frame = new Uint8Array(group.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of group) {
      frame.set(part, at);
      at += part.length;
    }
    return frame;
  });
}

/**
 * dcmjs reads no texts that change their character set on the way. No text that has letters of its own stays, so one
 * set does for reading: several are made the first of them that it knows.
 */
function withOneCharacterSet(bytes: ArrayBuffer): ArrayBuffer {
  const all = new Uint8Array(bytes);
  const copy = all.slice();
  let isChanged = false;
  for (let at = all.indexOf(0x08, MAGIC_AT); at >= 0 && at + 8 < all.length; at = all.indexOf(0x08, at + 1)) {
    if (all[at + 1] !== 0 || all[at + 2] !== 5 || all[at + 3] !== 0) continue;
    const isExplicit = all[at + 4] === 0x43 && all[at + 5] === 0x53;
    const length = ((all[at + (isExplicit ? 6 : 4)] ?? 0) | ((all[at + (isExplicit ? 7 : 5)] ?? 0) << 8)) >>> 0;
    const value = new TextDecoder("latin1").decode(all.subarray(at + 8, at + 8 + Math.min(length, 256)));
    if (length > 256 || !/^[A-Z0-9_ \\]*\\[A-Z0-9_ \\]*$/.test(value)) continue;
    copy.fill(0x20, at + 8, at + 8 + length);
    copy.set(new TextEncoder().encode("ISO_IR 100".slice(0, length)), at + 8);
    isChanged = true;
  }
  return isChanged ? copy.buffer : bytes;
}
