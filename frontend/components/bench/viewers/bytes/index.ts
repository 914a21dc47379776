/** The viewer of a file of any kind: how large it is, and its first and last bytes. There is nothing in it to edit. */

import { computed } from "@preact/signals-core";
import { html, nothing, type TemplateResult } from "lit-html";
import type { Overlays } from "../../overlays.ts";
import type { Bench } from "../../state.ts";
import { number } from "../../words.ts";
import { Loaded } from "../loaded.ts";
import type { Viewer } from "../viewer.ts";
import "./bytes.css";
import { lines } from "./lines.ts";

const SHOWN = 512;

export function bytesViewer(bench: Bench, _overlays: Overlays, ended: AbortSignal): Viewer {
  const file = new Loaded(bench, "bytes", "file", (data) => new Uint8Array(data), ended);
  const bytes = file.original;
  return {
    isShown: computed(() => bytes.value !== null),
    failure: file.failure,
    retry: file.retry,
    looking: () => html`<div class="view stage-look"><span class="read">The first and the last bytes</span></div>`,
    setAside: () => html``,
    surface: () => surface(bench.open.value?.title ?? "No file yet", bytes.value),
    extent: () => (bytes.value ? `${number(bytes.value.length, 0)} bytes` : ""),
    tools: [],
    trial: () => null,
    place: () => false,
    marks: [],
    describeMark: () => "",
    key: () => false,
    keys: { looking: [], editing: [] },
    thumbnail: () => {
      const now = bytes.value;
      return now && { key: bench.value.value?.url ?? "", draw: (canvas) => squares(canvas, now) };
    },
  };
}

/** The first bytes as grey squares, row by row, as the small pictures of lists show them. */
function squares(canvas: HTMLCanvasElement, bytes: Uint8Array): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const side = Math.min(64, Math.ceil(Math.sqrt(bytes.length)));
  const [width, height] = [canvas.width / side, canvas.height / side];
  for (const [place, byte] of bytes.subarray(0, side * side).entries()) {
    context.fillStyle = `rgb(${byte} ${byte} ${byte})`;
    context.fillRect((place % side) * width, Math.floor(place / side) * height, width + 1, height + 1);
  }
}

function surface(title: string, bytes: Uint8Array | null): TemplateResult {
  if (bytes === null) return html`<div data-stage tabindex="0" class="bytes" aria-label=${title}></div>`;
  const isWhole = bytes.length <= 2 * SHOWN;
  const begin = lines(isWhole ? bytes : bytes.subarray(0, SHOWN), 0);
  const end = isWhole ? [] : lines(bytes.subarray(bytes.length - SHOWN), bytes.length - SHOWN);
  return html`<pre data-stage tabindex="0" class="bytes" aria-label="${title}: ${number(bytes.length, 0)} bytes">${begin.join("\n")}${
    end.length > 0 ? html`\n<span class="faint">…</span>\n${end.join("\n")}` : nothing
  }</pre>`;
}
