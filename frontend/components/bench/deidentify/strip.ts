/**
 * Takes out of a DICOM object what the rules do not list, in nested sequences too, and every private element.
 *
 * As `gpu_workers/protocol/deidentify.py` does it; the cases that both are tried on lie beside that one's tests.
 */

import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { patternOf, RULES, type Rule, replacementOf, SAID } from "./rules.ts";

/** As dcmjs reads it: `_rawValue` is what stood in the file. */
export type Element = { vr: string; Value: unknown[]; _rawValue?: unknown };
export type DataSet = Record<string, Element>;

/** What was taken out or made another: how many entries, and the names of their kinds. */
export type Taken = { names: number; dates: number; private: number; others: number; keywords: Set<string> };

export const nothingTaken = (): Taken => ({ names: 0, dates: 0, private: 0, others: 0, keywords: new Set() });

const BINARY = new Set("AT FD FL OB OD OF OL OV OW SL SS SV UL US UV".split(" "));
const DATES = new Set(["DA", "DT", "TM", "AS"]);
const LONGEST_SHIFT = 3650n;
const DAY_MS = 86_400_000;
const TEXT = new TextEncoder();

const isPrivate = (tag: string): boolean => Number.parseInt(tag.slice(0, 4), 16) % 2 === 1;

/** In place. key: 32 bytes; files stripped by the same one still belong together. */
export function strip(meta: DataSet, dataset: DataSet, key: Uint8Array, taken: Taken): void {
  apply(meta, key, taken);
  apply(dataset, key, taken);
  for (const tag of SAID) {
    const rule = RULES.get(tag);
    if (rule) dataset[tag] = { vr: rule.vr[0] ?? "LO", Value: [replacementOf(rule)] };
  }
}

function apply(dataset: DataSet, key: Uint8Array, taken: Taken): void {
  for (const [tag, element] of Object.entries(dataset)) {
    const rule = isPrivate(tag) ? undefined : RULES.get(tag);
    if (rule && keeps(element, rule, key, taken)) continue;
    count(tag, element, rule, taken);
    delete dataset[tag];
  }
}

/** Whether the element stays, changed in place as its rule says. */
function keeps(element: Element, rule: Rule, key: Uint8Array, taken: Taken): boolean {
  if (rule.action === "remove" || !rule.vr.includes(element.vr)) return false;
  switch (rule.action) {
    case "descend":
      for (const item of element.Value) apply(item as DataSet, key, taken);
      return true;
    case "replace":
      return change(element, [replacementOf(rule)], rule, taken);
    case "hash":
      return change(
        element,
        texts(element).map((uid) => hashedUid(key, uid)),
        rule,
        taken,
      );
    case "shift": {
      const moved = texts(element).map((day) => shifted(key, day));
      return moved.every((day) => day !== null) && change(element, moved as string[], rule, taken);
    }
    default:
      if (BINARY.has(element.vr)) return true;
      return change(
        element,
        texts(element).map((value) => (isListed(bare(value), rule) ? value : "")),
        rule,
        taken,
      );
  }
}

/** Puts values in the place of others; returns true. */
function change(element: Element, values: readonly string[], rule: Rule, taken: Taken): true {
  const before = texts(element);
  if (JSON.stringify(before) === JSON.stringify(values)) return true;
  if (rule.keyword !== "TransferSyntaxUID" && before.some((value) => bare(value) !== "")) tell(rule, element.vr, taken);
  element.Value = values.some((value) => value !== "") ? [...values] : [];
  delete element._rawValue;
  return true;
}

/** The values as they stood in the file. */
function texts({ Value, _rawValue }: Element): string[] {
  const raw = _rawValue ?? Value;
  const all = Array.isArray(raw) ? raw : [raw];
  return all.filter((value) => value !== null && value !== undefined && value !== "").length ? all.map(String) : [];
}

/** Without padding. */
const bare = (value: string): string => value.replace(/^[\0 ]+|[\0 ]+$/g, "");

function isListed(value: string, rule: Rule): boolean {
  return rule.values ? rule.values.includes(value) : patternOf(rule).test(value);
}

function count(tag: string, element: Element, rule: Rule | undefined, taken: Taken): void {
  const isEmpty =
    (element.Value ?? []).length === 0 || (element.vr !== "SQ" && texts(element).every((one) => !bare(one)));
  if (isEmpty) return;
  if (isPrivate(tag)) taken.private += 1;
  else tell(rule ?? { keyword: tag, vr: [], action: "remove" }, element.vr, taken);
}

function tell(rule: Rule, vr: string, taken: Taken): void {
  if (vr === "PN") taken.names += 1;
  else if (DATES.has(vr)) taken.dates += 1;
  else taken.others += 1;
  taken.keywords.add(rule.keyword);
}

function digest(key: Uint8Array, text: string): Uint8Array {
  const ascii = Uint8Array.from(text, (letter) => (letter.charCodeAt(0) < 128 ? letter.charCodeAt(0) : 63));
  return hmac(sha256, key, ascii);
}

const big = (bytes: Uint8Array): bigint => bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);

export function hashedUid(key: Uint8Array, uid: string): string {
  return `2.25.${big(digest(key, bare(uid)).subarray(0, 16))}`;
}

/** An earlier date in the same form, null for what is no date. */
export function shifted(key: Uint8Array, day: string): string | null {
  const [, year, month, date] = /^(\d{4})(\d{2})(\d{2})$/.exec(day.trim()) ?? [];
  if (!year || !month || !date) return null;
  const at = new Date(0);
  at.setUTCFullYear(Number(year), Number(month) - 1, Number(date));
  if (Number(year) < 1 || at.getUTCMonth() !== Number(month) - 1 || at.getUTCDate() !== Number(date)) return null;
  const days = 1 + Number(big(hmac(sha256, key, TEXT.encode("dates")).subarray(0, 8)) % LONGEST_SHIFT);
  at.setTime(at.getTime() - days * DAY_MS);
  if (at.getUTCFullYear() < 1) return null;
  return [
    String(at.getUTCFullYear()).padStart(4, "0"),
    String(at.getUTCMonth() + 1).padStart(2, "0"),
    String(at.getUTCDate()).padStart(2, "0"),
  ].join("");
}
