/** Which case is open, and how another one comes: an example, a file chosen, pasted or dropped. */

import { html, nothing, type TemplateResult } from "lit-html";
import { icon } from "../../host/icons.ts";
import { Late } from "./late.ts";
import { type Case, valuesSaid } from "./record.ts";
import type { Bench } from "./state.ts";
import type { Taking } from "./taking.ts";
import { kindOf, nounOf } from "./viewers/kinds.ts";
import { MAKERS } from "./viewers/makers.ts";
import { titleOf } from "./words.ts";

export class Cases {
  readonly #bench: Bench;
  /** How an own case comes; after the first view. */
  readonly taking: Late<Taking>;

  constructor(bench: Bench, signal: AbortSignal) {
    this.#bench = bench;
    this.taking = new Late(async () => new (await import("./taking.ts")).Taking(bench, signal));
    if (!bench.mayTry || bench.stored.length === 0) return;
    const { root } = bench.host;
    root.addEventListener("paste", (event) => this.#paste(event as ClipboardEvent), { signal });
    for (const type of ["dragenter", "dragover"])
      root.addEventListener(type, (event) => this.#over(event as DragEvent), { signal });
    const left = (event: Event) => (event as DragEvent).relatedTarget === null && this.#isOver(false);
    root.addEventListener("dragleave", left, { signal });
    root.addEventListener("drop", (event) => this.#drop(event as DragEvent), { signal });
    bench.afterwards(this.taking);
  }

  #isOver(on: boolean): void {
    this.#bench.host.root.querySelector(".bench")?.toggleAttribute("data-drop", on);
  }

  #over(event: DragEvent): void {
    if (![...(event.dataTransfer?.types ?? [])].includes("Files")) return;
    event.preventDefault();
    this.#isOver(true);
  }

  #drop(event: DragEvent): void {
    this.#isOver(false);
    const { dataTransfer } = event;
    if (!dataTransfer?.files.length) return;
    event.preventDefault();
    const files = [...dataTransfer.files];
    // Asked for now: the browser forgets what was dropped
    const entries = [...dataTransfer.items].map((item) => item.webkitGetAsEntry?.() ?? null);
    if (!entries.some((entry) => entry?.isDirectory)) this.#take(files);
    else void import("./folder.ts").then(async ({ filesIn }) => this.#take(await filesIn(entries)));
  }

  #paste(event: ClipboardEvent): void {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length) this.#take(files);
    else if (!(event.target as Element).closest?.("input, textarea, select"))
      this.#bench.notice.value = `There is no ${nounOf(this.#bench)} on the clipboard. Copy one, or choose a file.`;
  }

  #take(files: readonly File[]): void {
    this.taking.once((taking) => void taking.takeAll(files));
  }

  readonly chosen = (event: Event): void => {
    const field = event.target as HTMLInputElement;
    const files = [...(field.files ?? [])];
    field.value = "";
    if (files.length) this.#take(files);
  };

  worklist(): TemplateResult {
    const bench = this.#bench;
    const cases = bench.group.value;
    const hasMore = bench.cases.value.length > 1;
    const at = bench.place.value;
    const step = (by: number, label: string, name: string, key: string) =>
      html`<button type="button" class="button quiet square" aria-label=${label} title="${label} (${key})" ?disabled=${!cases[at + by]} @click=${() => bench.stepCase(by)}>${icon(name)}</button>`;
    const isPicking = bench.isPicking.value;
    const isTaking = bench.mayTry && bench.stored.length > 0;
    const words = isTaking ? "Try your own" : "All cases";
    return html`<nav class="case" aria-label="Cases">
      ${bench.replyIn.value ? html`<button type="button" class="button heard" @click=${() => this.#openReply()}>${icon("bell")} <span class="own-words">New reply</span></button>` : nothing}
      ${cases.length > 1 ? step(-1, "Previous case", "left", "K") : nothing}
      ${cases.length > 0 ? html`<div class="case-text"><span class="num clip"><strong><span class="case-word">Case </span>${at + 1}</strong> of ${cases.length}</span><span class="clip faint case-title">${bench.open.value?.title}</span></div>` : nothing}
      ${cases.length > 1 ? step(1, "Next case", "right", "J") : nothing}
      ${!isTaking && !hasMore ? nothing : html`<button type="button" class="button own" aria-expanded=${isPicking} aria-controls="bench-picker" @click=${() => this.#togglePicker()}>${icon(isTaking ? "plus" : "down")} <span class="own-words">${words}</span></button>`}
    </nav>`;
  }

  /** A button that opens the file dialog for the input on the stage. */
  chooser(look: string): TemplateResult {
    const kind = kindOf(this.#bench);
    const file = html`<label class=${look}>${icon("plus")} Choose a ${kind.noun}<input class="visually-hidden" type="file" accept=${kind.accept} ?multiple=${kind.isMany} @change=${this.chosen}></label>`;
    // A phone has no folders to choose
    const beside = look.includes("large") ? "button large" : "button";
    const own = MAKERS[this.#bench.kind.value ?? "image"];
    if (own)
      return html`${file}<button type="button" class=${beside} @click=${() => this.taking.once((taking) => void taking.make(own.load))}>${icon(own.icon)} ${own.label}</button>`;
    return kind.isMany && "webkitdirectory" in HTMLInputElement.prototype
      ? html`${file}<label class="${beside} by-hand">${icon("data")} Or a folder<input class="visually-hidden" type="file" webkitdirectory @change=${this.chosen}></label>`
      : file;
  }

  #openReply(): void {
    const bench = this.#bench;
    const id = bench.replyIn.value;
    bench.replyIn.value = null;
    if (id && id !== bench.caseId.value) bench.openCase(id);
    bench.rest.once(() => {
      const talk = bench.host.root.querySelector<HTMLElement>("#bench-talk");
      talk?.scrollIntoView({ block: "nearest" });
      talk?.focus({ preventScroll: true });
    });
  }

  #togglePicker(): void {
    const { isPicking, host } = this.#bench;
    isPicking.value = !isPicking.value;
    if (isPicking.value) host.root.querySelector("#bench-picker")?.scrollIntoView({ block: "nearest" });
  }

  picker(): TemplateResult {
    const bench = this.#bench;
    const open = (id: string) => () => {
      bench.openCase(id);
      bench.isPicking.value = false;
    };
    const named = bench.cases.value.filter((one) => bench.page.opened?.includes(one.id));
    const list = (cases: readonly Case[]) =>
      html`<ul class="picks">${cases.map(
        (one) =>
          html`<li><button type="button" class="pick" aria-pressed=${one.id === bench.caseId.value} @click=${open(one.id)}>${one.thumbnail ? html`<img src=${bench.host.picture(one.thumbnail)} alt="" width="88" height="88" loading="lazy">` : html`<span class="pick-words muted">${valuesSaid(one)}</span>`}<span class="pick-title">${one.title}</span></button></li>`,
      )}</ul>`;
    return html`<section class="picker" id="bench-picker" aria-label="Choose a case" ?hidden=${!bench.isPicking.value}>
      ${
        bench.mayTry && bench.stored.length
          ? html`${this.chooser("button primary large take")}
            <p class="small muted">${bench.stored.length > 1 ? html`For <strong>${titleOf(bench.stored.find((one) => one.name === bench.input.value) ?? { name: "" })}</strong>. ` : nothing}<span class="by-hand">Or paste one, or drop it anywhere on this page. </span>Up to 25 MB. ${kindOf(bench).advice ?? "Send nothing that names a patient."}</p>`
          : nothing
      }
      ${named.length ? html`<h2 class="small muted">Opened</h2>${list(named)}<h2 class="small muted">Examples and others</h2>` : nothing}
      ${list(bench.cases.value.filter((one) => !named.includes(one)))}
    </section>`;
  }
}
