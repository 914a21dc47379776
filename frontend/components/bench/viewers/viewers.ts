/** The viewers of a bench: one a kind of input, brought when an input of it is first opened. */

import { batch, effect, signal, untracked } from "@preact/signals-core";
import type { Overlays } from "../overlays.ts";
import type { Bench } from "../state.ts";
import type { StoredKind } from "../types.ts";
import { KINDS } from "./kinds.ts";
import type { Viewer } from "./viewer.ts";

type ViewerOf = (bench: Bench, overlays: Overlays, ended: AbortSignal) => Viewer;

const picture = () => import("./picture/index.ts").then((module) => module.pictureViewer);

/** The page asks beforehand for that of its first input. */
const LOADS: Record<StoredKind, () => Promise<ViewerOf>> = {
  image: picture,
  bytes: () => import("./bytes/index.ts").then(({ bytesViewer }) => bytesViewer),
  dicom: () => import("./study/index.ts").then(({ studyViewer }) => studyViewer),
  sketch: picture,
  audio: () => import("./audio/index.ts").then((module) => module.audioViewer),
  table_file: () => import("./rows/index.ts").then(({ rowsViewer }) => rowsViewer),
  series: () => import("./series/index.ts").then((module) => module.seriesViewer),
};

export class Viewers {
  readonly #bench: Bench;
  readonly #overlays: Overlays;
  readonly #ended: AbortSignal;
  readonly #made = new Map<StoredKind, Viewer>();
  /** The viewer's own code did not come. */
  readonly failure = signal<string | null>(null);

  constructor(bench: Bench, overlays: Overlays, ended: AbortSignal) {
    this.#bench = bench;
    this.#overlays = overlays;
    this.#ended = ended;
    const stop = effect(() => {
      const kind = bench.kind.value;
      untracked(() => this.#open(kind));
    });
    ended.addEventListener("abort", stop);
  }

  readonly retry = (): void => this.#open(this.#bench.kind.peek());

  #open(kind: StoredKind | null): void {
    this.failure.value = null;
    if (kind === null) return;
    const known = this.#made.get(kind);
    if (known) {
      this.#show(kind, known);
      return;
    }
    this.#bench.viewer.value = null;
    LOADS[kind]()
      .then((make) => {
        if (!this.#ended.aborted && !this.#made.has(kind))
          this.#take(kind, make(this.#bench, this.#overlays, this.#ended));
      })
      .catch(() => {
        this.failure.value = `What shows the ${KINDS[kind].noun} did not load. Your work is kept. Try again.`;
      });
  }

  #take(kind: StoredKind, viewer: Viewer): void {
    this.#made.set(kind, viewer);
    this.#show(kind, viewer);
  }

  /** With one of its own tools, where the last one was another viewer's. */
  #show(kind: StoredKind, viewer: Viewer): void {
    const bench = this.#bench;
    if (bench.kind.peek() !== kind) return;
    batch(() => {
      const [first] = viewer.tools;
      if (first && !viewer.tools.some(({ name }) => name === bench.tool.peek())) bench.tool.value = first.name;
      bench.viewer.value = viewer;
    });
  }
}
