/** The landing page's sketch of a bench: cover a part of a drawn film, see the answer follow fixed rules. */
import "../styles/landing.css";
import { drawFilm, MARKER } from "./landing/film.ts";
import { answerFor, type Box, FINDINGS } from "./landing/rules.ts";

const SVG = "http://www.w3.org/2000/svg";

function need<T extends Element>(selector: string, root: ParentNode = document): T {
  const element = root.querySelector<T>(selector);
  if (!element) throw new Error(`The landing page lacks ${selector}.`);
  return element;
}

/** One line of the answer, as the template tag `score` writes it; returns how to set it. */
function line(name: string, isTop: boolean, list: Element): (value: number, was: number, covered: boolean) => void {
  const item = document.createElement("li");
  item.className = isTop ? "prob top" : "prob";
  const spans = ["name", "value", "delta"].map((part) => {
    const span = document.createElement("span");
    span.className = part;
    return span;
  });
  const [label, figure, delta] = spans as [HTMLElement, HTMLElement, HTMLElement];
  label.textContent = name;
  const track = document.createElementNS(SVG, "svg");
  track.setAttribute("class", "track");
  track.setAttribute("aria-hidden", "true");
  const [fill, tick] = ["fill", "was"].map((part) => {
    const rect = document.createElementNS(SVG, "rect");
    rect.setAttribute("class", part);
    track.append(rect);
    return rect;
  }) as [SVGRectElement, SVGRectElement];
  fill.setAttribute("height", "100%");
  for (const [key, value] of Object.entries({ y: "-3", width: "2", height: "14" })) tick.setAttribute(key, value);
  item.append(...spans, track);
  list.append(item);
  return (value, was, covered) => {
    const change = value - was;
    figure.textContent = value.toFixed(2);
    item.classList.toggle("plain", !covered);
    delta.hidden = !covered;
    delta.textContent = covered
      ? Math.abs(change) < 0.005
        ? "±0.00"
        : `${change > 0 ? "+" : "−"}${Math.abs(change).toFixed(2)}`
      : "";
    fill.setAttribute("width", `${100 * value}%`);
    tick.setAttribute("x", `${100 * was}%`);
  };
}

const canvas = need<HTMLCanvasElement>("#film");
const context = need<HTMLCanvasElement>("#film").getContext("2d");
const tip = need<HTMLElement>("#tip");
const uncover = need<HTMLButtonElement>("#uncover");
const list = need("#answer");
const lines = FINDINGS.map((name, i) => line(name, i === 0, list));
const original = answerFor(null);
const film = drawFilm(canvas.width, canvas.height);

function show(box: Box | null): void {
  if (!context) return;
  context.drawImage(film, 0, 0);
  if (box) {
    context.fillStyle = "#000";
    context.fillRect(...box);
    context.strokeStyle = "#cda6fb";
    context.lineWidth = 1.5;
    context.setLineDash([6, 4]);
    context.strokeRect(...box);
  }
  answerFor(box).forEach((value, i) => {
    lines[i]?.(value, original[i] ?? 0, box !== null);
  });
  tip.hidden = box !== null;
  uncover.hidden = box === null;
}

/** A pointer's place in the canvas's own pixels. */
function placeOf(event: PointerEvent): [number, number] {
  const frame = canvas.getBoundingClientRect();
  return [
    ((event.clientX - frame.left) / frame.width) * canvas.width,
    ((event.clientY - frame.top) / frame.height) * canvas.height,
  ];
}

let from: [number, number] | null = null;
canvas.addEventListener("pointerdown", (event) => {
  from = placeOf(event);
  canvas.setPointerCapture(event.pointerId);
});
canvas.addEventListener("pointermove", (event) => {
  if (!from) return;
  const to = placeOf(event);
  show([Math.min(from[0], to[0]), Math.min(from[1], to[1]), Math.abs(from[0] - to[0]), Math.abs(from[1] - to[1])]);
});
for (const end of ["pointerup", "pointercancel"] as const) canvas.addEventListener(end, () => (from = null));
canvas.addEventListener("keydown", (event) => {
  if (event.key === "Enter") show(MARKER);
  if (event.key === "Escape") show(null);
});
need("#cover").addEventListener("click", () => show(MARKER));
uncover.addEventListener("click", () => {
  show(null);
  need<HTMLButtonElement>("#cover").focus();
});
show(null);
