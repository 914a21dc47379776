/** The tools that change the picture that the model sees; what each can be set to comes after the first view. */

import { nothing } from "lit-html";
import { Late } from "../../late.ts";
import type { Bench } from "../../state.ts";
import type { EditTool } from "../viewer.ts";
import type { Optioned } from "./options.ts";
import type { Reel } from "./sheet.ts";
import { flip, turnBy } from "./tools.ts";

export function tools(bench: Bench, reel: Reel | null = null): EditTool[] {
  const brought = new Late(() => import("./options.ts"));
  bench.afterwards(brought);
  const options = (name: Optioned) => () => brought.drawn?.OPTIONS[name](bench, reel) ?? nothing;
  return [
    {
      name: "occlude",
      icon: "occlude",
      label: "Cover a part",
      key: "o",
      short: "cover",
      hint: "Drag over what you think the model looks at.",
      isShape: true,
      options: options("occlude"),
    },
    {
      name: "crop",
      icon: "crop",
      label: "Crop",
      key: "c",
      short: "crop",
      hint: "Drag a box around what the model may see.",
      isShape: true,
    },
    {
      name: "rotate",
      icon: "rotate",
      label: "Rotate",
      key: "r",
      short: "rotate",
      hint: "Turn what the model sees.",
      options: options("rotate"),
      act: () => turnBy(bench, 90),
    },
    {
      name: "flip",
      icon: "flip",
      label: "Flip",
      key: "h",
      short: "flip",
      hint: "Mirror what the model sees.",
      options: options("flip"),
      act: () => flip(bench, "x"),
    },
    {
      name: "levels",
      icon: "contrast",
      label: "Brightness and contrast",
      key: "b",
      short: "brightness",
      hint: "Make what the model sees brighter or darker.",
      options: options("levels"),
    },
    {
      name: "draw",
      icon: "draw",
      label: "Draw a line",
      key: "d",
      short: "draw",
      hint: "Draw over what you think the model looks at.",
      isShape: true,
      options: options("draw"),
    },
    {
      name: "blur",
      icon: "blur",
      label: "Blur",
      key: "u",
      short: "blur",
      hint: "Make what the model sees less sharp.",
      options: options("blur"),
    },
    {
      name: "noise",
      icon: "noise",
      label: "Noise",
      key: "n",
      short: "noise",
      hint: "Add grain to what the model sees.",
      options: options("noise"),
    },
  ];
}
