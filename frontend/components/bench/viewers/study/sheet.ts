/** A study on the stage: which frame is on show, in which window, and what can be measured on it. */

import { batch, computed, effect, type Signal, signal, untracked } from "@preact/signals-core";
import type { Bench } from "../../state.ts";
import { lastOf } from "../../tools.ts";
import type { Edit, StudyValue, WindowEdit } from "../../types.ts";
import { capital } from "../../words.ts";
import { clamp } from "../picture/geometry.ts";
import type { Ground } from "../picture/measures.ts";
import type { Level, Preset, Reel, Sheet } from "../picture/sheet.ts";
import { Frames } from "./frames.ts";
import { type Header, rescaleOf } from "./header.ts";
import { StudyPlate } from "./plate.ts";
import { openSource } from "./source.ts";
import { fullContrast } from "./tone.ts";
import { BrokenZip } from "./zip.ts";

/** Of inflated frames; a machine with little memory keeps fewer. */
const BUDGET = ((navigator as { deviceMemory?: number }).deviceMemory ?? 4) >= 8 ? 512e6 : 192e6;
const COLOUR: Level = { width: 256, centre: 128 };
/** For Hounsfield units, in the order of the keys that such viewers have. */
const CT: readonly Preset[] = [
  { name: "Soft tissue", width: 400, centre: 40 },
  { name: "Lung", width: 1500, centre: -600 },
  { name: "Bone", width: 2500, centre: 480 },
  { name: "Brain", width: 80, centre: 40 },
];

export class StudySheet implements Sheet {
  readonly frames: Signal<Frames | null> = signal(null);
  readonly plate: Signal<StudyPlate | null> = signal(null);
  readonly failure = signal<string | null>(null);
  /** What has come of a study that comes whole; "" while nothing is known. */
  readonly progress = signal("");
  readonly header = computed<Header | null>(() => this.frames.value?.header ?? null);
  readonly reel: Reel;
  readonly level = computed<Level>(() => this.#edited.value ?? this.#received.value);
  readonly presets = computed<readonly Preset[]>(() => this.#presets());
  readonly ground = computed<Ground | null>(() => this.plate.value?.ground ?? null);
  readonly #bench: Bench;
  readonly #ended: AbortSignal;
  readonly #received = computed<Level>(() => this.#asReceived());
  readonly #full = signal<Level | null>(null);
  /** The window that the model is shown, where there is one. */
  readonly #edited = computed<Level | null>(() => {
    const found = lastOf<WindowEdit>(this.#bench, "window");
    return found ? { width: found.width, centre: found.center } : null;
  });
  #direction: 1 | -1 = 1;

  constructor(bench: Bench, ended: AbortSignal) {
    this.#bench = bench;
    this.#ended = ended;
    const at = computed(() => {
      const slice = (bench.views.value[bench.input.value] as { slice?: number } | undefined)?.slice ?? 0;
      return clamp(slice, 0, (this.header.value?.frames ?? 1) - 1);
    });
    this.reel = {
      count: computed(() => this.header.value?.frames ?? 1),
      at,
      isAlone: signal(false),
      show: (frame) => {
        this.#direction = frame < at.peek() ? -1 : 1;
        bench.setView<{ slice: number }>({ slice: frame });
      },
    };
    const url = computed(() => this.#value?.url ?? null);
    const stops = [
      effect(() => {
        const address = url.value;
        untracked(() => this.#open(address));
      }),
      effect(() => {
        const [frames, frame] = [this.frames.value, at.value];
        if (frames) untracked(() => this.#want(frames, frame));
      }),
      effect(() => this.#lay()),
    ];
    ended.addEventListener("abort", () => {
      for (const stop of stops) stop();
    });
  }

  get #value(): StudyValue | null {
    const value = this.#bench.value.value;
    return value?.kind === "study" ? value : null;
  }

  retry(): void {
    this.failure.value = null;
    const frames = this.frames.peek();
    if (frames) this.#want(frames, this.reel.at.peek());
    else this.#open(this.#value?.url ?? null);
  }

  #open(url: string | null): void {
    batch(() => {
      this.frames.value = null;
      this.plate.value = null;
      this.failure.value = null;
      this.progress.value = "";
      this.#full.value = null;
    });
    if (!url) return;
    const isStill = () => this.#value?.url === url && !this.#ended.aborted;
    const tell = (bytes: number, all: number) => {
      if (isStill()) this.progress.value = megabytes(bytes, all);
    };
    openSource((range) => this.#bench.host.file(url, this.#ended, range), tell)
      .then((source) => Frames.open(source, BUDGET))
      .then((frames) => {
        if (isStill()) this.frames.value = frames;
      })
      .catch((error: unknown) => {
        if (isStill()) this.failure.value = unshown(error);
      });
  }

  #want(frames: Frames, frame: number): void {
    frames.want(frame, this.#direction).catch((error: unknown) => {
      if (this.frames.peek() === frames) this.failure.value = unshown(error);
    });
  }

  /** The frame on show; while it has not come, the last one stays. */
  #lay(): void {
    const frames = this.frames.value;
    if (!frames) return;
    frames.changes.value;
    const frame = this.reel.at.value;
    const values = frames.ready(frame);
    untracked(() => {
      if (!values || this.plate.value?.values === values) return;
      const { header } = frames;
      if (!this.#full.value && values instanceof Int16Array) {
        const { center, width } = fullContrast(values, rescaleOf(header, frame));
        this.#full.value = { width, centre: center };
      }
      this.plate.value = new StudyPlate(header, values, frame, () => this.level.value);
    });
  }

  #asReceived(): Level {
    const header = this.header.value;
    if (header?.isColour) return COLOUR;
    const [first] = header?.windows ?? [];
    return first ? { width: first.width, centre: first.center } : (this.#full.value ?? COLOUR);
  }

  #presets(): Preset[] {
    const header = this.header.value;
    const received = { name: "As received", ...this.#received.value };
    if (header?.isColour) return [received];
    if (header?.modality === "CT") return [received, ...CT];
    const own = (header?.windows ?? []).slice(1, 4).map(({ name, width, center }, i) => ({
      name: capital(name || `window ${i + 2}`),
      width,
      centre: center,
    }));
    return [received, ...own, ...(this.#full.value ? [{ name: "Full contrast", ...this.#full.value }] : [])];
  }

  /** A drag over 500 pixels goes through the whole range of what is on show. */
  levelled({ width, centre }: Level, dx: number, dy: number): Level {
    const span = this.header.value?.isColour ? 256 : Math.max(this.#full.value?.width ?? 256, width / 4);
    const [least, step] = [Math.abs(this.header.value?.rescale.slope ?? 1), span / 500];
    return { width: Math.max(least, width + dx * step), centre: centre + dy * step };
  }

  levelEdit({ width, centre }: Level): Edit {
    return { kind: "window", center: places(centre), width: places(width) };
  }
}

const places = (value: number): number => Math.round(value * 100) / 100;

function megabytes(bytes: number, all: number): string {
  const done = (bytes / 1e6).toFixed(1);
  return all ? `${done} of ${(all / 1e6).toFixed(1)} MB` : `${done} MB`;
}

function unshown(error: unknown): string {
  return error instanceof BrokenZip
    ? `The study cannot be shown: ${error.message}. Tell the team; your work is kept.`
    : "A part of the study did not load. Your work is kept. Try again.";
}
