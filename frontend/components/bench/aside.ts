/** A study that is kept aside because somebody may be named in its pixels: looked at, covered, withdrawn. */

import { batch, signal } from "@preact/signals-core";
import { html, nothing, svg, type TemplateResult } from "lit-html";
import { get, post, Refusal, remove, Unreachable } from "../../host/http.ts";
import { icon } from "../../host/icons.ts";
import { boxBetween, type Held } from "./aside_boxes.ts";
import type { Point } from "./edits.ts";
import type { Box } from "./viewers/picture/geometry.ts";
import "./sheets/aside.css";

const DIALOG = "bench-aside";
const EDGE = 0.12; // of the height: where devices write names

export class Aside {
  readonly held = signal<Held | null>(null);
  readonly boxes = signal<readonly Box[]>([]);
  readonly #drawn = signal<Box | null>(null);
  readonly #frame = signal(0);
  readonly #said = signal("");
  readonly #isBusy = signal(false);
  /** How often it was covered: each time the picture is another. */
  #turn = 0;
  #from: Point | null = null;
  readonly #root: ParentNode;
  readonly #url: string;
  readonly #goOn: (held: Held) => void;
  readonly #by: "sender" | "team";

  /** url: of one, with `{id}`. goOn: called with one that is ready. by: who looks; the sender's may be withdrawn. */
  constructor(root: ParentNode, url: string, goOn: (held: Held) => void, by: "sender" | "team" = "sender") {
    this.#by = by;
    this.#root = root;
    this.#url = url;
    this.#goOn = goOn;
  }

  show(held: Held): void {
    batch(() => {
      this.held.value = held;
      this.boxes.value = held.boxes;
      this.#frame.value = held.frame;
      this.#said.value = "";
    });
    // Once it is drawn
    requestAnimationFrame(() => this.#root.querySelector<HTMLDialogElement>(`#${DIALOG}`)?.showModal());
  }

  #address(rest = ""): string {
    return this.#url.replace("{id}", this.held.value?.id ?? "") + rest;
  }

  async #try(act: () => Promise<void>): Promise<void> {
    this.#isBusy.value = true;
    this.#said.value = "";
    try {
      await act();
    } catch (error) {
      if (error instanceof Refusal || error instanceof Unreachable) this.#said.value = error.message;
      else throw error;
    } finally {
      this.#isBusy.value = false;
    }
  }

  readonly #cover = (): Promise<void> =>
    this.#try(async () => this.#settle(await post<Held>(this.#address("/cover"), { boxes: this.boxes.value })));

  readonly #look = (): Promise<void> => this.#try(async () => this.#settle(await get<Held>(this.#address())));

  readonly #withdraw = (): Promise<void> =>
    this.#try(async () => {
      await remove(this.#address());
      this.#close();
    });

  #settle(now: Held): void {
    this.#turn += 1;
    if (now.state === "ready") {
      this.#close();
      this.#goOn(now);
      return;
    }
    batch(() => {
      this.held.value = now;
      this.boxes.value = now.boxes;
      this.#frame.value = now.frame;
      this.#said.value = "It is still kept aside. Look again at what is marked.";
    });
  }

  readonly #close = (): void => {
    this.#root.querySelector<HTMLDialogElement>(`#${DIALOG}`)?.close();
    this.held.value = null;
  };

  #at(event: PointerEvent): Point {
    const { left, top, width, height } = (event.currentTarget as Element).getBoundingClientRect();
    return [(event.clientX - left) / width, (event.clientY - top) / height];
  }

  readonly #down = (event: PointerEvent): void => {
    event.preventDefault();
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    this.#from = this.#at(event);
  };

  readonly #move = (event: PointerEvent): void => {
    if (this.#from) this.#drawn.value = boxBetween(this.#from, this.#at(event));
  };

  readonly #up = (event: PointerEvent): void => {
    const box = this.#from && boxBetween(this.#from, this.#at(event));
    this.#from = null;
    this.#drawn.value = null;
    if (box) this.#add(box);
  };

  #add(box: Box): void {
    this.boxes.value = [...this.boxes.value, box];
  }

  render(): TemplateResult | typeof nothing {
    const held = this.held.value;
    if (!held) return nothing;
    const { length } = this.boxes.value;
    const drawn = [...this.boxes.value, ...(this.#drawn.value ? [this.#drawn.value] : [])];
    return html`<dialog class="dialog aside" id=${DIALOG} aria-labelledby="aside-title" @close=${() => (this.held.value = null)}><div class="dialog-body">
      <header><h2 id="aside-title">A name may stand in this study</h2><p>${held.reasons.join(" ")} Nothing was asked of the model yet.</p></header>
      <p>Drag over what identifies somebody: a name, a number, a date, a hospital. What was found is marked already; it may not be all. It is blacked out in every frame, for good.</p>
      <div class="aside-picture" @pointerdown=${this.#down} @pointermove=${this.#move} @pointerup=${this.#up}>
        <img alt="Frame ${this.#frame.value + 1} of the study" src=${this.#address(`/picture?frame=${this.#frame.value}&turn=${this.#turn}`)} draggable="false">
        <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">${drawn.map((box) => svg`<rect x=${box.x} y=${box.y} width=${box.w} height=${box.h} />`)}</svg>
      </div>
      ${held.frames > 1 ? html`<label class="aside-frame">Frame ${this.#frame.value + 1} of ${held.frames}<input type="range" min="0" max=${held.frames - 1} .value=${String(this.#frame.value)} @change=${(event: Event) => (this.#frame.value = Number((event.target as HTMLInputElement).value))}></label>` : nothing}
      <div class="row">
        <button type="button" class="button" @click=${() => this.#add({ x: 0, y: 0, w: 1, h: EDGE })}>Cover the top edge</button>
        <button type="button" class="button" @click=${() => this.#add({ x: 0, y: 1 - EDGE, w: 1, h: EDGE })}>Cover the bottom edge</button>
        <button type="button" class="button quiet" ?disabled=${length === 0} @click=${() => (this.boxes.value = this.boxes.value.slice(0, -1))}>${icon("undo", "small")} Take the last one away</button>
      </div>
      <p role="status" class="small">${this.#said.value || `${length} ${length === 1 ? "region" : "regions"} to cover.`}</p>
      <div class="dialog-foot">
        ${
          this.#by === "team"
            ? html`<button type="button" class="button" @click=${this.#close}>Cancel</button>`
            : html`<button type="button" class="button danger" ?disabled=${this.#isBusy.value} @click=${this.#withdraw}>Withdraw it</button>
        <button type="button" class="button" ?disabled=${this.#isBusy.value} title="Somebody of the team may have released it" @click=${this.#look}>Look whether it was released</button>`
        }
        <button type="button" class="button primary" ?disabled=${this.#isBusy.value || length === 0} @click=${this.#cover}>${this.#isBusy.value ? icon("spinner") : nothing} ${this.#by === "team" ? "Cover for good" : "Cover and go on"}</button>
      </div></div></dialog>`;
  }
}
