/** What the bench asks of a viewer: one kind of input on the stage, with its bars, its tools and its keys. */

import type { ReadonlySignal, Signal } from "@preact/signals-core";
import type { nothing, TemplateResult } from "lit-html";
import type { Host } from "../host.ts";
import type { Edit, Mark, MarkKind } from "../types.ts";

/** words: as the list of keys says it. short: as the foot of the page does; a key without one is not there. */
export type KeyRow = { keys: string[]; words: string; short?: string };

/** One tool of the editing bar. What it makes is one more edit in the list. */
export type EditTool = {
  name: string;
  icon: string;
  label: string;
  /** A small letter. */
  key: string;
  /** In the foot of the page. */
  short: string;
  /** One sentence: what a hand does with it. */
  hint: string;
  /** A drag, or the arrows, draw its shape. */
  isShape?: boolean;
  /** Beside its button, while it is chosen. */
  options?(): TemplateResult | typeof nothing;
  /** What its key does at once, beside choosing it. */
  act?(): void;
};

/** A small picture of an attempt; drawn anew when `key` has changed. */
export type Thumbnail = { key: string; draw(canvas: HTMLCanvasElement): void };

/**
 * One kind of input on the stage. The page calls these whenever a signal that they read has changed; a viewer keeps the
 * view in `bench.views`, edits by `bench.setEdits`, and the shape under the hand in `bench.draft`.
 */
export type Viewer = {
  /** What the open case holds of this kind is drawn. */
  readonly isShown: ReadonlySignal<boolean>;
  /** Why it is not, and what to do; null where nothing is wrong. */
  readonly failure: Signal<string | null>;
  retry(): void;
  /** How much of it has come, while it comes; "" where that is not known. */
  readonly progress?: ReadonlySignal<string>;
  /** The bar above, while looking. It never changes what the model sees. */
  looking(): TemplateResult;
  /** The bar above, while editing. */
  setAside(): TemplateResult;
  /** The stage itself. What takes the keys has `data-stage` and `tabindex="0"`. */
  surface(): TemplateResult;
  /** In the bar below: how large the input is. */
  extent(): string;
  readonly tools: readonly EditTool[];
  /** The edit under the hand that the model is asked about already; null where there is none. */
  trial(): Edit | null;
  /** Puts down the shape under the hand. Returns whether something came of it. */
  place(): boolean;
  /** What can be marked for people, and how a mark is told in the list. */
  readonly marks: readonly MarkKind[];
  describeMark(mark: Mark): string;
  /** A key outside fields that the whole page has no use for. Returns whether it was one of its own. */
  key(event: KeyboardEvent): boolean;
  readonly keys: { looking: readonly KeyRow[]; editing: readonly KeyRow[] };
  /** Escape, when nothing else is left to leave. Returns whether there was something to put away. */
  escape?(): boolean;
  /** Beside the answer, above the judgement: what was found by looking. */
  aside?(): TemplateResult | typeof nothing;
  thumbnail(edits: readonly Edit[]): Thumbnail | null;
};

/** Whether a key is one of a button's own, as the space bar is. */
export const isOnButton = (event: KeyboardEvent): boolean =>
  (event.target as HTMLElement).closest("button, a, input, summary, label") !== null;

/** Whatever takes the keys on the stage. */
export const stageFocus = ({ host }: { readonly host: Host }): void =>
  host.root.querySelector<HTMLElement>("#bench-film [data-stage]")?.focus({ preventScroll: true });
