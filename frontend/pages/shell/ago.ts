/** The words for a moment, as seen from another: the same as the template filter `ago` writes. */
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function span(ms: number): string {
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h`;
  const days = Math.floor(ms / DAY);
  if (days < 14) return days === 1 ? "1 day" : `${days} days`;
  if (days < 61) return `${Math.floor(days / 7)} weeks`;
  if (days < 730) return `${Math.floor(days / 30.44)} months`;
  return `${Math.floor(days / 365.25)} years`;
}

/** `at` and `now` in milliseconds since 1970. */
export function ago(at: number, now: number): string {
  const passed = now - at;
  if (passed <= -MINUTE) return `in ${span(-passed + MINUTE / 2)}`;
  if (passed < MINUTE) return "just now";
  if (passed >= DAY && passed < 2 * DAY) return "yesterday";
  return `${span(passed)} ago`;
}
