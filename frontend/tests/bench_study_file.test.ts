import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Frames, inflated, orderAround } from "../components/bench/viewers/study/frames.ts";
import { headerOf } from "../components/bench/viewers/study/header.ts";
import {
  BrokenZip,
  contentOf,
  inMemory,
  readDirectory,
  type Source,
  zipOf,
} from "../components/bench/viewers/study/zip.ts";
import { HEAD, studyOf } from "./studies.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Counts what is read. */
function watched(bytes: Uint8Array): Source & { reads: [number, number][] } {
  const reads: [number, number][] = [];
  return {
    size: bytes.length,
    reads,
    async read(start, end) {
      reads.push([start, end]);
      return bytes.subarray(start, end);
    },
  };
}

test("a zip that is written is read again, names beyond ASCII and empty files included", async () => {
  const files = [
    { name: "a.dcm", bytes: bytesOf("first") },
    { name: "größe/ü", bytes: bytesOf("") },
    { name: "c", bytes: bytesOf("third one") },
  ];
  const zip = new Uint8Array(await zipOf(files).arrayBuffer());
  const directory = await readDirectory(inMemory(zip));
  assert.deepEqual([...directory.keys()], ["a.dcm", "größe/ü", "c"]);
  for (const { name, bytes } of files) {
    const entry = directory.get(name);
    assert.ok(entry);
    assert.deepEqual(contentOf(entry, zip.subarray(entry.start, entry.end)), bytes);
  }
});

test("what is written is a zip to Python's zipfile, checksums included; what that stores is read", async () => {
  const folder = mkdtempSync(join(tmpdir(), "zip-"));
  try {
    const path = join(folder, "ours.zip");
    writeFileSync(path, new Uint8Array(await zipOf([{ name: "größe.dcm", bytes: bytesOf("hello") }]).arrayBuffer()));
    const script = [
      "import sys, zipfile, io",
      "z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; assert z.read('größe.dcm') == b'hello'",
      "out = io.BytesIO(); w = zipfile.ZipFile(out, 'w'); w.writestr('frames/00000', b'abc'); w.comment = b'PK' * 9; w.close()",
      "sys.stdout.write(out.getvalue().hex())",
    ].join("\n");
    const theirs = Buffer.from(execFileSync("python3", ["-c", script, path], { encoding: "utf8" }), "hex");
    const entry = (await readDirectory(inMemory(theirs))).get("frames/00000");
    assert.ok(entry);
    assert.equal(Buffer.from(contentOf(entry, theirs.subarray(entry.start, entry.end))).toString(), "abc");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a file that is no zip, is cut off, or is deflated is refused", async () => {
  const whole = await studyOf();
  await assert.rejects(readDirectory(inMemory(bytesOf("no zip"))), BrokenZip);
  await assert.rejects(readDirectory(inMemory(whole.subarray(0, whole.length - 40))), BrokenZip);
  const deflated = whole.slice();
  const view = new DataView(deflated.buffer);
  const at = view.getUint32(deflated.length - 6, true);
  view.setUint16(at + 10, 8, true);
  await assert.rejects(readDirectory(inMemory(deflated)), /not stored/);
});

test("a study tells its header, and gives up wrong ones", () => {
  const head = headerOf(bytesOf(JSON.stringify(HEAD)));
  assert.deepEqual([head.rows, head.columns, head.frames, head.isColour], [6, 8, 3, false]);
  assert.deepEqual(head.spacing, [0.5, 0.25]);
  assert.deepEqual(head.orientation, [
    [1, 0, 0],
    [0, 1, 0],
  ]);
  const bare = headerOf(bytesOf(JSON.stringify({ rows: 1, columns: 1, frames: 1, spacing_mm: [0, 1], windows: [{}] })));
  assert.deepEqual([bare.spacing, bare.positions, bare.windows.length, bare.rescale.slope], [null, null, 0, 1]);
  assert.throws(() => headerOf(bytesOf("[")), BrokenZip);
  assert.throws(() => headerOf(bytesOf('{"rows": 0, "columns": 1, "frames": 1}')), /no rows/);
});

test("the frame on show comes first, then its neighbours in one run", async () => {
  const source = watched(await studyOf({ ...HEAD, frames: 40 }));
  const frames = await Frames.open(source, 1 << 20);
  source.reads.length = 0;
  await frames.want(20);
  assert.deepEqual([...(frames.ready(20) as Int16Array).slice(0, 3)], [2000, 2001, 2002]);
  assert.ok(frames.has(21) && frames.has(32) && frames.has(16) && !frames.has(33) && !frames.has(15));
  assert.ok(source.reads.length <= 8, `${source.reads.length} requests`);
  const [first, second] = source.reads;
  assert.ok(first && second && first[1] - first[0] < second[1] - second[0]);
});

test("frames that are not looked at make room", async () => {
  const frames = await Frames.open(watched(await studyOf({ ...HEAD, frames: 40 })), 5 * 96);
  for (let at = 0; at < 12; at += 1) await frames.want(at);
  assert.equal(frames.room, 5);
  assert.ok(frames.count <= 5 && frames.has(11));
});

test("neighbours are asked for mostly the way that the hand goes", () => {
  assert.deepEqual(orderAround(5, 1, 10, 3, 1), [6, 4, 7, 8]);
  assert.deepEqual(orderAround(5, -1, 10, 3, 1), [4, 6, 3, 2]);
  assert.deepEqual(orderAround(0, -1, 3, 3, 3), [1, 2]);
});

test("a frame of another size than the study says is refused", async () => {
  const { deflateSync } = await import("node:zlib");
  const packed = new Uint8Array(deflateSync(new Uint8Array(100)));
  assert.equal((await inflated(packed, 100)).length, 100);
  await assert.rejects(inflated(packed, 99), /larger/);
  await assert.rejects(inflated(packed, 101), /smaller/);
  await assert.rejects(inflated(packed.subarray(2), 100), /unpacked/);
});
