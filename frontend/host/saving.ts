/** Files that are made in the browser and handed to it, and rows as CSV. */

export type Cell = string | number | boolean | null;

/** As `gpu_workers/protocol/spreadsheets.py` has it: what is not seen does not hide the sign of a formula. */
const UNSEEN = "\\x1c-\\x1f\\x85\\u200b-\\u200f\\u2060\\u00ad";
const FORMULA = new RegExp(`^(?:[\\s${UNSEEN}]*[=+\\-@＝＋－＠]|[\\t\\r\\n])`);

/** The browser begins to read it after the press. */
const READ_MS = 60_000;

export function save(made: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(made);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), READ_MS);
}

/** RFC 4180; null is an empty cell. A text that a spreadsheet would take for a formula is led by an apostrophe. */
export function csv(rows: readonly (readonly Cell[])[]): string {
  const written = (cell: Cell): string => {
    const text = typeof cell === "string" && FORMULA.test(cell) ? `'${cell}` : String(cell ?? "");
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return rows.map((row) => `${row.map(written).join(",")}\r\n`).join("");
}
