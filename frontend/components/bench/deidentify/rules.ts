/** The published rules by which a DICOM object loses who it is of: the file that server and client follow, too. */

import book from "../../../../gpu_workers/protocol/deidentify.json" with { type: "json" };

export type Action = "keep" | "descend" | "hash" | "shift" | "replace" | "remove";
/** Tags are eight hexadecimal digits in capitals. */
export type Rule = {
  keyword: string;
  vr: readonly string[];
  action: Action;
  values?: readonly string[];
  pattern?: string;
  value?: string;
};

export const VERSION: string = book.version;
export const RULES = new Map<string, Rule>(Object.entries(book.elements as Record<string, Rule>));
export const NUMBERS = whole(book.numbers);
/** They say that the object has been stripped, whether or not it held them before. */
export const SAID = ["00120062", "00120063"];

const patterns = new Map<string, RegExp>();

/** From end to end. */
function whole(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`);
}

export function patternOf(rule: Rule): RegExp {
  if (rule.pattern === undefined) return NUMBERS;
  const known = patterns.get(rule.pattern) ?? whole(rule.pattern);
  patterns.set(rule.pattern, known);
  return known;
}

export const replacementOf = (rule: Rule): string => (rule.value ?? "").replace("{version}", VERSION);
