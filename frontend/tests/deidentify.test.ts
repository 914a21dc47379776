import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { blankComments } from "../components/bench/deidentify/codestreams.ts";
import { isDicom, newKey, stripFile, UnreadableFile } from "../components/bench/deidentify/files.ts";
import { RULES, SAID } from "../components/bench/deidentify/rules.ts";
import { type DataSet, nothingTaken, shifted, strip } from "../components/bench/deidentify/strip.ts";

/** The very cases that the server's rules are tested by. */
const CASES = new URL("../../tests/gpu_workers/protocol/deidentify_cases.json", import.meta.url);
const { key: hex, cases } = JSON.parse(readFileSync(CASES, "utf8")) as {
  key: string;
  cases: { name: string; before: DataSet; after: DataSet }[];
};
const key = Uint8Array.from(Buffer.from(hex, "hex"));

test("each rule has its cases", () => {
  const tried = new Set(cases.flatMap(({ before }) => Object.keys(before)));
  const missing = [...RULES].filter(([tag, rule]) => !tried.has(tag) && rule.keyword !== "SpecificCharacterSet");
  assert.deepEqual(missing, []);
});

for (const { name, before, after } of cases)
  test(`rule: ${name}`, () => {
    const dataset = structuredClone(before);
    strip({}, dataset, key, nothingTaken());
    for (const tag of SAID) if (!(tag in after)) delete dataset[tag];
    assert.deepEqual(dataset, after);
  });

test("it is said that an object was stripped", () => {
  const dataset: DataSet = {};
  strip({}, dataset, key, nothingTaken());
  assert.deepEqual(dataset["00120062"]?.Value, ["YES"]);
  assert.match(String(dataset["00120063"]?.Value[0]), /^Atrium rules \d+\.\d+\.\d+$/);
});

test("what was taken out is counted, empty elements are not", () => {
  const taken = nothingTaken();
  const dataset: DataSet = {
    "00100010": { vr: "PN", Value: [{ Alphabetic: "Doe^Jane" }], _rawValue: "Doe^Jane" },
    "00100030": { vr: "DA", Value: ["19700101"] },
    "00104000": { vr: "LT", Value: [""] },
    "00080070": { vr: "LO", Value: ["Maker"] },
    "00090010": { vr: "LO", Value: ["GEMS"] },
    "00280010": { vr: "US", Value: [2] },
  };
  strip({}, dataset, key, taken);
  assert.deepEqual(
    { ...taken, keywords: [...taken.keywords] },
    {
      names: 1,
      dates: 1,
      private: 1,
      others: 1,
      keywords: ["PatientName", "PatientBirthDate", "Manufacturer"],
    },
  );
});

test("dates of before the year 100, and beyond, are dates", () => {
  assert.match(shifted(key, "00991231") ?? "", /^009[6-9]\d{4}$/);
  assert.equal(shifted(key, "00010101"), null);
  assert.equal(shifted(key, "2024-01-01"), null);
});

/** Explicit little endian; short lengths only, but for pixels. */
function dicom(elements: [string, string, Buffer][], syntax = "1.2.840.10008.1.2.1"): ArrayBuffer {
  const element = ([tag, vr, value]: [string, string, Buffer]): Buffer => {
    const head = Buffer.alloc(8);
    head.writeUInt16LE(Number.parseInt(tag.slice(0, 4), 16), 0);
    head.writeUInt16LE(Number.parseInt(tag.slice(4), 16), 2);
    head.write(vr, 4, "latin1");
    const padded = value.length % 2 ? Buffer.concat([value, Buffer.from(vr === "UI" ? "\0" : " ")]) : value;
    if (vr !== "OW" && vr !== "OB") {
      head.writeUInt16LE(padded.length, 6);
      return Buffer.concat([head, padded]);
    }
    const length = Buffer.alloc(4);
    length.writeUInt32LE(syntax === "1.2.840.10008.1.2.4.50" && tag === "7FE00010" ? 0xffffffff : padded.length);
    return Buffer.concat([head, length, padded]);
  };
  const meta = Buffer.concat(
    (
      [
        ["00020002", "UI", Buffer.from("1.2.840.10008.5.1.4.1.1.7")],
        ["00020003", "UI", Buffer.from("1.2.3.4")],
        ["00020010", "UI", Buffer.from(syntax)],
      ] as [string, string, Buffer][]
    ).map(element),
  );
  const size = Buffer.alloc(4);
  size.writeUInt32LE(meta.length);
  const all = Buffer.concat([
    Buffer.alloc(128, "X"),
    Buffer.from("DICM"),
    element(["00020000", "UL", size]),
    meta,
    ...elements.map(element),
  ]);
  return all.buffer.slice(all.byteOffset, all.byteOffset + all.length) as ArrayBuffer;
}

const short = (value: number) => Buffer.from(Uint16Array.of(value).buffer);
const PICTURE: [string, string, Buffer][] = [
  ["00080005", "CS", Buffer.from("ISO 2022 IR 13\\ISO 2022 IR 87")],
  ["00080016", "UI", Buffer.from("1.2.840.10008.5.1.4.1.1.7")],
  ["00100010", "PN", Buffer.from("Doe^Jane=\x1b$B;3ED\x1b(J", "latin1")],
  ["00100030", "DA", Buffer.from("19700101")],
  ["00280010", "US", short(2)],
  ["00280011", "US", short(2)],
  ["00280030", "DS", Buffer.from("0.250000\\0.250000 ")],
];
const PIXELS: [string, string, Buffer] = ["7FE00010", "OW", Buffer.from([1, 0, 2, 0, 3, 0, 255, 127])];

test("a file is read, stripped and written; nothing of the person is left in its bytes, and its pixels are", () => {
  const stripped = stripFile(dicom([...PICTURE, PIXELS]), newKey());
  assert.ok(stripped && isDicom(stripped.bytes));
  const text = Buffer.from(stripped.bytes).toString("latin1");
  assert.ok(!/Doe|Jane|19700101|XXX|;3ED/.test(text));
  assert.ok(text.includes("0.250000\\0.250000"), "numbers stay as they were written");
  assert.ok(Buffer.from(stripped.bytes).includes(PIXELS[2]));
  assert.equal(stripped.taken.names + stripped.taken.dates, 2);
});

test("the files of one upload still belong together, those of two do not", () => {
  const study: [string, string, Buffer] = ["0020000D", "UI", Buffer.from("1.2.3")];
  const uid = (mine: Uint8Array) => {
    const file = stripFile(dicom([...PICTURE, study, PIXELS]), mine);
    return /2\.25\.\d+/.exec(
      Buffer.from(file?.bytes ?? [])
        .toString("latin1")
        .slice(300),
    )?.[0];
  };
  const mine = newKey();
  assert.equal(uid(mine), uid(mine));
  assert.notEqual(uid(mine), uid(newKey()));
});

test("what cannot be read is refused: no DICOM, cut off, without a picture", () => {
  const whole = dicom([...PICTURE, PIXELS]);
  assert.equal(isDicom(new TextEncoder().encode("hello")), false);
  for (const bytes of [new ArrayBuffer(10), whole.slice(0, whole.byteLength - 3), dicom(PICTURE)])
    assert.throws(() => stripFile(bytes, key), UnreadableFile);
});

test("comments in a compressed frame are blanked, and fragments of one frame are joined", () => {
  const jpeg = (comment: string) =>
    Buffer.concat([
      Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16]),
      Buffer.from("JFIF\0\x01\x01\0\0\x01\0\x01\0\0", "latin1"),
      Buffer.from([0xff, 0xfe, 0, comment.length + 2]),
      Buffer.from(comment),
      Buffer.from([0xff, 0xda, 0, 2, 1, 2, 0xff, 0, 3, 0xff, 0xd9]),
      Buffer.from("tail"),
    ]);
  const frame = new Uint8Array(jpeg("Jane Doe"));
  blankComments(frame);
  assert.deepEqual(Buffer.from(frame), Buffer.concat([jpeg("\0".repeat(8)).subarray(0, -4), Buffer.alloc(4)]));

  const item = (bytes: Buffer) => {
    const head = Buffer.from([0xfe, 0xff, 0, 0xe0, 0, 0, 0, 0]);
    head.writeUInt32LE(bytes.length, 4);
    return Buffer.concat([head, bytes]);
  };
  const whole = Buffer.concat([jpeg("Jane Doe"), Buffer.alloc(jpeg("Jane Doe").length % 2)]);
  const halves = [whole.subarray(0, 20), whole.subarray(20)];
  const end = Buffer.from([0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0]);
  const pixels = Buffer.concat([item(Buffer.alloc(0)), ...halves.map(item), end]);
  const stripped = stripFile(dicom([...PICTURE, ["7FE00010", "OB", pixels]], "1.2.840.10008.1.2.4.50"), key);
  const bytes = Buffer.from(stripped?.bytes ?? []);
  assert.ok(!bytes.includes("Jane"));
  assert.equal(bytes.toString("latin1").split("\xfe\xff\0\xe0").length - 1, 2, "a table and one fragment");
});
