/** Records with the device's microphone: ask, hear the level, stop, listen again, and only then send. */

import { signal } from "@preact/signals-core";
import { html, nothing, type TemplateResult } from "lit-html";
import { icon } from "../../../../host/icons.ts";
import { drawn } from "../../drawn.ts";
import type { Bench } from "../../state.ts";
import type { AudioInput } from "../../types.ts";
import { number } from "../../words.ts";
import type { Maker } from "../maker.ts";
import { traces } from "../signal/thumbnail.ts";
import { clock, lasting } from "../signal/view.ts";
import { isOnButton } from "../viewer.ts";
import { Microphone, NoMicrophone } from "./microphone.ts";
import { wavOf } from "./wav.ts";
import "../signal/signal.css";

const LONGEST_S = 120; // at 48 kHz just below what may be sent
const FLOOR_DB = -60;

type State = "ready" | "asking" | "recording" | "made" | "failed";

export function recorder(bench: Bench, take: (file: File) => void): Maker {
  return new Recorder(bench, take);
}

class Recorder implements Maker {
  readonly #bench: Bench;
  readonly #take: (file: File) => void;
  readonly #longest: number;
  readonly #state = signal<State>("ready");
  readonly #words = signal("");
  readonly #seconds = signal(0);
  /** Of the last tenth of a second, in dB of a full-scale sine's peak. */
  readonly #level = signal(FLOOR_DB);
  readonly #isPlaying = signal(false);
  #microphone: Microphone | null = null;
  #blocks: Float32Array[] = [];
  #count = 0;
  #rate = 0;
  #made = new Float32Array(0);
  #heard: { context: AudioContext; node: AudioBufferSourceNode } | null = null;
  #isEnded = false;

  constructor(bench: Bench, take: (file: File) => void) {
    this.#bench = bench;
    this.#take = take;
    const field = bench.stored.find(({ name }) => name === bench.input.value) as AudioInput | undefined;
    this.#longest = Math.min(LONGEST_S, field?.max_seconds ?? LONGEST_S);
  }

  readonly #start = async (): Promise<void> => {
    this.#silence();
    this.#state.value = "asking";
    this.#blocks = [];
    this.#count = 0;
    this.#seconds.value = 0;
    try {
      const microphone = await Microphone.open(this.#hear);
      if (this.#isEnded) {
        microphone.stop();
        return;
      }
      this.#microphone = microphone;
      this.#rate = microphone.rate;
      this.#state.value = "recording";
    } catch (error) {
      this.#words.value =
        error instanceof NoMicrophone
          ? error.message
          : "The microphone could not be started. Try again, or choose a file.";
      this.#state.value = "failed";
    }
  };

  readonly #hear = (block: Float32Array): void => {
    if (this.#state.value !== "recording" || !this.#rate) return;
    this.#blocks.push(block);
    this.#count += block.length;
    const seconds = this.#count / this.#rate;
    if (Math.floor(seconds * 10) !== Math.floor(this.#seconds.value * 10)) {
      this.#seconds.value = seconds;
      this.#level.value = loudness(this.#blocks.slice(-Math.ceil((0.1 * this.#rate) / block.length)));
    }
    if (seconds >= this.#longest) this.#stop();
  };

  readonly #stop = (): void => {
    this.#microphone?.stop();
    this.#microphone = null;
    this.#made = joinedUp(this.#blocks, this.#count);
    this.#blocks = [];
    this.#state.value = "made";
  };

  readonly #toggle = (): void => {
    if (this.#isPlaying.value) {
      this.#silence();
      return;
    }
    const context = new AudioContext();
    const buffer = context.createBuffer(1, Math.max(1, this.#made.length), this.#rate);
    buffer.copyToChannel(this.#made, 0);
    const node = context.createBufferSource();
    node.buffer = buffer;
    node.connect(context.destination);
    node.onended = () => this.#silence();
    node.start();
    this.#heard = { context, node };
    this.#isPlaying.value = true;
  };

  #silence(): void {
    const heard = this.#heard;
    this.#heard = null;
    this.#isPlaying.value = false;
    if (!heard) return;
    heard.node.onended = null;
    heard.node.stop();
    void heard.context.close();
  }

  readonly #send = (): void => {
    const file = new File([wavOf(this.#made, this.#rate)], "recording.wav", { type: "audio/wav" });
    this.#take(file);
  };

  end(): void {
    this.#isEnded = true;
    this.#microphone?.stop();
    this.#microphone = null;
    this.#silence();
  }

  key(event: KeyboardEvent): boolean {
    if (event.key !== " " || isOnButton(event)) return false;
    if (this.#state.value === "recording") this.#stop();
    else if (this.#state.value === "made") this.#toggle();
    else if (this.#state.value !== "asking") void this.#start();
    return true;
  }

  render(): TemplateResult {
    const state = this.#state.value;
    return html`<div class="view stage-look"><span class="hint">Nothing is sent before you press Send. Record nothing that names a patient.</span></div>
      <section class="film stage-look" id="bench-film" aria-label="Microphone" tabindex="-1"><div class="maker">${this.#stage(state)}</div></section>
      <div class="edit stage-look"><span class="hint">Up to ${lasting(this.#longest)}, one channel, as the microphone hears it.</span><button type="button" class="button end" @click=${() => this.#bench.endMaking()}>Cancel <kbd aria-hidden="true">Esc</kbd></button></div>`;
  }

  #stage(state: State): TemplateResult {
    switch (state) {
      case "ready":
        return html`<p>The microphone of this device records. Your browser asks first whether this page may use it.</p>
          <button type="button" class="button primary large" data-stage @click=${this.#start}>${icon("mic")} Start recording</button>`;
      case "asking":
        return html`<p role="status">${icon("spinner")} Your browser asks whether this page may use the microphone…</p>`;
      case "failed":
        return html`<div class="notice bad" role="alert">${icon("x-circle")}<div>${this.#words.value}</div></div>
          <button type="button" class="button primary large" data-stage @click=${this.#start}>${icon("mic")} Try again</button>`;
      case "recording":
        return html`<p class="lasts num" role="timer">${clock(this.#seconds.value, 0.1)}</p>
          ${this.#meter()}
          <button type="button" class="button primary large" data-stage @click=${this.#stop}>${icon("stop")} Stop</button>`;
      case "made":
        return html`<canvas width="560" height="120" class="made-wave" aria-hidden="true" ${drawn(this.#made, (canvas) => traces(canvas, [this.#made]))}></canvas>
          <p class="num" role="status">Recorded ${lasting(this.#made.length / this.#rate)}, ${number(this.#rate, 0)} Hz.${this.#isSilent ? " It is silent: is the microphone muted?" : nothing}</p>
          <div class="row"><button type="button" class="button large" data-stage @click=${this.#toggle}>${icon(this.#isPlaying.value ? "pause" : "play")} ${this.#isPlaying.value ? "Pause" : "Play back"}</button>
            <button type="button" class="button large" @click=${this.#start}>${icon("mic")} Record again</button>
            <button type="button" class="button primary large" @click=${this.#send}>${icon("send")} Send to the model</button></div>`;
    }
  }

  get #isSilent(): boolean {
    return this.#made.every((value) => Math.abs(value) < 1e-4);
  }

  #meter(): TemplateResult {
    const level = this.#level.value;
    const share = Math.min(1, Math.max(0, 1 - level / FLOOR_DB));
    const words = level <= FLOOR_DB ? "silent" : level > -3 ? "too loud" : `${Math.round(level)} dB`;
    return html`<div class="hears" role="meter" aria-label="Level" aria-valuemin=${FLOOR_DB} aria-valuemax="0" aria-valuenow=${Math.round(level)} aria-valuetext=${words}>
      <svg aria-hidden="true"><rect class="heard" width="${100 * share}%" height="100%"></rect></svg><span class="num">${words}</span></div>`;
  }
}

/** The loudest sample, in dB of full scale. */
function loudness(blocks: readonly Float32Array[]): number {
  let most = 0;
  for (const block of blocks) for (const value of block) most = Math.max(most, Math.abs(value));
  return most > 0 ? Math.max(FLOOR_DB, 20 * Math.log10(most)) : FLOOR_DB;
}

function joinedUp(blocks: readonly Float32Array[], count: number): Float32Array<ArrayBuffer> {
  const all = new Float32Array(count);
  let at = 0;
  for (const block of blocks) {
    all.set(block, at);
    at += block.length;
  }
  return all;
}
