/** Lets a signal be heard: from the position, or the selection alone, as the model is given it. */

import { effect, signal, untracked } from "@preact/signals-core";
import { lengthOf, type Samples } from "../signal/samples.ts";
import type { Source } from "../signal/source.ts";
import { selectionOf } from "../signal/view.ts";

const LEAST_HZ = 8000; // what every browser plays; lower rates are held longer
const MOST_HZ = 96_000;

export class Player {
  readonly #source: Source;
  readonly isPlaying = signal(false);
  #context: AudioContext | null = null;
  #node: AudioBufferSourceNode | null = null;
  #began = 0; // on the context's clock, when position 0 would have been heard
  #until = 0;
  #frame = 0;

  constructor(source: Source, ended: AbortSignal) {
    this.#source = source;
    // What is heard is what is on the stage: another case stops it, an edit is heard from where it was
    const stop = effect(() => {
      const shown = source.shown.value;
      untracked(() => {
        if (!this.isPlaying.value) return;
        const at = this.#now();
        this.stop();
        if (shown && source.original.value) this.#play(shown, at, this.#until);
      });
    });
    const other = effect(() => {
      source.original.value;
      untracked(() => this.stop());
    });
    ended.addEventListener("abort", () => {
      stop();
      other();
      this.stop();
      void this.#context?.close();
    });
  }

  readonly toggle = (): void => {
    const shown = this.#source.shown.value;
    if (this.isPlaying.value) this.stop();
    else if (shown) {
      const { view, seconds } = this.#source;
      const chosen = selectionOf(view.value);
      const at = chosen ? chosen.start : view.value.at >= seconds.value - 0.01 ? 0 : view.value.at;
      this.#play(shown, at, chosen?.end ?? seconds.value);
    }
  };

  stop(): void {
    cancelAnimationFrame(this.#frame);
    this.#node?.stop();
    this.#node = null;
    this.isPlaying.value = false;
  }

  #now(): number {
    return Math.min(this.#until, (this.#context?.currentTime ?? 0) - this.#began);
  }

  #play(samples: Samples, from: number, until: number): void {
    this.#context ??= new AudioContext();
    const context = this.#context;
    void context.resume();
    const node = context.createBufferSource();
    node.buffer = bufferOf(context, samples);
    node.connect(context.destination);
    node.start(0, from, Math.max(0.001, until - from));
    this.#node = node;
    this.#began = context.currentTime - from;
    this.#until = until;
    this.isPlaying.value = true;
    const follow = () => {
      const at = this.#now();
      this.#source.setView({ at });
      if (at >= until) this.stop();
      else this.#frame = requestAnimationFrame(follow);
    };
    this.#frame = requestAnimationFrame(follow);
  }
}

/** Every sample held as long as brings its rate into what browsers play. */
function bufferOf(context: AudioContext, samples: Samples): AudioBuffer {
  const held = Math.max(1, Math.ceil(LEAST_HZ / samples.rate));
  const rate = Math.min(MOST_HZ, samples.rate * held);
  const buffer = context.createBuffer(samples.channels.length, Math.max(1, lengthOf(samples) * held), rate);
  for (const [i, channel] of samples.channels.entries()) {
    const into = buffer.getChannelData(i);
    if (held === 1) into.set(channel);
    else for (let at = 0; at < into.length; at += 1) into[at] = channel[Math.floor(at / held)] as number;
  }
  return buffer;
}
