/** The markup of one icon, for modules; templates use `{% icon %}`. */
import sprite from "./icons.svg?url";

const SVG = "http://www.w3.org/2000/svg";

/** An icon as an element; decorative unless it is given a label. */
export function icon(name: string, options: { small?: boolean; label?: string } = {}): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", options.small ? "icon small" : "icon");
  if (options.label) {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", options.label);
  } else svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${sprite}#i-${name}`);
  svg.append(use);
  return svg;
}
