/**
 * What the browsers of the floor lack (Chrome and Edge 111, Firefox 113, Safari 16.4), as a built file would show it.
 * A property that they do not know is only left out, so none stands here; a value, a selector or a function that they
 * do not know takes its whole declaration, rule or script along.
 */

export const BEYOND_CSS: Record<string, RegExp> = {
  "light-dark()": /light-dark\(/,
  "relative colours": /\b(?:rgb|hsl|oklch|oklab|lab|lch|color)\(\s*from\b/,
  subgrid: /\bsubgrid\b/,
  "lh and rlh": /\d(?:lh|rlh)\b/,
  "mathematical functions": /[^-\w](?:round|mod|rem|sin|cos|tan|pow|sqrt|hypot|exp|log|abs|sign)\(/,
  "calc-size()": /\bcalc-size\(/,
  "anchor positioning": /\banchor(?:-size)?\(/,
  "if() and typed attr()": /:\s*if\(|\battr\([\w-]+\s+type\(/,
  "mask without a prefix": /[{;]\s*mask(?:-image)?\s*:/,
  ":user-invalid": /:user-(?:in)?valid\b/,
  ":state()": /:state\(/,
  "@scope, @starting-style, @property, @position-try": /@(?:scope|starting-style|property|position-try)\b/,
};

export const BEYOND_JS: Record<string, RegExp> = {
  "checkVisibility()": /\.checkVisibility\(/,
  "AbortSignal.any()": /AbortSignal\.any\b/,
  "Promise.withResolvers()": /Promise\.withResolvers\b/,
  "Promise.try()": /Promise\.try\b/,
  "Array.fromAsync()": /Array\.fromAsync\b/,
  "Object.groupBy()": /(?:Object|Map)\.groupBy\b/,
  "URL.canParse()": /URL\.(?:canParse|parse)\b/,
  "set arithmetic": /\.(?:isSubsetOf|isSupersetOf|isDisjointFrom|symmetricDifference)\(/,
  "iterator helpers": /\.(?:keys|values|entries)\(\)\.(?:map|filter|take|drop|toArray|some|every|find|reduce)\(/,
  "requestIdleCallback()": /\brequestIdleCallback\(/,
  "a canvas's filter": /\.filter\s*=\s*["'`]/,
  "regular expressions with v": /\/[dgimsuy]*v[dgimsuy]*\.(?:test|exec)\(/,
  "setHTMLUnsafe()": /\.setHTMLUnsafe\(/,
  "Element.togglePopover() without a way out": /\.(?:show|hide|toggle)Popover\(/,
};

/** Selectors that an old browser takes for an error, with every other selector of the same list. */
const UNKNOWN_SELECTOR = /:has\(|:popover-open|:open\b|::details-content|:active-view-transition/;

/** The sheet without what stands in @supports: there a browser is asked first. */
export function withoutSupports(css: string): string {
  let rest = css;
  for (let start = rest.search(/@supports\b/); start >= 0; start = rest.search(/@supports\b/)) {
    rest = rest.slice(0, start) + rest.slice(endOfBlock(rest, start));
  }
  return rest;
}

function endOfBlock(css: string, start: number): number {
  let depth = 0;
  for (let i = css.indexOf("{", start); i < css.length; i++) {
    if (css[i] === "{") depth++;
    else if (css[i] === "}" && --depth === 0) return i + 1;
  }
  throw new Error("A block does not end.");
}

/** The values of tokens that fallback.ts writes anew where light-dark() is missing. */
export function withoutTokens(css: string): string {
  return css.replace(/--[\w-]+\s*:\s*[^;{}]+/g, "");
}

/** Rules that stand inside a rule (nesting is known from Chrome 112, Firefox 117 and Safari 16.5 on). */
export function nestedRules(css: string): string[] {
  const found: string[] = [];
  const around: string[] = [];
  let from = 0;
  for (let i = 0; i < css.length; i++) {
    if (css[i] === ";") from = i + 1;
    else if (css[i] === "{") {
      const prelude = css.slice(from, i).trim();
      const inner = around.at(-1);
      const isInsideRule = around.some((one) => !one.startsWith("@"));
      if (isInsideRule && !around.some((one) => one.startsWith("@keyframes"))) found.push(`${inner} { ${prelude}`);
      around.push(prelude);
      from = i + 1;
    } else if (css[i] === "}") {
      around.pop();
      from = i + 1;
    }
  }
  return found;
}

/** Lists in which a selector that is unknown there takes known ones along. */
export function spoiltLists(css: string): string[] {
  return [...css.matchAll(/(?<=[{};]|^)[^{};@]+(?=\{)/g)]
    .map(([prelude]) => prelude.trim())
    .filter((prelude) => {
      const list = prelude.replace(/\((?:[^()]|\([^()]*\))*\)/g, (inside) => inside.replaceAll(",", " ")).split(",");
      const unknown = list.filter((one) => UNKNOWN_SELECTOR.test(one));
      return unknown.length > 0 && unknown.length < list.length;
    });
}

/** The names of what a text uses and the floor lacks. */
export function beyond(text: string, table: Record<string, RegExp>): string[] {
  return Object.entries(table)
    .filter(([, pattern]) => pattern.test(text))
    .map(([name]) => name);
}
