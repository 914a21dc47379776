/** What lies on the stage: a picture, or the frame of a study that is on show. */

import { computed, effect, type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import type { Bench } from "../../state.ts";
import type { View } from "../../storage.ts";
import type { Edit } from "../../types.ts";
import { type Film, Films } from "./film.ts";
import { clamp, type Matrix, type Size, short } from "./geometry.ts";
import type { Ground } from "./measures.ts";
import type { Window } from "./pixels.ts";

export type Level = { width: number; centre: number };
export type Preset = Level & { name: string };

/** `size` in pixels of the original. */
export type Plate = {
  readonly size: Size;
  /** Draws what the model sees through `screen` (frame to canvas). window: of the view; null where that is set aside. */
  draw(context: CanvasRenderingContext2D, screen: Matrix, edits: readonly Edit[], window: Window | null): void;
};

/** Frames of which one is on show, counted from 0. */
export type Reel = {
  readonly count: ReadonlySignal<number>;
  readonly at: ReadonlySignal<number>;
  /** What is painted lies on the frame on show alone, not on all. */
  readonly isAlone: Signal<boolean>;
  show(frame: number): void;
};

/** Whether there is more than one frame. */
export const leafs = (reel: Reel | null): boolean => (reel?.count.value ?? 1) > 1;

export type Sheet = {
  readonly plate: ReadonlySignal<Plate | null>;
  /** Why there is none, and what to do; null where nothing is wrong. */
  readonly failure: Signal<string | null>;
  retry(): void;
  /** The window that a view begins with, and those that the keys 1 to 5 choose. */
  readonly level: ReadonlySignal<Level>;
  readonly presets: ReadonlySignal<readonly Preset[]>;
  /** The window after a drag by so many pixels of the screen. */
  levelled(level: Level, dx: number, dy: number): Level;
  readonly ground: ReadonlySignal<Ground | null>;
  /** Null where there is nothing to leaf through. */
  readonly reel: Reel | null;
  /** What the input's edits make of the view's window: the way from looking to editing. */
  levelEdit(level: Level): Edit;
};

export class PictureSheet implements Sheet {
  readonly plate: Signal<Film | null> = signal(null);
  readonly failure = signal<string | null>(null);
  readonly level = signal<Level>({ width: 255, centre: 127.5 });
  readonly reel = null;
  /** On grey values 0..255; the last one fits the picture. */
  readonly presets = computed<readonly Preset[]>(() => [
    { name: "As received", ...this.level.value },
    { name: "Dark parts", width: 128, centre: 64 },
    { name: "Middle", width: 128, centre: 127.5 },
    { name: "Bright parts", width: 128, centre: 192 },
    { name: "Full contrast", ...(this.plate.value?.contrast ?? this.level.value) },
  ]);
  readonly ground = computed<Ground | null>(() => {
    const film = this.plate.value;
    return film && { size: film.size, spacing: null, value: film.grey, unit: "" };
  });
  readonly #bench: Bench;
  readonly #films: Films;

  constructor(bench: Bench, ended: AbortSignal) {
    this.#bench = bench;
    this.#films = new Films(bench.host.file);
    ended.addEventListener(
      "abort",
      effect(() => this.#load()),
    );
  }

  retry(): void {
    this.#load();
  }

  levelled({ width, centre }: Level, dx: number, dy: number): Level {
    return { width: clamp(width + dx * 0.6, 2, 1020), centre: clamp(centre + dy * 0.5, -128, 383) };
  }

  levelEdit({ width, centre }: Level): Edit {
    return {
      kind: "adjust",
      brightness: short(clamp(0.5 - centre / 255, -1, 1)),
      contrast: short(clamp(255 / width, 0, 4)),
    };
  }

  #load(): void {
    const picture = this.#bench.picture.value;
    const known = picture && this.#films.ready(picture.url);
    this.plate.value = known;
    this.failure.value = null;
    if (!picture || known) return;
    const isStill = () => this.#bench.picture.peek()?.url === picture.url;
    this.#films
      .load(picture.url, { width: picture.width, height: picture.height })
      .then((film) => {
        if (isStill()) this.plate.value = film;
      })
      .catch(() => {
        if (isStill()) this.failure.value = "The picture did not load. Your work is kept. Try again.";
      });
  }
}

/** Whether an edit counts on a frame: those that name none count on all. */
export function isOnFrame(edit: Edit, frame: number | undefined): boolean {
  if (frame === undefined || edit.kind !== "occlude") return true;
  const [first, last] =
    edit.frames ?? (edit.frame === undefined ? [0, Number.POSITIVE_INFINITY] : [edit.frame, edit.frame]);
  return frame >= first && frame <= last;
}

/** How what is on the stage is looked at: what a hand has chosen, else as the sheet begins. */
export const lookOf = (bench: Bench, sheet: Sheet): View => {
  const own = bench.views.value[bench.input.value] as Partial<View> | undefined;
  return {
    ...bench.view.value,
    ...sheet.level.value,
    ...(own?.width && own.centre !== undefined ? { width: own.width, centre: own.centre } : {}),
  };
};
