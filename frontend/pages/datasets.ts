/** Uploading a table: hashed while it is read, sent to the store in parts, gone on with where it was cut. */
import { get, post, Refusal, Unreachable } from "../host/http.ts";
import { formatOf, nameOf, told } from "./datasets/format.ts";
import { digestOf } from "./datasets/hash.ts";
import { type Listed, send, Undelivered } from "./datasets/parts.ts";

type Announced = Listed & { page: string };
type Fields = { name: string; notes: string };

const CANCELLED = new DOMException("Cancelled by a hand.", "AbortError");

/** What stands in the way, to be told beside one field. */
class Unfit extends Error {
  readonly field: string;

  constructor(field: string, sentence: string) {
    super(sentence);
    this.field = field;
  }
}

class Upload {
  readonly #form: HTMLFormElement;
  readonly #task: HTMLElement;
  #running: AbortController | null = null;
  #page = "";

  constructor(form: HTMLFormElement) {
    this.#form = form;
    this.#task = form.querySelector<HTMLElement>(".task") as HTMLElement;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#run();
    });
    this.#input("file").addEventListener("change", () => this.#proposeName());
    this.#button("cancel").addEventListener("click", () => this.#running?.abort(CANCELLED));
    addEventListener("beforeunload", (event) => {
      if (this.#running) event.preventDefault();
    });
  }

  #input(name: string): HTMLInputElement {
    return this.#form.elements.namedItem(name) as HTMLInputElement;
  }

  #button(name: string): HTMLButtonElement {
    return this.#form.elements.namedItem(name) as HTMLButtonElement;
  }

  #proposeName(): void {
    const name = this.#input("name");
    const file = this.#input("file").files?.[0];
    this.#clear();
    if (file && name.type !== "hidden" && (name.value === "" || name.dataset.proposed === name.value)) {
      name.value = nameOf(file.name);
      name.dataset.proposed = name.value;
    }
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#clear();
    const running = new AbortController();
    this.#running = running;
    this.#page = "";
    try {
      const page = await this.#upload(running.signal);
      this.#running = null; // so that leaving asks nobody
      location.assign(page);
    } catch (error) {
      if (error === CANCELLED) await this.#withdraw();
      this.#running = null;
      this.#task.hidden = true;
      this.#busy(false);
      if (error !== CANCELLED) this.#fail(error);
    }
  }

  async #upload(signal: AbortSignal): Promise<string> {
    const file = this.#checked();
    this.#busy(true);
    const started = performance.now();
    const sha256 = await digestOf(file, (read) => this.#show("Reading the file", read, file.size, started), signal);
    const { expects } = this.#form.dataset;
    if (expects && expects !== sha256) throw new Unfit("file", "This is another file than the one that was begun.");
    const fields: Fields = { name: this.#input("name").value.trim(), notes: this.#input("notes")?.value.trim() ?? "" };
    const about = { format: formatOf(file.name), size: file.size, sha256, filename: file.name };
    const begun = await post<Announced>(this.#form.dataset.upload ?? "", { ...fields, ...about }, signal);
    if (begun.state !== "uploading") return begun.page; // the same file is there already
    this.#page = begun.page;
    const sending = performance.now();
    const before = begun.parts.reduce((sum, part) => sum + (part.done ? part.size : 0), 0);
    await send({
      file,
      listed: begun,
      relist: () => get<Listed>(`${begun.page}upload`, signal),
      onBytes: (sent, waits) => this.#show(waits ? WAITS : "Uploading", sent, file.size, sending, before),
      signal,
    });
    this.#show("Checking that all has arrived", file.size, file.size, sending, before);
    await post(`${begun.page}complete`, {}, signal);
    return begun.page;
  }

  #checked(): File {
    const file = this.#input("file").files?.[0];
    const { limit, size } = this.#form.dataset;
    if (!file) throw new Unfit("file", "Choose a file.");
    if (formatOf(file.name) === null)
      throw new Unfit("file", "Its name ends with none of .csv, .tsv, .parquet, .arrow, .feather, .jsonl, .ndjson.");
    if (file.size === 0) throw new Unfit("file", "This file is empty.");
    if (file.size > Number(limit))
      throw new Unfit("file", `This file has ${told(file.size)}; ${told(Number(limit))} is the most. Split it.`);
    if (size && file.size !== Number(size))
      throw new Unfit("file", "This is another file than the one that was begun.");
    if (this.#input("name").value.trim() === "") throw new Unfit("name", "Give the dataset a name.");
    return file;
  }

  /** What was sent so far is taken back; where that cannot be told, it is forgotten after seven days. */
  async #withdraw(): Promise<void> {
    const page = this.#page;
    if (page) await post(`${page}withdraw`, {}).catch(() => undefined);
    if (page && this.#form.dataset.expects) location.assign(page.replace(/v\d+\/$/, "").replace(/[^/]+\/$/, ""));
  }

  #show(what: string, done: number, of: number, started: number, before = 0): void {
    const meter = this.#task.querySelector("progress") as HTMLProgressElement;
    const [status, detail] = this.#task.querySelectorAll("span");
    const percent = Math.floor((100 * done) / of);
    this.#task.hidden = false;
    meter.value = percent;
    if (status && status.textContent !== what) status.textContent = what; // said once, not at every percent
    const seconds = (performance.now() - started) / 1000;
    const left = seconds > 3 && done > before ? `, ${spoken((seconds * (of - done)) / (done - before))} left` : "";
    if (detail) detail.textContent = `${told(done)} of ${told(of)}, ${percent} %${left}`;
  }

  #busy(is: boolean): void {
    const submit = this.#form.querySelector<HTMLButtonElement>("button[type=submit]");
    if (submit) submit.hidden = is;
    for (const name of ["file", "name", "notes"]) {
      const input = this.#input(name);
      if (input) input.disabled = is;
    }
  }

  #clear(): void {
    for (const error of this.#form.querySelectorAll<HTMLElement>(".error, .notice")) error.hidden = true;
    for (const input of this.#form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
  }

  #fail(error: unknown): void {
    if (error instanceof Unfit) {
      this.#beside(error.field, error.message);
      return;
    }
    const told = error instanceof Refusal ? (error.problem.errors ?? []) : [];
    const beside = told.filter((each) => this.#beside(each.field === "size" ? "file" : each.field, each.message));
    if (told.length > 0 && beside.length === told.length) return;
    const notice = this.#form.querySelector<HTMLElement>(".notice");
    const words = notice?.querySelector("div");
    if (notice && words) {
      words.textContent = sentenceOf(error);
      notice.hidden = false;
    }
  }

  /** Whether there is such a field. */
  #beside(name: string, sentence: string): boolean {
    const input = this.#input(name);
    const error = input?.closest(".field")?.querySelector<HTMLElement>(".error");
    const words = error?.querySelector("span");
    if (!input || !error || !words) return false;
    words.textContent = sentence;
    error.id = `${name}-error`;
    error.hidden = false;
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", `${name}-hint ${error.id}`);
    input.focus();
    return true;
  }
}

const WAITS = "No connection; it goes on by itself";

function sentenceOf(error: unknown): string {
  if (error instanceof Refusal) return error.message;
  if (error instanceof Unreachable)
    return "No connection to the server. Upload again: what has arrived is not sent twice.";
  if (error instanceof Undelivered)
    return `${error.message} What has arrived is kept: upload the same file again to go on.`;
  return "The file could not be read; it may have changed or moved meanwhile. Choose it again.";
}

function spoken(seconds: number): string {
  if (seconds < 90) return `${Math.max(Math.round(seconds), 1)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-upload]")) new Upload(form);
