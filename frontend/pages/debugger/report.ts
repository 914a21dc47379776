/** A page that opens without a server: the component, and the answer that it is to show. */

import type { DebuggerKeys } from "../../components/debugger/types.ts";
import { save } from "../../host/saving.ts";

/** Of the page only what its view shows: who is given the file learns of no other dataset, version, slice or analysis. */
function shown(keys: Pick<DebuggerKeys, "state" | "question" | "answer">): typeof keys {
  return { ...keys, state: { ...keys.state, team: "", versions: [], datasets: [], saved: [], slices: [] } };
}

/** The whole file as text. bundle: the script of `components/debugger/report.ts`. */
export function reportOf(keys: Pick<DebuggerKeys, "state" | "question" | "answer">, bundle: string): string {
  const { dataset, version } = keys.state;
  const title = `Debugger · ${dataset.name} v${version.number}`;
  // Nothing in data may end the element that holds it.
  const data = JSON.stringify(shown(keys)).replaceAll("<", "\\u003c");
  const script = bundle.replaceAll("</script", "<\\/script");
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>${escaped(title)}</title>
<style>:root { color-scheme: light dark } body { margin: 0 } main > h1 { margin: 0; padding: 1rem 1.5rem 0; font: 620 1.25rem system-ui, sans-serif }</style></head>
<body><main><h1>${escaped(`${dataset.name} v${version.number}`)}</h1><div id="debugger"></div></main>
<script type="application/json" id="debugger-report">${data}</script>
<script>${script}</script></body></html>
`;
}

const escaped = (text: string): string => text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);

/** Handed to the browser as a file. */
export async function saveReport(keys: Pick<DebuggerKeys, "state" | "question" | "answer">): Promise<unknown> {
  const answer = await fetch(`${import.meta.env.BASE_URL}notebook/report.js`);
  if (!answer.ok) throw new Error(`The report's script is not there (${answer.status}).`);
  const page = new Blob([reportOf(keys, await answer.text())], { type: "text/html" });
  save(page, `${keys.state.dataset.name} v${keys.state.version.number}.html`);
  return {};
}
