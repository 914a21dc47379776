/** Pages of a team replace parts of themselves by htmx: no eval, no inline style, our own origin only. */
import htmx from "htmx.org";

Object.assign(htmx.config, {
  includeIndicatorStyles: false,
  allowEval: false,
  allowScriptTags: false,
  selfRequestsOnly: true,
  historyCacheSize: 0,
  refreshOnHistoryMiss: true,
  scrollIntoViewOnBoost: false,
  // htmx hides nothing and animates nothing of its own here; our sheets do.
  globalViewTransitions: false,
});
