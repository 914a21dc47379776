/**
 * SHA-256 of a file of any size, which is never held whole. The browser's own digest takes whole buffers only, and a
 * WebAssembly one would need a wider policy; this is half as fast, which a wire hides.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

const PIECE = 1 << 20;

/** onBytes: how many were read so far. Rejects with the signal's reason, or where the file changed meanwhile. */
export async function digestOf(file: Blob, onBytes: (count: number) => void, signal: AbortSignal): Promise<string> {
  const hash = sha256.create();
  for (let at = 0; at < file.size; at += PIECE) {
    signal.throwIfAborted();
    hash.update(new Uint8Array(await file.slice(at, at + PIECE).arrayBuffer()));
    onBytes(Math.min(at + PIECE, file.size));
  }
  return bytesToHex(hash.digest());
}
