/** How an own case comes: files on their way to the server, what waits for fields or the line, what is asked before. */

import { effect, signal } from "@preact/signals-core";
import { html, nothing, type TemplateResult } from "lit-html";
import { Refusal, Unreachable } from "../../host/http.ts";
import { icon } from "../../host/icons.ts";
import type { Aside } from "./aside.ts";
import { type Held, heldOf } from "./aside_boxes.ts";
import type { Note } from "./host.ts";
import { allSeen } from "./rewriting.ts";
import { settled } from "./settled.ts";
import type { Bench } from "./state.ts";
import { byField, sentAs } from "./values.ts";
import { kindOf, nounOf, nounsOf } from "./viewers/kinds.ts";
import type { MakerOf } from "./viewers/makers.ts";
import { stageFocus } from "./viewers/viewer.ts";
import { titleOf } from "./words.ts";

const LARGEST = 25_000_000;
/** How long a field rests before what waited for it goes. */
const REST_MS = 1000;

export class Taking {
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

  /** Above the stage, while files are read or something is asked about them. */
  notice(): TemplateResult | null {
    if (this.preparing.value)
      return html`<div class="over"><div class="notice" role="status">${icon("spinner")}<div>${this.preparing.value}</div></div></div>`;
    const doubt = this.doubt.value;
    return (
      doubt &&
      html`<div class="over"><div class="notice warn" role="alert">${icon("alert")}<div>${doubt.words}</div><button type="button" class="button" @click=${doubt.go}>Send them</button><button type="button" class="button quiet" @click=${() => (this.doubt.value = null)}>Send nothing</button></div></div>`
    );
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
