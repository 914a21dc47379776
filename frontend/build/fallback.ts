/** Writes the light theme in sRGB beside tokens.css, for browsers that lack light-dark() (before spring 2024). */
import type { Plugin } from "vite";
import { writeHex } from "./colour.ts";

/** The value with each `light-dark(a, b)` replaced by its `a`. */
export function lightOf(value: string): string {
  let rest = value;
  for (let start = rest.indexOf("light-dark("); start >= 0; start = rest.indexOf("light-dark(")) {
    let depth = 1;
    let comma = -1;
    let end = start + "light-dark(".length;
    for (; depth > 0; end++) {
      const c = rest[end];
      if (c === undefined) throw new Error(`light-dark() is not closed in ${value}`);
      if (c === "(") depth++;
      else if (c === ")") depth--;
      else if (c === "," && depth === 1 && comma < 0) comma = end;
    }
    if (comma < 0) throw new Error(`light-dark() needs two colours in ${value}`);
    rest = rest.slice(0, start) + rest.slice(start + "light-dark(".length, comma).trim() + rest.slice(end);
  }
  return rest;
}

/** The block that overrides every colour token; empty where a sheet has none. */
export function fallbackBlock(css: string): string {
  const plain = css.replace(/\/\*[\s\S]*?\*\//g, "");
  const lines = [...plain.matchAll(/(--[\w-]+)\s*:\s*([^;]+);/g)]
    .filter(([, , value]) => /light-dark\(|oklch\(/.test(value ?? ""))
    .map(([, name, value]) => `${name}: ${writeHex(lightOf(value ?? "")).replace(/\s+/g, " ")};`);
  if (!lines.length) return "";
  return `@layer tokens { @supports not (color: light-dark(#000, #fff)) { :root, .theme-dark { color-scheme: light; ${lines.join(" ")} } } }`;
}

/**
 * Where the block goes: above the sheet's own more special queries would lose to it, so it is put
 * before the first @media, after the values it replaces.
 */
export function withFallback(css: string): string {
  const block = fallbackBlock(css);
  if (!block) return css;
  const at = css.indexOf("@media");
  if (at < 0) return `${css}\n${block}`;
  const inner = block.slice("@layer tokens {".length, -1);
  return `${css.slice(0, at)}${inner}\n  ${css.slice(at)}`;
}

export function writeFallbackTokens(): Plugin {
  return {
    name: "atrium:fallback-tokens",
    enforce: "pre",
    transform(code, id) {
      return /\/styles\/tokens\.css(\?|$)/.test(id) ? { code: withFallback(code), map: null } : null;
    },
  };
}
