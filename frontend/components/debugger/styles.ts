/** The sheets of a debugger's shadow root: those of the pages that it needs, and its own. */

import { onHost } from "../../host/shadow.ts";
import badge from "../../styles/badge.css?inline";
import base from "../../styles/base.css?inline";
import blank from "../../styles/blank.css?inline";
import button from "../../styles/button.css?inline";
import chart from "../../styles/chart.css?inline";
import dialog from "../../styles/dialog.css?inline";
import field from "../../styles/field.css?inline";
import icon from "../../styles/icon.css?inline";
import key from "../../styles/key.css?inline";
import layers from "../../styles/layers.css?inline";
import layout from "../../styles/layout.css?inline";
import menu from "../../styles/menu.css?inline";
import notice from "../../styles/notice.css?inline";
import panel from "../../styles/panel.css?inline";
import progress from "../../styles/progress.css?inline";
import reset from "../../styles/reset.css?inline";
import table from "../../styles/table.css?inline";
import text from "../../styles/text.css?inline";
import tokens from "../../styles/tokens.css?inline";
import tools from "../../styles/toolbar.css?inline";
import utilities from "../../styles/utilities.css?inline";
import cases from "./sheets/cases.css?inline";
import charts from "./sheets/charts.css?inline";
import frame from "./sheets/frame.css?inline";
import parts from "./sheets/parts.css?inline";
import rows from "./sheets/rows.css?inline";

/** All of them as one text. */
export const sheets = [
  layers,
  onHost(tokens),
  reset,
  base,
  layout,
  icon,
  text,
  key,
  button,
  field,
  badge,
  table,
  tools,
  panel,
  menu,
  dialog,
  notice,
  blank,
  progress,
  chart,
  frame,
  charts,
  parts,
  rows,
  cases,
  utilities,
].join("\n");
