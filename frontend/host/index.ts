/** What components and pages import of the host. */
export type { Component, Listener, Model, PageModel, RenderProps, Transport } from "./model.ts";
export { pageModel } from "./model.ts";
export { mount, stateOf } from "./mount.ts";
