/** What the server says of explanations. It mirrors `gpu_workers/protocol/explanations.py` and `apps/explanations`. */

/** A method that suits what a model takes. inputs: those that it can change. */
export type Method = { method: string; title: string; shows: string; does_not_show: string; inputs: string[] };

export type Target = { output: string; label: string };

export type MapResult = { kind: "map"; input: string; score: number };
export type Result = MapResult;

export type Explanation = {
  id: string;
  prediction: string;
  method: string;
  title: string;
  shows: string;
  does_not_show: string;
  options: Record<string, unknown>;
  target: Target;
  state: "queued" | "succeeded" | "failed" | "cancelled";
  /** A share of the calls; null while it waits. */
  progress: number | null;
  calls: number;
  expected_seconds: number;
  /** The result in a sentence. */
  found: string;
  result: Result | null;
  overlay: string | null;
  error: { code: string; message: string } | null;
};

export type Cost = { calls: number; expected_seconds: number; measured: boolean; message: string };

/** The case in question. rendered: what the model saw, by input. targets: whose scores can be followed. */
export type Subject = { id: string; rendered: Record<string, string>; targets: Target[] };

/** explanations: of `{id}`, a prediction; explanation: one. methods: null where one is shown no explanations at all. */
export type Place = { explanations: string; explanation: string; methods: Method[] | null; mayAsk: boolean };
