/**
 * What the bench knows, as signals: the cases, and the work on the one that is open.
 *
 * Three things are kept apart: the view (never sent), the edits (what the model sees), the marks (for people).
 */

import { batch, computed, effect, signal } from "@preact/signals-core";
import type { Model } from "../../host/index.ts";
import type { FoundKind } from "./findings.ts";
import type { Host } from "./host.ts";
import { Late } from "./late.ts";
import { type Case, gather, ownTitle, thumbnailOf } from "./record.ts";
import { type Judgement, nothingSaid, type Said, Store, type View, type Work } from "./storage.ts";
import type {
  Answers,
  BenchKeys,
  BenchState,
  Connection,
  Edit,
  Fill,
  FormInput,
  ImageValue,
  Mark,
  MarkKind,
  Point,
  Prediction,
  StoredInput,
  StoredKind,
  StoredValue,
} from "./types.ts";
import { defaults, valuesOf } from "./values.ts";
import { isForm, isStored } from "./viewers/kinds.ts";
import type { Maker } from "./viewers/maker.ts";
import { editsOf, type Frame, frameOf, type Size } from "./viewers/picture/geometry.ts";
import type { EditTool, Viewer } from "./viewers/viewer.ts";

export type Mode = "look" | "edit" | "mark";
/** What a drag does while looking. */
export type Gesture = "window" | "pan" | "zoom" | "scroll" | "length" | "angle" | "ellipse";
export type Sending = { state: "idle" | "sending" | "sent" | "failed" | "waits"; message: string };

export const homeView: View = {
  zoom: 1,
  x: 0,
  y: 0,
  turn: 0,
  flipX: false,
  flipY: false,
  width: 255,
  centre: 127.5,
  invert: false,
};

export type Waits = { online: boolean; message: string };
export const turn: Waits = { online: true, message: "" };

/** What is asked of the parts that come after the first view. forgotten: a case, or with null all, is gone at the server. */
export type Rest = { forgotten(bench: Bench, original: string | null): void };

export class Bench {
  readonly page: BenchState;
  readonly model: Model<BenchKeys>;
  readonly host: Host;
  readonly store: Store;
  /** Inputs on the stage, and those in plain fields. */
  readonly stored: StoredInput[];
  readonly forms: FormInput[];

  readonly cases = signal<Case[]>([]);
  readonly caseId = signal("");
  readonly connection = signal<Connection>("connecting");
  readonly ended = signal<string | null>(null);
  /** What is said of the link's end, and whether that is near. */
  readonly expiry = signal({ words: "", isSoon: false });

  readonly edits = signal<Edit[]>([]);
  readonly history = signal<Edit[][]>([]);
  readonly values = signal<Record<string, unknown>>({});
  readonly marks = signal<Mark[]>([]);
  readonly judgement = signal<Judgement>({
    open: false,
    verdict: null,
    correction: {},
    message: "",
    name: "",
    email: "",
    reply: "",
  });
  /** What is said of single findings, for the answer that it names. */
  readonly ruling = signal<Said>(nothingSaid);
  /** How findings are drawn above the picture. */
  readonly looks = signal({ isShown: true, fill: 0.15 });
  /** The finding whose place the hand draws now; id: null for one that the model missed. */
  readonly drawing = signal<{ output: string; kind: FoundKind; id: string | null } | null>(null);
  /** Takes a shape that was put down, where it is a finding's; set by whoever knows. */
  takeMark: (mark: Mark) => boolean = () => false;
  /** What the first view does without; set by whoever draws that, and until then it does not come. */
  rest: Pick<Late<Rest>, "part" | "once"> = new Late<Rest>(() => new Promise(() => undefined));
  readonly sending = signal<Sending>({ state: "idle", message: "" });
  readonly replying = signal<Sending>({ state: "idle", message: "" });
  /** Leaving this guest, or deleting what it gave. */
  readonly account = signal<Sending>({ state: "idle", message: "" });
  readonly views = signal<Record<string, object>>({});

  readonly mode = signal<Mode>("look");
  /** By name, among those of the viewer. */
  readonly tool = signal("occlude");
  readonly fill = signal<Fill>("black");
  readonly shape = signal<"box" | "ellipse">("box");
  /** Of a line that is drawn: a fraction of the shorter side, and of the full range. */
  readonly pen = signal({ width: 0.02, value: 0 });
  readonly markKind = signal<MarkKind>("box");
  readonly gesture = signal<Gesture>(matchMedia("(pointer: coarse)").matches ? "pan" : "window");
  readonly input = signal("");
  /** Of the input on the stage; null until its code is there. */
  readonly viewer = signal<Viewer | null>(null);
  /** The shape under the hand: in fractions of the original, for a crop of the frame. */
  readonly draft = signal<Point[] | null>(null);
  /** The slider that a hand moves; empty when it is let go. */
  readonly drag = signal("");
  readonly isPeeking = signal(false);
  /** The stage has the whole screen. */
  readonly isFull = signal(false);
  readonly isPicking = signal(false);
  /** Has the stage while an input is made on the page. */
  readonly maker = signal<Maker | null>(null);
  readonly notice = signal("");
  /** The case in which a reply has come that nobody has looked at. */
  readonly replyIn = signal<string | null>(null);

  /** The answer on show, and whether a newer one is awaited. */
  readonly answer = signal<Prediction | null>(null);
  readonly isWaiting = signal(false);
  /** How what is awaited waits, or how far it is; its answers so far. */
  readonly waits = signal<Waits>(turn);
  readonly partial = signal<Answers | null>(null);
  readonly trouble = signal<string | null>(null);
  readonly fieldErrors = signal<Record<string, string>>({});
  readonly uploading = signal<string | null>(null);

  readonly open = computed(() => this.cases.value.find((one) => one.id === this.caseId.value) ?? null);
  /** The cases that the open one is counted among: those that the address named, or all others. */
  readonly group = computed(() => {
    const named = this.page.opened ?? [];
    const isNamed = named.includes(this.caseId.value);
    return this.cases.value.filter((one) => named.includes(one.id) === isNamed);
  });
  /** The place of the open case in it, from 0. */
  readonly place = computed(() => this.group.value.findIndex((one) => one.id === this.caseId.value));
  readonly original = computed(
    () => this.open.value?.attempts.find((one) => one.id === this.caseId.value) ?? this.open.value?.attempts[0] ?? null,
  );
  /** What kind of input is on the stage. */
  readonly kind = computed<StoredKind | null>(
    () => this.stored.find((one) => one.name === this.input.value)?.kind ?? null,
  );
  readonly value = computed<StoredValue | null>(() => {
    const value = this.original.value?.inputs[this.input.value];
    return value && "url" in value ? value : null;
  });
  readonly editTool = computed<EditTool | null>(
    () => this.viewer.value?.tools.find(({ name }) => name === this.tool.value) ?? null,
  );
  /** The edits with the one under the hand, about which the model is asked already; null where there is none. */
  readonly trial = computed<Edit[] | null>(() => {
    const edit = this.viewer.value?.trial();
    return edit ? [...this.edits.value, edit] : null;
  });
  /** Where a picture is on the stage: how it is looked at, and its size in pixels. */
  readonly view = computed<View>(() => ({ ...homeView, ...this.views.value[this.input.value] }));
  readonly picture = computed<ImageValue | null>(() => (this.value.value?.kind === "image" ? this.value.value : null));
  readonly size = computed<Size | null>(() => {
    const value = this.value.value;
    if (value?.kind === "image") return { width: value.width, height: value.height };
    return value?.kind === "study" ? { width: value.columns, height: value.rows } : null;
  });
  /** The edits of the input on the stage. */
  readonly here = computed(() => editsOf(this.edits.value, this.input.value, this.stored[0]?.name ?? ""));
  readonly frame = computed<Frame | null>(() => this.size.value && frameOf(this.here.value, this.size.value));
  /** The marks of the judgement under way; where there is none, those that were sent with the answer on show. */
  readonly marksShown = computed(() =>
    this.judgement.value.open || this.marks.value.length > 0
      ? this.marks.value
      : (this.answer.value?.flag?.marks ?? []),
  );
  readonly marksHere = computed(() =>
    this.marksShown.value.filter((mark) => (mark.input || this.stored[0]?.name) === this.input.value),
  );
  /** Of the answer on show: what is said now, or where nothing is, what was sent. */
  readonly said = computed<Pick<Said, "findings" | "added">>(() => {
    const { prediction, findings, added } = this.ruling.value;
    const shown = this.answer.value;
    if (prediction === shown?.id) return { findings, added };
    return { findings: shown?.flag?.findings ?? [], added: shown?.flag?.added ?? [] };
  });
  /** The answer on show is not the answer to what is on the stage. */
  readonly isStale = computed(
    () => this.isWaiting.value || this.trouble.value !== null || Object.keys(this.fieldErrors.value).length > 0,
  );
  /** The function that is asked is away; what waits for it is kept. */
  readonly isOffline = computed(() => this.isWaiting.value && !this.waits.value.online);
  /** Why nothing can be judged now, in a sentence; "" where it can. What was written comes back with the form. */
  readonly whyNot = computed(() => {
    if (this.isOffline.value)
      return "The function is offline, so there is no answer to judge yet. Your case is kept; you can judge the answer here once it has come.";
    const shown = this.answer.value;
    if (shown?.answer) return "";
    const isFailed = shown?.state === "failed" && !this.isWaiting.value;
    return isFailed ? "This attempt failed: there is no answer to judge." : "There is no answer to judge yet.";
  });
  readonly messages = computed(() =>
    Object.values(this.open.value?.threads ?? {})
      .flat()
      .sort((a, b) => a.created_at.localeCompare(b.created_at)),
  );

  constructor(page: BenchState, model: Model<BenchKeys>, host: Host) {
    this.page = page;
    this.model = model;
    this.host = host;
    this.store = new Store(host, page.urls.predictions, page.guest.id);
    this.stored = page.interface.inputs.filter((field): field is StoredInput => isStored(field.kind));
    this.forms = page.interface.inputs.filter(isForm);
    this.input.value = this.stored[0]?.name ?? "";
    this.cases.value = gather(page, this.store.cameFrom);
    const ids = this.cases.value.map((one) => one.id);
    const first = [host.at, this.store.at].find((id) => id && ids.includes(id)) ?? ids[0];
    if (first) this.openCase(first);
    else this.values.value = defaults(this.forms);
  }

  get mayTry(): boolean {
    return this.page.role !== "view";
  }

  /** Came through a link; a member has the name of the account. */
  get isGuest(): boolean {
    return this.page.urls.leave !== undefined;
  }

  get mayFlag(): boolean {
    return this.page.role === "review";
  }

  openCase(id: string): void {
    batch(() => {
      this.caseId.value = id;
      const work = this.store.workOf(id);
      const kept = work?.judgement;
      const { name, email } = this.page.guest;
      const last = this.judgement.value;
      this.edits.value = this.mayTry ? (work?.edits ?? []) : [];
      this.history.value = [];
      this.values.value = (this.mayTry && work?.values) || {
        ...defaults(this.forms),
        ...valuesOf(this.original.value, this.forms),
      };
      this.marks.value = work?.marks ?? [];
      this.ruling.value = work?.said ?? nothingSaid;
      this.drawing.value = null;
      this.views.value = work?.views ?? {};
      this.judgement.value = {
        ...{
          open: false,
          verdict: null,
          correction: {},
          message: "",
          reply: "",
        },
        ...kept,
        name: kept?.name || last.name || name,
        email: kept?.email || last.email || email,
      };
      this.sending.value = { state: "idle", message: "" };
      this.replying.value = { state: "idle", message: "" };
      this.drag.value = "";
      this.mode.value = "look";
      this.draft.value = null;
      this.trouble.value = null;
      this.fieldErrors.value = {};
      this.answer.value = this.original.value;
    });
  }

  get work(): Work {
    return {
      edits: this.edits.value,
      values: this.values.value,
      marks: this.marks.value,
      said: this.ruling.value,
      judgement: this.judgement.value,
      views: this.views.value,
    };
  }

  openInput(name: string): void {
    batch(() => {
      this.draft.value = null;
      this.input.value = name;
    });
  }

  /** Brings a part once the first view is there. */
  afterwards(part: { bring(): void }): void {
    effect(() => {
      if (this.rest.part.value) part.bring();
    });
  }

  changeCase(id: string, change: (one: Case) => Case): void {
    this.cases.value = this.cases.value.map((one) => (one.id === id ? change(one) : one));
  }

  addCase(prediction: Prediction): void {
    const others = this.cases.value.filter((one) => one.id !== prediction.original);
    const own: Case = {
      id: prediction.original,
      title: ownTitle(others.filter((one) => one.isOwn).length + 1),
      isOwn: true,
      thumbnail: thumbnailOf(prediction),
      attempts: [prediction],
      threads: {},
    };
    this.cases.value = [...others, own];
    this.openCase(own.id);
  }

  /** Changes how the input on the stage is looked at; in the words of its viewer, a picture's by default. */
  setView<V extends object = View>(change: Partial<V>): void {
    const { value } = this.views;
    this.views.value = { ...value, [this.input.value]: { ...value[this.input.value], ...change } };
  }

  /** One edit more or less; the earlier list can be had back by undo. Steps of one slider's drag count as one. */
  setEdits(edits: Edit[], drag = ""): void {
    batch(() => {
      if (!drag || drag !== this.drag.value) this.history.value = [...this.history.value, this.edits.value].slice(-200);
      this.drag.value = drag;
      this.edits.value = edits;
      this.draft.value = null;
    });
  }

  /** The slider has been let go. */
  endDrag(): void {
    this.drag.value = "";
  }

  judge(change: Partial<Judgement>): void {
    this.judgement.value = { ...this.judgement.value, ...change };
  }

  say({ findings, added }: Pick<Said, "findings" | "added">): void {
    this.ruling.value = { prediction: this.answer.value?.id ?? "", findings, added };
  }

  /** Puts a mark down: of a finding that is drawn, or for people. */
  addMark(mark: Mark): void {
    if (!this.takeMark(mark)) this.marks.value = [...this.marks.value, mark];
  }

  /** The stage is the viewer's again. */
  endMaking(): void {
    this.maker.value?.end();
    this.maker.value = null;
  }

  stepCase(by: number): void {
    const next = this.group.value[this.place.value + by];
    if (next) this.openCase(next.id);
  }
}
