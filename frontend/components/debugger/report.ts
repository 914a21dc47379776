/** The script of a saved page: shows the answer that the page holds. Nothing can be asked, everything can be looked at. */

import { mount, pageModel, stateOf } from "../../host/index.ts";
import component from "./index.ts";
import type { DebuggerKeys } from "./types.ts";

const el = document.getElementById("debugger");
if (el) {
  const kept = stateOf<Pick<DebuggerKeys, "state" | "question" | "answer">>("debugger-report");
  mount(component, el, pageModel<DebuggerKeys>({ ...kept, offers: [] }));
}
