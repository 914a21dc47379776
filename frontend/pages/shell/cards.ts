/**
 * What a table with `.cards` needs to stay a table when its rows become cards: explicit roles, because
 * `display: grid` takes them away, and each cell's column name in `data-label`.
 */
const ROLES: Record<string, string> = {
  THEAD: "rowgroup",
  TBODY: "rowgroup",
  TFOOT: "rowgroup",
  TR: "row",
  TD: "cell",
};

function label(table: HTMLTableElement): void {
  const names = [...(table.tHead?.rows[0]?.cells ?? [])].map((cell) =>
    cell.querySelector(".visually-hidden") ? "" : (cell.textContent ?? "").trim(),
  );
  table.setAttribute("role", "table");
  for (const part of table.querySelectorAll<HTMLElement>("thead, tbody, tfoot, tr, th, td")) {
    const heading = part.closest("thead") ? "columnheader" : "rowheader";
    part.setAttribute("role", part.tagName === "TH" ? heading : (ROLES[part.tagName] ?? "cell"));
  }
  for (const body of table.tBodies) {
    for (const row of body.rows) {
      [...row.cells].forEach((cell, i) => {
        const name = names[i];
        if (cell.tagName === "TD" && name && !cell.dataset.label) cell.dataset.label = name;
      });
    }
  }
}

export function labelCards(root: Document | Element): void {
  const own = root instanceof Element ? root.closest("table.cards") : null;
  if (own instanceof HTMLTableElement) label(own);
  for (const table of root.querySelectorAll<HTMLTableElement>("table.cards")) label(table);
}
