/**
 * Zips whose entries are stored, not deflated: their directory read from the end, and written anew.
 *
 * After PKWARE's APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16. A study's canonical file is one, so that a viewer
 * needs its last bytes and those of the frame on show, and no more.
 */

/** Bytes that can be had piece by piece; `end` is exclusive. */
export type Source = { readonly size: number; read(start: number, end: number): Promise<Uint8Array> };

/** `start` is where the local header begins, `end` where the next one (or the directory) does. */
export type Entry = { name: string; start: number; end: number; size: number };

export class BrokenZip extends Error {}

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const END_SIZE = 22;
const CENTRAL_SIZE = 46;
const LOCAL_SIZE = 30;
const LONGEST_COMMENT = 0xffff;
const WIDE = 0xffffffff;

export function inMemory(bytes: Uint8Array): Source {
  return { size: bytes.length, read: async (start, end) => bytes.subarray(start, end) };
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** All entries by name, in the order in which they lie. Throws BrokenZip. */
export async function readDirectory(source: Source): Promise<Map<string, Entry>> {
  const tail = await source.read(Math.max(0, source.size - END_SIZE), source.size);
  let at = endIn(tail);
  let bytes = tail;
  if (at < 0) {
    bytes = await source.read(Math.max(0, source.size - END_SIZE - LONGEST_COMMENT), source.size);
    at = endIn(bytes);
  }
  if (at < 0) throw new BrokenZip("the file has no directory at its end");
  const end = viewOf(bytes);
  const count = end.getUint16(at + 10, true);
  const length = end.getUint32(at + 12, true);
  const first = end.getUint32(at + 16, true);
  if (count === 0xffff || first === WIDE) throw new BrokenZip("the file is larger than a study may be");
  if (first + length > source.size) throw new BrokenZip("the file is cut off");
  return entriesOf(await source.read(first, first + length), count, first);
}

function endIn(bytes: Uint8Array): number {
  const view = viewOf(bytes);
  for (let at = bytes.length - END_SIZE; at >= 0; at -= 1) if (view.getUint32(at, true) === END) return at;
  return -1;
}

function entriesOf(directory: Uint8Array, count: number, directoryAt: number): Map<string, Entry> {
  const view = viewOf(directory);
  const found: Entry[] = [];
  let at = 0;
  for (let i = 0; i < count; i += 1) {
    if (at + CENTRAL_SIZE > directory.length || view.getUint32(at, true) !== CENTRAL)
      throw new BrokenZip("the directory is damaged");
    const [method, size] = [view.getUint16(at + 10, true), view.getUint32(at + 24, true)];
    const [nameLength, extra, comment] = [28, 30, 32].map((by) => view.getUint16(at + by, true)) as [
      number,
      number,
      number,
    ];
    const name = new TextDecoder().decode(directory.subarray(at + CENTRAL_SIZE, at + CENTRAL_SIZE + nameLength));
    if (method !== 0) throw new BrokenZip(`“${name}” is not stored as it is`);
    found.push({ name, start: view.getUint32(at + 42, true), end: 0, size });
    at += CENTRAL_SIZE + nameLength + extra + comment;
  }
  found.sort((a, b) => a.start - b.start);
  for (const [i, entry] of found.entries()) {
    entry.end = found[i + 1]?.start ?? directoryAt;
    if (entry.start + LOCAL_SIZE + entry.size > entry.end) throw new BrokenZip(`“${entry.name}” is cut off`);
  }
  return new Map(found.map((entry) => [entry.name, entry]));
}

/** What an entry holds, out of its span of the file (from its local header on). Throws BrokenZip. */
export function contentOf(entry: Entry, span: Uint8Array): Uint8Array {
  const view = viewOf(span);
  if (span.length < LOCAL_SIZE || view.getUint32(0, true) !== LOCAL)
    throw new BrokenZip(`“${entry.name}” does not lie where the directory says`);
  const start = LOCAL_SIZE + view.getUint16(26, true) + view.getUint16(28, true);
  if (start + entry.size > span.length) throw new BrokenZip(`“${entry.name}” is cut off`);
  return span.subarray(start, start + entry.size);
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

function crc32(bytes: Uint8Array): number {
  let crc = WIDE;
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 0xff] as number);
  return (crc ^ WIDE) >>> 0;
}

type Packable = { name: string; bytes: Uint8Array<ArrayBuffer> };

/** One zip of these files, stored; without a time, so that the same files make the same bytes. */
export function zipOf(files: readonly Packable[]): Blob {
  return joined(files.map(({ name, bytes }) => ({ name, bytes, packed: bytes })));
}

/** The same, smaller, for the way to the server. */
export async function deflatedZipOf(files: readonly Packable[]): Promise<Blob> {
  const made = [];
  for (const { name, bytes } of files) {
    const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate-raw"));
    made.push({ name, bytes, packed: new Uint8Array(await new Response(stream).arrayBuffer()) });
  }
  return joined(made);
}

/** packed: the bytes themselves, or deflated. */
function joined(files: readonly (Packable & { packed: Uint8Array<ArrayBuffer> })[]): Blob {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const directory: Uint8Array<ArrayBuffer>[] = [];
  let at = 0;
  for (const { name, bytes, packed } of files) {
    const label = new TextEncoder().encode(name);
    const facts = { crc: crc32(bytes), size: bytes.length, packed: packed.length, isStored: packed === bytes, label };
    const local = headerOf(LOCAL, LOCAL_SIZE, 4, facts);
    const central = headerOf(CENTRAL, CENTRAL_SIZE, 6, facts);
    viewOf(central).setUint16(4, 20, true);
    viewOf(central).setUint32(42, at, true);
    parts.push(local, packed);
    directory.push(central);
    at += local.length + packed.length;
  }
  const end = new Uint8Array(END_SIZE);
  const view = viewOf(end);
  view.setUint32(0, END, true);
  view.setUint16(8, files.length, true);
  view.setUint16(10, files.length, true);
  view.setUint32(
    12,
    directory.reduce((sum, one) => sum + one.length, 0),
    true,
  );
  view.setUint32(16, at, true);
  return new Blob([...parts, ...directory, end], { type: "application/zip" });
}

/** The fields that both headers share, from the version needed on. */
function headerOf(
  signature: number,
  headerSize: number,
  from: number,
  {
    crc,
    size,
    packed,
    isStored,
    label,
  }: { crc: number; size: number; packed: number; isStored: boolean; label: Uint8Array },
): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(headerSize + label.length);
  const view = viewOf(header);
  view.setUint32(0, signature, true);
  view.setUint16(from, 20, true);
  view.setUint16(from + 2, 0x0800, true); // names are UTF-8
  view.setUint16(from + 4, isStored ? 0 : 8, true);
  view.setUint16(from + 8, 0x21, true); // 1 January 1980, the least that there is
  view.setUint32(from + 10, crc, true);
  view.setUint32(from + 14, packed, true);
  view.setUint32(from + 18, size, true);
  view.setUint16(from + 22, label.length, true);
  header.set(label, headerSize);
  return header;
}
