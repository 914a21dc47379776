/** Which case is open, and how another one comes: an example, a file chosen, pasted or dropped. */

import { effect, signal } from "@preact/signals-core";
import { html, nothing, type TemplateResult } from "lit-html";
import { Refusal, Unreachable } from "../../host/http.ts";
import { icon } from "../../host/icons.ts";
import type { Aside } from "./aside.ts";
import { type Held, heldOf } from "./aside_boxes.ts";
import type { Case } from "./record.ts";
import { allSeen } from "./rewriting.ts";
import { settled } from "./settled.ts";
import type { Bench } from "./state.ts";
import { byField, sentAs } from "./values.ts";
import { kindOf, type Note, nounOf, nounsOf } from "./viewers/kinds.ts";
import type { MakerOf } from "./viewers/maker.ts";
import { stageFocus } from "./viewers/viewer.ts";
import { titleOf } from "./words.ts";

const LARGEST = 25_000_000;
/** How long a field rests before what waited for it goes. */
const REST_MS = 1000;

export class Cases {
  readonly #bench: Bench;
  readonly #signal: AbortSignal;
  /** Kept for “Try again”, and where a model wants several pictures, until all are there. */
  readonly #files = new Map<string, File>();
  /** By input a study that was kept aside and is ready, in the place of its file. */
  readonly #covered = new Map<string, string>();
  /** There once a study was kept aside. */
  readonly aside = signal<Aside | null>(null);
  /** What was done to the file on its way, and to those of cases that it became. */
  #note: Note | undefined;
  /** The file found no connection. */
  #isWaiting = false;
  readonly notes = signal<Readonly<Record<string, Note>>>({});
  /** How far several files are on their way to be one; null while none are. */
  readonly preparing = signal<string | null>(null);
  /** Asked before a file is sent. */
  readonly doubt = signal<{ words: string; go: () => void } | null>(null);
  /** The case over which a picture waits for fields beside it; null where none waits. */
  #waitsOn: string | null = null;

  constructor(bench: Bench, signal: AbortSignal) {
    this.#bench = bench;
    this.#signal = signal;
    if (!bench.mayTry || bench.stored.length === 0) return;
    const { root } = bench.host;
    root.addEventListener("paste", (event) => this.#paste(event as ClipboardEvent), { signal });
    for (const type of ["dragenter", "dragover"])
      root.addEventListener(type, (event) => this.#over(event as DragEvent), { signal });
    const left = (event: Event) => (event as DragEvent).relatedTarget === null && this.#isOver(false);
    root.addEventListener("dragleave", left, { signal });
    root.addEventListener("drop", (event) => this.#drop(event as DragEvent), { signal });
    const stop = effect(() => this.#follow());
    signal.addEventListener("abort", stop);
  }

  /** What waits for the fields goes when no field is wrong any more, and none is being typed in. */
  #follow(): () => void {
    const bench = this.#bench;
    bench.values.value; // begins again with each letter
    const isRight = Object.keys(bench.fieldErrors.value).length === 0;
    if (this.#waitsOn !== bench.caseId.value) this.#waitsOn = null; // the fields are another case's now
    const timer = this.#waitsOn !== null && isRight ? setTimeout(this.again, REST_MS) : undefined;
    return () => clearTimeout(timer);
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
    if (!entries.some((entry) => entry?.isDirectory)) void this.takeAll(files);
    else void import("./folder.ts").then(async ({ filesIn }) => this.takeAll(await filesIn(entries)));
  }

  #paste(event: ClipboardEvent): void {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length) void this.takeAll(files);
    else if (!(event.target as Element).closest?.("input, textarea, select"))
      this.#bench.notice.value = `There is no ${nounOf(this.#bench)} on the clipboard. Copy one, or choose a file.`;
  }

  readonly chosen = (event: Event): void => {
    const field = event.target as HTMLInputElement;
    const files = [...(field.files ?? [])];
    field.value = "";
    if (files.length) void this.takeAll(files);
  };

  /** Of most kinds the first file; some make one of all, and may ask something first. */
  async takeAll(files: readonly File[]): Promise<void> {
    const bench = this.#bench;
    const [first] = files;
    if (!kindOf(bench).isMany) {
      if (first) this.take(first);
      return;
    }
    bench.isPicking.value = false;
    bench.notice.value = "";
    this.doubt.value = null;
    this.preparing.value = "Reading…";
    try {
      const gathered = await bench.host.gather(files, (words) => (this.preparing.value = words));
      if (gathered.file === null) bench.notice.value = gathered.refusal;
      else if (gathered.doubt)
        this.doubt.value = { words: gathered.doubt, go: () => this.take(gathered.file, gathered.note) };
      else this.take(gathered.file, gathered.note);
    } catch {
      bench.notice.value = "What reads such files did not load. Nothing was sent. Try again.";
    } finally {
      this.preparing.value = null;
    }
  }

  /** The file goes as it is: what is stored is made by the server. */
  take(file: File, note?: Note): void {
    const bench = this.#bench;
    bench.isPicking.value = false;
    this.doubt.value = null;
    this.#note = note;
    if (file.size > LARGEST) {
      bench.notice.value = `${file.name} is larger than 25 MB. Send a smaller ${nounOf(bench)}.`;
      return;
    }
    this.#files.set(bench.input.value, file);
    this.#covered.delete(bench.input.value);
    const missing = bench.original.value ? undefined : bench.stored.find((input) => !this.#files.has(input.name));
    if (missing) {
      bench.input.value = missing.name;
      bench.notice.value = `Now add ${titleOf(missing)}: this model looks at ${bench.stored.length} ${nounsOf(bench)}.`;
      return;
    }
    void this.#upload(file.name);
  }

  readonly again = (): void => {
    const [file] = [...this.#files.values()];
    if (file) void this.#upload(file.name);
  };

  #waitForLine(name: string): void {
    this.#isWaiting = true;
    this.#bench.notice.value = `${name} was not sent: no connection just now. It is kept while this page is open, and goes when the connection is back.`;
  }

  /** The line is back. */
  readonly goOn = (): void => {
    if (this.#isWaiting && this.hasFile) this.again();
    this.#isWaiting = false;
  };

  get hasFile(): boolean {
    return this.#files.size > 0;
  }

  async #upload(name: string): Promise<void> {
    const bench = this.#bench;
    const inputs: Record<string, unknown> = {};
    const seen = allSeen(bench.forms, bench.values.value, bench.edits.value);
    for (const field of bench.page.interface.inputs) {
      const file = this.#files.get(field.name);
      const covered = this.#covered.get(field.name);
      if (covered) inputs[field.name] = { quarantine: covered };
      else if (!file) inputs[field.name] = sentAs(field, bench.caseId.value, seen);
    }
    this.#waitsOn = null;
    bench.notice.value = "";
    bench.uploading.value = name;
    try {
      const files = new Map([...this.#files].filter(([name]) => !this.#covered.has(name)));
      const sent = await bench.host.predict(inputs, files, this.#signal);
      // Of one that waits for a live function the socket tells how far it is, for as long as that takes
      const prediction = sent.waiting ? sent : await settled(sent, bench.host.prediction, this.#signal);
      this.#files.clear();
      this.#covered.clear();
      bench.addCase(prediction);
      if (this.#note) this.notes.value = { ...this.notes.value, [prediction.original]: this.#note };
      if (prediction.state === "failed")
        bench.trouble.value = prediction.error?.message ?? "The model gave no answer. Try again.";
    } catch (error) {
      const held = error instanceof Refusal ? heldOf(error.problem) : null;
      if (error instanceof Refusal && error.isEnd) bench.ended.value = error.message;
      else if (held) await this.#setAside(held);
      else if (error instanceof Refusal) {
        const said = [...this.#files].reduce(
          (words, [field, file]) => words.replace(`“${field}”`, `“${file.name}”`),
          error.message,
        );
        const beside = byField(error.problem, bench.forms);
        if (Object.keys(beside).length < (error.problem.errors ?? []).length || !Object.keys(beside).length)
          this.#files.clear(); // the same file would be refused again
        else if (this.hasFile) this.#waitsOn = bench.caseId.value;
        bench.fieldErrors.value = beside;
        bench.notice.value = Object.keys(beside).length ? notSent(beside, bench, this.#files.size) : said;
      } else if (error instanceof Unreachable) this.#waitForLine(name);
      else if (!this.#signal.aborted) throw error;
    } finally {
      bench.uploading.value = null;
    }
  }

  async #setAside(held: Held): Promise<void> {
    try {
      const { Aside } = await import("./aside.ts");
      this.aside.value ??= new Aside(this.#bench.host.root, this.#bench.page.urls.quarantine, (ready) => {
        this.#covered.set(ready.input, ready.id);
        this.again();
      });
      this.aside.value.show(held);
    } catch {
      this.#bench.notice.value = `${held.reasons.join(" ")} What covers names did not load. The model was asked nothing. Try again.`;
    }
  }

  /** The first case of a model without pictures and without an example: what stands in the fields. */
  readonly start = (): void => {
    if (!this.#bench.original.value && this.#bench.mayTry) void this.#upload("Your case 1");
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
    const own = kind.make;
    if (own)
      return html`${file}<button type="button" class=${beside} @click=${() => this.make(own.load)}>${icon(own.icon)} ${own.label}</button>`;
    return kind.isMany && "webkitdirectory" in HTMLInputElement.prototype
      ? html`${file}<label class="${beside} by-hand">${icon("data")} Or a folder<input class="visually-hidden" type="file" webkitdirectory @change=${this.chosen}></label>`
      : file;
  }

  /** The stage becomes a microphone, or a sheet to draw on. */
  async make(load: () => Promise<MakerOf>): Promise<void> {
    const bench = this.#bench;
    bench.isPicking.value = false;
    try {
      const maker = (await load())(bench, (file) => {
        bench.endMaking();
        this.take(file);
      });
      if (!this.#signal.aborted) bench.maker.value = maker;
      requestAnimationFrame(() => stageFocus(bench));
    } catch {
      bench.notice.value = "What this is made with did not load. Try again, or choose a file.";
    }
  }

  /** What was done to the files of the open case before they were sent. */
  note(): TemplateResult | typeof nothing {
    return this.notes.value[this.#bench.caseId.value]?.() ?? nothing;
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
          html`<li><button type="button" class="pick" aria-pressed=${one.id === bench.caseId.value} @click=${open(one.id)}>${one.thumbnail ? html`<img src=${bench.host.picture(one.thumbnail)} alt="" width="88" height="88" loading="lazy">` : nothing}<span class="pick-title">${one.title}</span></button></li>`,
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

/** Which fields are in the way, by the names that stand above them. */
function notSent(beside: Record<string, string>, bench: Bench, files: number): string {
  const names = Object.keys(beside).map((key) => {
    const field = bench.forms.find((one) => key === one.name || key.startsWith(`${one.name}.`));
    return field && key === field.name ? titleOf(field) : key.slice(key.indexOf(".") + 1);
  });
  const named = names
    .map((name) => `“${name}”`)
    .join(", ")
    .replace(/, (?=[^,]*$)/, " and ");
  const [what, goes] =
    files > 1 ? [`The ${nounsOf(bench)} wait`, "they go"] : [`The ${nounOf(bench)} waits`, "it goes"];
  return files
    ? `${what} for ${named}: fill in what is missing below, and ${goes} to the model.`
    : `Not sent: ${named} cannot be used.`;
}
