/**
 * Conditions as people write and read them:
 *
 *     marker = "PORTABLE" and exposure >= 412 and (fluid in ("none", "trace") or fluid is missing)
 *
 * A name that is no word stands in `back quotes`. Ranges are half-open, so that `<` and `>=` are what they hold; `>` and
 * `<=` of a number are kept as a bound at the number next above it.
 */

import { placeOf, withNames } from "./hexagons.ts";
import { above, isNextAbove } from "./next.ts";
import type { Column, Condition } from "./types.ts";

// ---- said ----

const isWord = (name: string): boolean => /^[\p{L}_][\p{L}\p{N}_:.]*$/u.test(name) && !WORDS.has(name.toLowerCase());
const nameOf = (name: string): string => (isWord(name) ? name : `\`${name}\``);
const literal = (value: string | number): string =>
  typeof value === "number" ? numeral(value) : JSON.stringify(value);
const day = (seconds: number): string => {
  const text = new Date(seconds * 1000).toISOString();
  return JSON.stringify(text.endsWith("T00:00:00.000Z") ? text.slice(0, 10) : `${text.slice(0, 19)}Z`);
};
const numeral = (value: number): string => String(Number(value.toPrecision(6)));

export const timesOf = (columns: readonly Column[]): ReadonlySet<string> =>
  new Set(columns.filter((one) => one.kind === "time").map((one) => one.name));

/** times: names of columns of moments, which are written as dates. most: values of a list that are named. */
export function written(
  where: Condition,
  times: ReadonlySet<string> = new Set(),
  most = Number.POSITIVE_INFINITY,
): string {
  const listed = (values: readonly (string | number)[]) =>
    values.length > most
      ? `${values.slice(0, most).map(literal).join(", ")} and ${values.length - most} more`
      : values.map(literal).join(", ");
  const number = times.has(where.column ?? "") ? day : numeral;
  const { column, low, high } = where;
  const list = where.all ?? where.any;
  if (list) {
    const word = where.all ? " and " : " or ";
    if (!list.length) return where.all ? "all rows" : "no rows";
    const bracketed = (part: Condition) => {
      const text = written(part, times, most);
      const isOther = ((where.all ? part.any : part.all)?.length ?? 0) > 1;
      return isOther ? `(${text})` : text;
    };
    return list.map(bracketed).join(word);
  }
  const name = nameOf(column ?? "");
  if (where.null) return `${name} is missing`;
  if (where.in)
    return where.in.length === 1 ? `${name} = ${literal(where.in[0] ?? "")}` : `${name} in (${listed(where.in)})`;
  if (where.not_in) {
    const [first] = where.not_in;
    return where.not_in.length === 1 && first !== undefined
      ? `${name} != ${literal(first)}`
      : `${name} not in (${listed(where.not_in)})`;
  }
  const [from, to] = [low ?? null, high ?? null].map((bound) => {
    const shut = bound === null || times.has(column ?? "") ? null : isNextAbove(bound);
    return bound === null ? null : { isNext: shut !== null, text: number(shut ?? bound) };
  });
  const end = to && `${to.isNext ? "<=" : "<"} ${to.text}`;
  if (from && end) return `${from.text} ${from.isNext ? "<" : "<="} ${name} ${end}`;
  if (from) return `${name} ${from.isNext ? ">" : ">="} ${from.text}`;
  return end ? `${name} ${end}` : `${name} is known`;
}

const LISTED = 12;

/** The parts of an “and”, or the ways of an “or”, each on a line of its own; of a long list the first values. */
export function lines(where: Condition, times: ReadonlySet<string>): string[] {
  const [list, word] = where.all ? [where.all, "and"] : [where.any ?? [where], "or"];
  if (!list.length) return [written(where, times, LISTED)];
  return list.map((part, i) => {
    const text = withNames(written(part, times, LISTED));
    const inner = where.all ? part.any : part.all;
    return `${i ? `${word} ` : ""}${list.length > 1 && (inner?.length ?? 0) > 1 ? `(${text})` : text}`;
  });
}

export function columnsOf(where: Condition): string[] {
  const parts = [...(where.all ?? []), ...(where.any ?? [])].flatMap(columnsOf);
  return [...new Set(where.column === undefined ? parts : [where.column, ...parts])];
}

export function both(conditions: Condition[]): Condition {
  const [only] = conditions;
  if (conditions.length === 1 && only) return only;
  return { all: conditions.flatMap((one) => one.all ?? [one]) };
}

// ---- read ----

/** Text that is no condition; the sentence says what is wrong and where. meant: what may be asked instead. */
export class Misread extends Error {
  readonly meant: string;

  constructor(sentence: string, meant = "") {
    super(sentence);
    this.meant = meant;
  }
}

const WORDS = new Set(["and", "or", "in", "not", "is", "missing", "known"]);
const TOKEN =
  /\s*(?:(?<number>-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|`(?<quoted>[^`]+)`|(?<name>[\p{L}_][\p{L}\p{N}_:.]*)|(?<sign><=|>=|==|!=|[<>=(),≤≥≠]))/uy;

type Token = { kind: "number" | "text" | "name" | "sign" | "end"; text: string; at: number; isQuoted?: boolean };
const SAME: Record<string, string> = { "==": "=", "≤": "<=", "≥": ">=", "≠": "!=" };
/** Between these two a moment is taken otherwise. */
const CLOSED: Record<string, string> = { ">": ">=", "<=": "<", "<": "<=", ">=": ">" };
const TURNED: Record<string, string> = { "<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!=" };

function tokens(text: string): Token[] {
  const found: Token[] = [];
  let at = 0;
  const end = text.trimEnd().length;
  while (at < end) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    const groups = match?.groups;
    if (!match || !groups)
      throw new Misread(
        `At character ${at + 1} stands something that is not understood: ${text.slice(at, at + 12).trim()}`,
      );
    const start = at + (match[0].length - match[0].trimStart().length);
    if (groups.number) found.push({ kind: "number", text: groups.number, at: start });
    else if (groups.text)
      found.push({ kind: "text", text: groups.text.slice(1, -1).replace(/\\(.)/g, "$1"), at: start });
    else if (groups.quoted) found.push({ kind: "name", text: groups.quoted, at: start, isQuoted: true });
    else if (groups.name) found.push({ kind: "name", text: groups.name, at: start });
    else found.push({ kind: "sign", text: SAME[groups.sign ?? ""] ?? groups.sign ?? "", at: start });
    at = TOKEN.lastIndex;
  }
  return [...found, { kind: "end", text: "the end", at: end }];
}

/** A condition of a text, over these columns and the scores. Misread: with a sentence. */
export function read(text: string, columns: readonly Column[]): Condition {
  const all = tokens(text);
  let place = 0;
  const next = (): Token => all[place] as Token;
  const take = (): Token => all[place++] as Token;
  const fail = (token: Token, wanted: string): never => {
    const found = token.kind === "end" ? "the text ends" : `there is “${token.text}”`;
    throw new Misread(`At character ${token.at + 1} ${found} where ${wanted} is expected.`);
  };
  const isWordHere = (word: string): boolean => {
    const token = next();
    return token.kind === "name" && !token.isQuoted && token.text.toLowerCase() === word;
  };
  const isSign = (sign: string): boolean => next().kind === "sign" && next().text === sign;
  const mustBe = (sign: string): void => {
    if (!isSign(sign)) fail(next(), `“${sign}”`);
    place++;
  };

  const kindOf = (name: string, at: number): Column["kind"] => {
    if (name.startsWith("score:")) return "number";
    const place = placeOf(columns);
    const column = place?.name === name ? place : columns.find((one) => one.name === name);
    if (!column) throw new Misread(`At character ${at + 1}: there is no column “${name}”.`);
    return column.kind;
  };
  const column = (): { name: string; kind: Column["kind"] } => {
    const token = next();
    if (token.kind !== "name" || (!token.isQuoted && WORDS.has(token.text.toLowerCase()))) fail(token, "a column");
    place++;
    return { name: token.text, kind: kindOf(token.text, token.at) };
  };
  const value = (kind: Column["kind"]): string | number => {
    const token = next();
    const isText = kind !== "number" && kind !== "time";
    if (token.kind === "number") {
      place++;
      return isText ? token.text : Number(token.text);
    }
    if (token.kind === "text" || (token.kind === "name" && isText)) {
      place++;
      if (isText) return token.text;
      const seconds = kind === "time" ? Date.parse(token.text) / 1000 : Number.NaN;
      if (Number.isNaN(seconds))
        throw new Misread(
          `At character ${token.at + 1}: “${token.text}” is no ${kind === "time" ? "date" : "number"}.`,
        );
      return seconds;
    }
    return fail(token, isText ? 'a value, such as "PORTABLE"' : "a number");
  };

  const bound = (name: string, kind: Column["kind"], token: Token, sign: string, limit: string | number): Condition => {
    if (sign === "=") return { column: name, in: [limit] };
    if (sign === "!=") return { column: name, not_in: [limit] };
    if (typeof limit !== "number")
      throw new Misread(`“${name}” holds categories, which have no order: use = or in (…).`);
    if (sign === ">=") return { column: name, low: limit };
    if (sign === "<") return { column: name, high: limit };
    if (kind === "time") {
      const rest = text.slice(token.at).replace(/^(?:[<>]=?|[≤≥])/, CLOSED[token.text] ?? "");
      const meant = text.slice(0, token.at) + rest;
      throw new Misread("A range of moments has its first one in it, and not its last: write >= and <.", meant.trim());
    }
    return sign === ">" ? { column: name, low: above(limit) } : { column: name, high: above(limit) };
  };
  const one = (): Condition => {
    if (isSign("(")) {
      place++;
      const inner = either();
      mustBe(")");
      return inner;
    }
    if (next().kind === "number") {
      const limit = Number(take().text);
      const first = take();
      if (first.kind !== "sign" || !TURNED[first.text]) fail(first, "a comparison");
      const { name, kind } = column();
      const lower = bound(name, kind, first, TURNED[first.text] ?? "", limit);
      if (next().kind !== "sign" || !TURNED[next().text]) return lower;
      const second = take();
      return { ...lower, ...bound(name, kind, second, second.text, value("number")) };
    }
    const { name, kind } = column();
    if (isWordHere("is")) {
      place++;
      if (isWordHere("missing")) {
        place++;
        return { column: name, null: true };
      }
      if (isWordHere("known")) {
        place++;
        return kind === "number" || kind === "time" ? { column: name } : { column: name, not_in: [] };
      }
      return { column: name, in: [value(kind)] };
    }
    const isNot = isWordHere("not");
    if (isNot) place++;
    if (isWordHere("in")) {
      place++;
      mustBe("(");
      const values = [value(kind)];
      while (isSign(",")) {
        place++;
        values.push(value(kind));
      }
      mustBe(")");
      return isNot ? { column: name, not_in: values } : { column: name, in: values };
    }
    const sign = next();
    if (isNot || sign.kind !== "sign" || !TURNED[sign.text])
      fail(sign, isNot ? "“in”" : "=, !=, <, <=, >, >=, in or is");
    place++;
    return bound(name, kind, sign, sign.text, value(kind));
  };
  const joined = (word: "and" | "or", part: () => Condition): Condition => {
    const parts = [part()];
    while (isWordHere(word)) {
      place++;
      parts.push(part());
    }
    return parts.length === 1 ? (parts[0] as Condition) : word === "and" ? { all: parts } : { any: parts };
  };
  const every = (): Condition => joined("and", one);
  const either = (): Condition => joined("or", every);

  const whole = either();
  if (next().kind !== "end") fail(next(), "“and” or “or”");
  return whole;
}
