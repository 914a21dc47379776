/** The viewer of a series: leads on the usual paper, calipers, the selection, and the tools of signals by lead. */

import { html, type TemplateResult } from "lit-html";
import { live as fresh } from "lit-html/directives/live.js";
import { ref } from "lit-html/directives/ref.js";
import { joined, sees, tool } from "../../controls.ts";
import type { Overlays } from "../../overlays.ts";
import type { Bench } from "../../state.ts";
import type { Mark, Point } from "../../types.ts";
import { number } from "../../words.ts";
import { clamp } from "../picture/geometry.ts";
import { type Gesture, type Measure, SignalHand } from "../signal/hand.ts";
import { Source } from "../signal/source.ts";
import { leadChoice, SignalTools } from "../signal/tools.ts";
import { clock, lasting, selectionOf } from "../signal/view.ts";
import { EDITING, signalKey, signalViewer } from "../signal/viewer.ts";
import type { KeyRow, Viewer } from "../viewer.ts";
import { readSeries } from "./arrow.ts";
import { type Calipers, told } from "./calipers.ts";
import { Drawing } from "./drawing.ts";
import { type Paper, SeriesPaper } from "./paper.ts";
import "../signal/signal.css";

const LOWEST_HZ = 0.05;
const SPEEDS = [12.5, 25, 50, 100];
const GAINS = [2.5, 5, 10, 20, 40];
const NEAR_PX = 16;
const GESTURES: Record<string, Gesture> = { s: "select", p: "pan", c: "calipers" };

const LOOKING: KeyRow[] = [
  { keys: ["C"], words: "drag measures with calipers", short: "calipers" },
  { keys: ["S", "P"], words: "drag selects, drag moves" },
  { keys: ["←", "→"], words: "move the position, or an end of the calipers", short: "position" },
  { keys: ["Shift", "→"], words: "select", short: "select" },
  { keys: ["Z"], words: "zoom to the selection, or back", short: "zoom" },
  { keys: ["+", "−"], words: "larger, smaller" },
];

type SeriesView = Paper & { gesture: Gesture; lead: string };

export function seriesViewer(bench: Bench, _overlays: Overlays, ended: AbortSignal): Viewer {
  const source = new Source(bench, "series", readSeries, ended);
  const paper = new SeriesPaper(source, ended);
  new Drawing(paper, source, ended);
  const names = () => source.original.value?.names ?? [];
  const lead = () => viewOf(bench, paper).lead;
  const tools = new SignalTools(
    source,
    LOWEST_HZ,
    () => (lead() ? { leads: [lead()] } : {}),
    () => leadChoice(names(), lead(), (name) => setView(bench, { lead: name })),
  );
  const gesture = (): Gesture => viewOf(bench, paper).gesture;
  const hand = new SignalHand(source, paper, tools, gesture, new Caliper(bench, source, paper));
  return {
    ...signalViewer(bench, source, tools),
    looking: () => looking(bench, source, paper, hand),
    setAside: () =>
      html`<div class="view stage-look" role="group" aria-label="Your view while editing"><span class="hint">${bench.editTool.value?.hint}</span></div>`,
    surface: () => surface(bench, source, paper, hand),
    extent() {
      const samples = source.original.value;
      if (!samples) return "";
      const count = samples.channels.length;
      return `${lasting(source.seconds.value)}, ${number(samples.rate, samples.rate % 1 ? 1 : 0)} Hz, ${count} ${count === 1 ? "lead" : "leads"}`;
    },
    describeMark: (mark) => markWords(source, mark),
    key: (event) =>
      (event.target === paper.canvas && hand.key(event)) ||
      signalKey(bench, hand, event, GESTURES, (one) => setView(bench, { gesture: one })),
    keys: { looking: LOOKING, editing: EDITING },
  };
}

const viewOf = (bench: Bench, paper: SeriesPaper): SeriesView => ({
  gesture: "select",
  lead: "",
  ...bench.views.value[bench.input.value],
  ...paper.paper.value,
});
const setView = (bench: Bench, change: Partial<SeriesView & { end: number }>): void =>
  bench.setView<SeriesView & { end: number }>(change);

function looking(bench: Bench, source: Source, paper: SeriesPaper, hand: SignalHand): TemplateResult {
  const { speed, gain, gesture, isStacked, calipers } = viewOf(bench, paper);
  const isVoltage = paper.millivolts.value > 0;
  const now = paper.perSecond / paper.mm;
  const unit = source.original.value?.unit ?? "";
  const scales = [
    speed > 0 ? `${number(now, Math.abs(now - Math.round(now)) < 0.05 ? 0 : 1)} mm/s` : "",
    paper.isToScale ? `${number(gain, gain % 1 ? 1 : 0)} mm/mV` : `each lead fitted${unit ? `, ${unit}` : ""}`,
  ];
  const set = (name: "speed" | "gain") => (event: Event) =>
    setView(bench, {
      [name]: Number((event.target as HTMLSelectElement).value),
      ...(name === "speed" ? { end: 0 } : {}),
    });
  return html`<div class="view stage-look signal-bar" role="toolbar" aria-label="Looking: changes the view, never what the model sees">
    ${joined("A drag on the stage", ["select", "pan", "calipers"] as const, gesture, (one) => setView(bench, { gesture: one }), { select: "Select", pan: "Move", calipers: "Calipers" })}
    <select class="select" aria-label="Paper speed" .value=${fresh(String(speed))} @change=${set("speed")}>
      ${SPEEDS.map((one) => html`<option value=${one} ?selected=${one === speed}>${number(one, one % 1 ? 1 : 0)} mm/s</option>`)}<option value="0" ?selected=${speed === 0}>Whole length</option></select>
    <select class="select" aria-label="Gain" .value=${fresh(String(gain))} @change=${set("gain")}>
      ${isVoltage ? GAINS.map((one) => html`<option value=${one} ?selected=${one === gain}>${number(one, one % 1 ? 1 : 0)} mm/mV</option>`) : ""}<option value="0" ?selected=${gain === 0}>Fit each lead</option></select>
    ${paper.isSheetRoom.value ? joined("Layout", ["sheet", "stacked"] as const, isStacked ? "stacked" : "sheet", (one) => setView(bench, { isStacked: one === "stacked", end: 0 }), { sheet: "3 × 4", stacked: "Stacked" }) : ""}
    <span class="read made-how" role="status">${calipers ? html`${source.original.value?.names[calipers.lead]}: <b>${told(calipers, unit)}</b>` : scales.filter(Boolean).join(", ")}</span>
    <span class="reads"><span class="bunch">
      ${calipers ? tool({ label: "Take the calipers away", icon: "x", act: () => setView(bench, { calipers: null }) }) : ""}
      ${tool({ label: "Smaller", icon: "minus", key: "−", act: () => hand.zoom(0.5) })}
      ${tool({ label: "Larger", icon: "plus", key: "+", act: () => hand.zoom(2) })}
      ${tool({ label: selectionOf(source.view.value) ? "Zoom to the selection" : "Back to the paper", icon: "expand", key: "Z", act: () => hand.fit() })}
    </span></span>
  </div>`;
}

function surface(bench: Bench, source: Source, paper: SeriesPaper, hand: SignalHand): TemplateResult {
  const mode = bench.mode.value;
  const { at } = source.view.value;
  const names = {
    look: "Signal. Arrows move the position, Shift and arrows select, C measures with calipers, plus and minus zoom. E edits what the model sees.",
    edit: "Editing the signal. Arrows move a stretch, Shift and arrows size it, Enter silences it. Escape goes back to looking.",
    mark: "Marking for your judgement. Arrows move the mark, Shift and arrows size it, Enter places it. Escape stops.",
  };
  const cursor = mode === "look" && viewOf(bench, paper).gesture === "pan" ? "pan" : "draw";
  const height = paper.layout.value.height;
  const isTall = height > paper.stageHeight.value + 1;
  return html`<div class="signal-scroll"><canvas tabindex="0" role="slider" aria-label="${bench.open.value?.title ?? "No signal yet"}. ${names[mode]}" aria-valuemin="0" aria-valuemax=${source.seconds.value.toFixed(3)} aria-valuenow=${at.toFixed(3)} aria-valuetext=${spoken(source)}
      data-stage data-free="true" data-cursor=${cursor} .style=${isTall ? `block-size: ${height}px` : ""} ${ref(paper.attach)}
      @pointerdown=${hand.down} @pointermove=${hand.move} @pointerup=${hand.up} @pointercancel=${hand.up} @wheel=${{ handleEvent: hand.wheel, passive: false }}></canvas></div>
    ${sees(bench, source.original.value !== null, "sees", "signal-sees")}`;
}

/** The position, or the selection, and the first values there. */
function spoken(source: Source): string {
  const { at } = source.view.value;
  const chosen = selectionOf(source.view.value);
  const samples = source.shown.value;
  if (chosen) return `Selected ${clock(chosen.start)} to ${clock(chosen.end)}`;
  if (!samples) return clock(at);
  const i = Math.min(Math.round(at * samples.rate), (samples.channels[0]?.length ?? 1) - 1);
  const values = samples.names.slice(0, 3).map((name, lead) => `${name} ${number(samples.channels[lead]?.[i] ?? 0)}`);
  return `${clock(at)}: ${values.join(", ")} ${samples.unit}`;
}

function markWords(source: Source, mark: Mark): string {
  const samples = source.original.value;
  const [a, b = a] = mark.points;
  if (!samples || !a || !b) return "";
  const from = mark.start_s ?? Math.min(a[0], b[0]) * source.seconds.value;
  const to = mark.end_s ?? Math.max(a[0], b[0]) * source.seconds.value;
  const count = samples.names.length;
  const first = Math.floor(Math.min(a[1], b[1]) * count);
  const last = Math.min(count - 1, Math.ceil(Math.max(a[1], b[1]) * count - 1e-9) - 1);
  const which = samples.names.slice(first, Math.max(first, last) + 1);
  const leads = which.length === count && count > 1 ? "all leads" : which.join(", ");
  return mark.kind === "point" ? `at ${clock(from)}, ${leads}` : `${clock(from)} to ${clock(to)}, ${leads}`;
}

/** Two ends on one lead, each to be taken up again. Arrows move one end, Enter changes to the other. */
class Caliper implements Measure {
  readonly #bench: Bench;
  readonly #source: Source;
  readonly #paper: SeriesPaper;
  #end: "from" | "to" = "to";

  constructor(bench: Bench, source: Source, paper: SeriesPaper) {
    this.#bench = bench;
    this.#source = source;
    this.#paper = paper;
  }

  get #now(): Calipers | null {
    return this.#paper.paper.value.calipers;
  }

  #set(calipers: Calipers): void {
    setView(this.#bench, { calipers });
  }

  down(at: Point): void {
    const now = this.#now;
    const near = (["to", "from"] as const).find((end) => now && this.#paper.distance(now, end, at) < NEAR_PX);
    this.#end = near ?? "to";
    const here = this.#paper.reading(at);
    if (near || !here) return;
    const { lead, t, v } = here;
    this.#set({ lead, from: { t, v }, to: { t, v } });
  }

  move(at: Point): void {
    const now = this.#now;
    const here = now && this.#paper.reading(at, now.lead);
    if (now && here) this.#set({ ...now, [this.#end]: { t: here.t, v: here.v } });
  }

  /** Sideways by a pixel's time, upwards by a pixel's value; Shift steps ten. */
  key(event: KeyboardEvent): boolean {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (event.key === "Enter") {
      this.#end = this.#end === "to" ? "from" : "to";
      return true;
    }
    if (!step) return false;
    const now = this.#now ?? this.#start();
    if (!now) return false;
    const [dx = 0, dy = 0] = step.map((one) => one * (event.shiftKey ? 10 : 1));
    const { t, v } = now[this.#end];
    const up = this.#paper.valuePerPixel(now.lead);
    const moved = { t: clamp(t + dx * this.#paper.perPixel(), 0, this.#source.seconds.value), v: v - dy * up };
    this.#set({ ...now, [this.#end]: moved });
    return true;
  }

  /** In the middle of what is on the screen, on the first lead. */
  #start(): Calipers | null {
    const { start, end } = this.#source.span.value;
    if (!this.#source.original.value) return null;
    const [from, to] = [start + 0.45 * (end - start), start + 0.55 * (end - start)];
    const v = this.#paper.middleOf(0);
    return { lead: 0, from: { t: from, v }, to: { t: to, v } };
  }
}
