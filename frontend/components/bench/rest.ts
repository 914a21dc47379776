/** What the first view does without: it comes once the first answer is drawn. */

export { about } from "./about.ts";
export { attempts } from "./attempts.ts";
export { changes } from "./changes.ts";
export { comparing } from "./comparing.ts";
export { conversation } from "./conversation.ts";
export { dialogs } from "./dialogs.ts";
export { ended } from "./ended.ts";
export { forgotten, openHistory } from "./history.ts";
export { form, judged, sent } from "./judgement_form.ts";
