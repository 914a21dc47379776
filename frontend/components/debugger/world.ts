/** Coasts and borders of the world: Natural Earth 1:110m, in the public domain, as world-atlas has it. Loaded when a map is shown. */

import { arcs, transform } from "world-atlas/countries-110m.json";
import { decoded, type Point } from "./hexagons.ts";

export const lines: Point[][] = decoded(arcs, transform);
