/** Puts the debugger on its page. */

import type { Call, DebuggerKeys, FromOther, PageState, View } from "../../components/debugger/types.ts";
import { Refusal } from "../../host/http.ts";
import { type Component, mount, pageModel, stateOf } from "../../host/index.ts";
import { copy } from "../shell/copy.ts";
import { Address, questionIn } from "./address.ts";
import { Calls, type StateWithUrls } from "./calls.ts";
import { saveReport } from "./report.ts";

const OFFERS: Call[] = [
  "ask",
  "export",
  "dataset",
  "save_slice",
  "delete_slice",
  "save_analysis",
  "delete_analysis",
  "share",
  "report",
  "pictures",
  "cases",
  "open_cases",
];

export function startPage(component: Component<DebuggerKeys>): void {
  const el = document.querySelector<HTMLElement>("#debugger");
  if (!el) return;
  const { urls, ...state } = stateOf<StateWithUrls & { question: Partial<View> | null }>("debugger-state");
  const end = new AbortController();
  const question = questionIn(location.search) ?? state.question;
  const local = { share: copyAddress, report: (body: unknown) => saveReport(body as DebuggerKeys) };
  const deliver = (message: FromOther): void => model.deliver(message);
  const calls = new Calls(urls, deliver, local, (url) => location.assign(url));
  const model = pageModel<DebuggerKeys>(
    { state: state as PageState, question, answer: null, offers: OFFERS },
    { send: calls.send, save: (changes) => changes.question && address.follow(changes.question as View) },
  );
  const address = new Address(question, state.columns, (back) => model.receive({ question: back }), end.signal);
  mount(component, el, model);
  forwardKeys(el);
}

async function copyAddress(): Promise<unknown> {
  if (await copy(location.href)) return {};
  throw new Refusal({ detail: "This browser does not let a page copy. Copy the address from its own bar." });
}

/** Keys that are pressed while nothing has the focus are meant for the debugger: it is all that this page has. */
function forwardKeys(el: HTMLElement): void {
  document.addEventListener("keydown", (event) => {
    if (event.target !== document.body) return;
    const root = el.firstElementChild?.shadowRoot?.querySelector(".debugger");
    const { key, ctrlKey, metaKey, shiftKey, altKey } = event;
    const same = new KeyboardEvent("keydown", { key, ctrlKey, metaKey, shiftKey, altKey, cancelable: true });
    if (root && !root.dispatchEvent(same)) event.preventDefault();
  });
}
