/** What the sketch answers: fixed log-odds, moved by how much of three places is covered. No model. */

/** x, y, width, height in pixels of the 560 × 620 film. */
export type Box = [x: number, y: number, width: number, height: number];

export const FINDINGS = ["Pleural effusion", "Cardiomegaly", "Atelectasis", "Consolidation", "No finding"] as const;

const LOG_ODDS = [1.46, -0.62, -0.82, -1.55, -2.6];

/** A place as left, top, right, bottom, and what covering all of it adds to each log-odd. */
const PLACES: [number, number, number, number, number[]][] = [
  [440, 14, 548, 98, [-1.95, -0.15, -0.45, -0.3, 1.5]], // the burned-in marker
  [405, 350, 520, 510, [-0.75, 0.05, -0.5, -0.7, 0.5]], // the fluid
  [225, 310, 400, 455, [-0.1, -1.6, 0, -0.1, 0.5]], // the heart
];

const overlap = (start: number, length: number, low: number, high: number): number =>
  Math.max(0, Math.min(start + length, high) - Math.max(start, low)) / (high - low);

/** A probability for each finding; `null` is the film as received. */
export function answerFor(box: Box | null): number[] {
  const odds = [...LOG_ODDS];
  if (box) {
    const [x, y, width, height] = box;
    for (const [left, top, right, bottom, shifts] of PLACES) {
      const covered = overlap(x, width, left, right) * overlap(y, height, top, bottom);
      shifts.forEach((shift, i) => {
        odds[i] = (odds[i] ?? 0) + shift * covered;
      });
    }
  }
  return odds.map((odd) => 1 / (1 + Math.exp(-odd)));
}
