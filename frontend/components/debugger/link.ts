/** The question in an address: what differs from the first view, as JSON in letters that no mail or chat breaks. */

import type { View } from "./types.ts";

export function encoded(part: Partial<View>): string {
  const bytes = new TextEncoder().encode(JSON.stringify(part));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
}

/** Null where the text is no question: a link that was cut is as none. */
export function decoded(text: string): Partial<View> | null {
  try {
    const raw = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(raw, (letter) => letter.charCodeAt(0));
    const part: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return part && typeof part === "object" && !Array.isArray(part) ? (part as Partial<View>) : null;
  } catch {
    return null;
  }
}
