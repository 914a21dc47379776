/** A file on the server, by ranges where the server gives them, else whole. */

import { inMemory, type Source } from "./zip.ts";

/** Enough for the directory of some 1,000 frames, and for a small study as a whole. */
const TAIL = 1 << 16;

/** ask: for a range of it. progress: of a file that comes whole, in bytes; of all 0 where that is not known. */
export async function openSource(
  ask: (range: string) => Promise<Response>,
  progress: (bytes: number, all: number) => void,
): Promise<Source> {
  const tail = await ask(`bytes=-${TAIL}`);
  if (tail.status === 200) return inMemory(await whole(tail, progress));
  const size = Number(/\/(\d+)$/.exec(tail.headers.get("content-range") ?? "")?.[1]);
  const last = new Uint8Array(await tail.arrayBuffer());
  if (tail.status !== 206 || !Number.isSafeInteger(size) || last.length > size)
    throw new Error(`the file did not come (${tail.status})`);
  const lastAt = size - last.length;
  return {
    size,
    async read(start, end) {
      if (start >= lastAt) return last.subarray(start - lastAt, end - lastAt);
      const answer = await ask(`bytes=${start}-${end - 1}`);
      const bytes = new Uint8Array(await answer.arrayBuffer());
      if (answer.status === 200 && bytes.length === size) return bytes.subarray(start, end);
      if (answer.status !== 206 || bytes.length !== end - start)
        throw new Error(`a part of the file did not come (${answer.status})`);
      return bytes;
    },
  };
}

async function whole(response: Response, progress: (bytes: number, all: number) => void): Promise<Uint8Array> {
  const all = Number(response.headers.get("content-length") ?? 0);
  const pieces: Uint8Array[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  for (let piece = await reader?.read(); piece && !piece.done; piece = await reader?.read()) {
    pieces.push(piece.value);
    size += piece.value.length;
    progress(size, all);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
