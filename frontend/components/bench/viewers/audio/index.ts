/** The viewer of a recording: waveform and spectrogram, the player, the selection, and the tools of signals. */

import { html, type TemplateResult } from "lit-html";
import { live as fresh } from "lit-html/directives/live.js";
import { ref } from "lit-html/directives/ref.js";
import { icon } from "../../../../host/icons.ts";
import { joined, sees, tool } from "../../controls.ts";
import type { Overlays } from "../../overlays.ts";
import type { Bench } from "../../state.ts";
import type { Mark } from "../../types.ts";
import { number } from "../../words.ts";
import { type Gesture, SignalHand } from "../signal/hand.ts";
import { Source } from "../signal/source.ts";
import { hertz, SignalTools } from "../signal/tools.ts";
import { clock, lasting, selectionOf } from "../signal/view.ts";
import { EDITING, signalKey, signalViewer } from "../signal/viewer.ts";
import { isOnButton, type KeyRow, type Viewer } from "../viewer.ts";
import { Player } from "./player.ts";
import { homeSound, type Sound, Track } from "./track.ts";
import { readWav } from "./wav.ts";
import "../signal/signal.css";

const WINDOWS = [256, 512, 1024, 2048, 4096];
const LOWEST_HZ = 20;
const GESTURES: Record<string, Gesture> = { s: "select", p: "pan" };

const LOOKING: KeyRow[] = [
  { keys: ["Space"], words: "play, pause", short: "play" },
  { keys: ["←", "→"], words: "move the position", short: "position" },
  { keys: ["Shift", "→"], words: "select", short: "select" },
  { keys: ["Z"], words: "zoom to the selection, or back", short: "zoom" },
  { keys: ["+", "−"], words: "larger, smaller" },
  { keys: ["S", "P"], words: "drag selects, drag moves" },
];

type AudioView = Sound & { gesture: Gesture };

export function audioViewer(bench: Bench, _overlays: Overlays, ended: AbortSignal): Viewer {
  const source = new Source(bench, "audio", readWav, ended);
  const track = new Track(source, ended);
  const player = new Player(source, ended);
  const tools = new SignalTools(source, LOWEST_HZ);
  const gesture = (): Gesture => viewOf(bench).gesture;
  const hand = new SignalHand(source, track, tools, gesture);
  return {
    ...signalViewer(bench, source, tools),
    looking: () => looking(bench, source, track, hand, player),
    setAside: () =>
      html`<div class="view stage-look" role="group" aria-label="Your view while editing">${playButton(player)}<span class="hint">${bench.editTool.value?.hint}</span></div>`,
    surface: () => surface(bench, source, track, hand),
    extent() {
      const samples = source.original.value;
      if (!samples) return "";
      const channels =
        samples.channels.length === 1
          ? "mono"
          : samples.channels.length === 2
            ? "stereo"
            : `${samples.channels.length} channels`;
      return `${lasting(source.seconds.value)}, ${number(samples.rate, 0)} Hz, ${channels}`;
    },
    describeMark: (mark) => markWords(source, mark),
    key: (event) => (event.target === track.canvas && hand.key(event)) || key(bench, hand, player, event),
    keys: { looking: LOOKING, editing: EDITING },
  };
}

const viewOf = (bench: Bench): AudioView => ({
  ...homeSound,
  gesture: "select",
  ...bench.views.value[bench.input.value],
});
const setView = (bench: Bench, change: Partial<AudioView>): void => bench.setView<AudioView>(change);

function playButton(player: Player): TemplateResult {
  const isPlaying = player.isPlaying.value;
  return html`<button type="button" class="button play" aria-label=${isPlaying ? "Pause (Space)" : "Play (Space)"} @click=${player.toggle}>${icon(isPlaying ? "pause" : "play")} ${isPlaying ? "Pause" : "Play"}</button>`;
}

function looking(bench: Bench, source: Source, track: Track, hand: SignalHand, player: Player): TemplateResult {
  const { window, ceiling, gesture } = viewOf(bench);
  const rate = source.original.value?.rate ?? 0;
  const frames = track.frames.value;
  const ceilings = [1000, 2000, 4000, 8000].filter((hz) => hz < rate / 2);
  const milliseconds = (samples: number) =>
    `${number((1000 * samples) / (rate || 1), samples * 100 < rate ? 1 : 0)} ms`;
  const chosen = selectionOf(source.view.value);
  return html`<div class="view stage-look signal-bar" role="toolbar" aria-label="Looking and listening: never changes what the model hears">
    ${playButton(player)}
    <span class="read now">${chosen ? html`<b>${clock(chosen.start)}</b> to <b>${clock(chosen.end)}</b>` : html`<b>${clock(source.view.value.at)}</b>`}</span>
    ${joined("A drag on the stage", ["select", "pan"] as const, gesture === "pan" ? "pan" : "select", (one) => setView(bench, { gesture: one }), { select: "Select", pan: "Move" })}
    <select class="select" aria-label="Window of the spectrogram" .value=${fresh(String(window))} @change=${(event: Event) => setView(bench, { window: Number((event.target as HTMLSelectElement).value) })}>
      ${WINDOWS.map((one) => html`<option value=${one} ?selected=${one === window}>Window ${number(one, 0)}</option>`)}</select>
    <select class="select" aria-label="Highest frequency on show" .value=${fresh(String(ceiling))} @change=${(event: Event) => setView(bench, { ceiling: Number((event.target as HTMLSelectElement).value) })}>
      <option value="0">Up to ${hertz(rate / 2)}</option>${ceilings.map((hz) => html`<option value=${hz} ?selected=${hz === ceiling}>Up to ${hertz(hz)}</option>`)}</select>
    <span class="read made-how">${frames ? html`Hann, ${milliseconds(frames.window)} every ${milliseconds(frames.hop)}` : ""}</span>
    <span class="reads"><span class="bunch">
      ${tool({ label: "Smaller", icon: "minus", key: "−", act: () => hand.zoom(0.5) })}
      ${tool({ label: "Larger", icon: "plus", key: "+", act: () => hand.zoom(2) })}
      ${tool({ label: chosen ? "Zoom to the selection" : "Show all of it", icon: "expand", key: "Z", act: () => hand.fit() })}
    </span></span>
  </div>`;
}

function surface(bench: Bench, source: Source, track: Track, hand: SignalHand): TemplateResult {
  const mode = bench.mode.value;
  const { at } = source.view.value;
  const chosen = selectionOf(source.view.value);
  const names = {
    look: "Recording. Space plays, arrows move the position, Shift and arrows select, plus and minus zoom. E edits what the model hears.",
    edit: "Editing the recording. Arrows move a stretch, Shift and arrows size it, Enter silences it. Escape goes back to looking.",
    mark: "Marking for your judgement. Arrows move the mark, Shift and arrows size it, Enter places it. Escape stops.",
  };
  const words = chosen
    ? `Selected ${clock(chosen.start)} to ${clock(chosen.end)}`
    : `${clock(at)} of ${clock(source.seconds.value)}`;
  return html`<canvas tabindex="0" role="slider" aria-label="${bench.open.value?.title ?? "No recording yet"}. ${names[mode]}" aria-valuemin="0" aria-valuemax=${source.seconds.value.toFixed(3)} aria-valuenow=${at.toFixed(3)} aria-valuetext=${words}
      data-stage data-free="true" data-cursor=${mode === "look" && viewOf(bench).gesture === "pan" ? "pan" : "draw"} ${ref(track.attach)}
      @pointerdown=${hand.down} @pointermove=${hand.move} @pointerup=${hand.up} @pointercancel=${hand.up} @wheel=${{ handleEvent: hand.wheel, passive: false }}></canvas>
    ${sees(bench, source.original.value !== null, "hears", "signal-sees")}`;
}

function markWords(source: Source, mark: Mark): string {
  const rate = source.original.value?.rate ?? 0;
  const [a, b] = mark.points;
  const from = mark.start_s ?? (a?.[0] ?? 0) * source.seconds.value;
  if (mark.kind === "point" || !a || !b) return `at ${clock(from)}`;
  const to = mark.end_s ?? b[0] * source.seconds.value;
  const [low, high] = [1 - Math.max(a[1], b[1]), 1 - Math.min(a[1], b[1])].map((share) => (share * rate) / 2);
  return `${clock(from)} to ${clock(to)}, ${hertz(low ?? 0)} to ${hertz(high ?? 0)}`;
}

function key(bench: Bench, hand: SignalHand, player: Player, event: KeyboardEvent): boolean {
  if (event.key !== " " || isOnButton(event))
    return signalKey(bench, hand, event, GESTURES, (gesture) => setView(bench, { gesture }));
  player.toggle();
  return true;
}
