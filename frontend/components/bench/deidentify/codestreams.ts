/**
 * Comments inside compressed frames, blanked; no length changes.
 *
 * JPEG: ITU-T T.81 B.1.1 (comments, and application segments but for JFIF's, Adobe's and HP's marks). JPEG 2000: ITU-T
 * T.800 A.9 (comments of the main header). What lies behind the end of a frame is blanked as well.
 */

const KEPT: Record<number, readonly [string, number]> = {
  224: ["JFIF\0", 14],
  232: ["mrfx", 5],
  238: ["Adobe", 12],
};
const [SOI, EOI, COM] = [0xd8, 0xd9, 0xfe];

/** In place. */
export function blankComments(frame: Uint8Array): void {
  if (frame[0] === 0xff && frame[1] === SOI) blankJpeg(frame);
  else if (frame[0] === 0xff && frame[1] === 0x4f && frame[2] === 0xff && frame[3] === 0x51) blankJpeg2000(frame);
}

const shortAt = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);

function blank(bytes: Uint8Array, start: number, stop: number): void {
  if (stop > start) bytes.fill(0, start, stop);
}

const isMarker = (byte: number): boolean => (byte >= 0xc0 && byte <= 0xcf) || (byte >= 0xd8 && byte <= 0xfe);

function nextMarker(frame: Uint8Array, from: number): number {
  for (let at = frame.indexOf(0xff, from); at >= 0 && at + 1 < frame.length; at = frame.indexOf(0xff, at + 1))
    if (isMarker(frame[at + 1] as number)) return at;
  return -1;
}

function blankJpeg(frame: Uint8Array): void {
  for (let found = nextMarker(frame, 2); found >= 0; ) {
    const marker = frame[found + 1] as number;
    let at = found + 2;
    if (marker === EOI) {
      blank(frame, at, frame.length);
      return;
    }
    if (marker !== SOI && at + 2 <= frame.length) {
      const end = Math.min(at + shortAt(frame, at), frame.length);
      if (marker === COM || (marker >= 0xe0 && marker <= 0xef)) {
        const [mark, length] = KEPT[marker] ?? ["", 0];
        const isKept = mark !== "" && [...mark].every((letter, i) => frame[at + 2 + i] === letter.charCodeAt(0));
        blank(frame, at + 2 + (isKept ? length : 0), end);
      }
      at = Math.max(end, at + 2);
    }
    found = nextMarker(frame, at);
  }
}

function blankJpeg2000(frame: Uint8Array): void {
  for (let at = 2; at + 4 <= frame.length; at += 2 + Math.max(shortAt(frame, at + 2), 2)) {
    const marker = shortAt(frame, at);
    if (marker === 0xff90) break;
    if (marker === 0xff64) blank(frame, at + 6, Math.min(at + 2 + shortAt(frame, at + 2), frame.length));
  }
  for (let at = frame.length - 2; at >= 0; at -= 1)
    if (frame[at] === 0xff && frame[at + 1] === EOI) {
      blank(frame, at + 2, frame.length);
      return;
    }
}
