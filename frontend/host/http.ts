/** Requests to the page's own server: its CSRF token, its problem documents in words. */

/** A problem document (RFC 9457), as every refusal of the server is. */
export type Problem = {
  code?: string;
  title?: string;
  detail?: string;
  status?: number;
  errors?: { field: string; code?: string; message: string }[];
};

export class Refusal extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(sentence(problem));
    this.problem = problem;
  }

  /** The link itself no longer works: nothing else on this page will. */
  get isEnd(): boolean {
    return this.problem.status === 401 || this.problem.status === 410 || /^link_/.test(this.problem.code ?? "");
  }
}

/** No answer came at all. */
export class Unreachable extends Error {}

export function sentence(problem: Problem): string {
  const fields = (problem.errors ?? []).map((error) => error.message).join(" ");
  return problem.detail || fields || problem.title || "The server refused this without saying why. Your work is kept.";
}

function csrfToken(): string {
  const cookie = /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)?.[1];
  return cookie ?? document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
}

export async function get<T>(url: string, signal?: AbortSignal): Promise<T> {
  return answer<T>(() =>
    fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin", signal: signal ?? null }),
  );
}

/** A file as it lies there; a part of it where a range is named and the server gives parts. */
export const fileAt = (url: string, signal?: AbortSignal, range?: string): Promise<Response> =>
  fetch(url, { credentials: "same-origin", headers: range ? { Range: range } : {}, signal: signal ?? null });

/** Throws where the file does not come. */
export async function bytesOf(coming: Promise<Response>): Promise<ArrayBuffer> {
  const response = await coming;
  if (!response.ok) throw new Error(`the file did not come (${response.status})`);
  return response.arrayBuffer();
}

/** wait: seconds that the server may take before it answers that it is not done yet (RFC 7240). */
export async function post<T>(url: string, body: unknown, signal?: AbortSignal, wait = 0): Promise<T> {
  const isForm = body instanceof FormData;
  const headers: Record<string, string> = { Accept: "application/json", "X-CSRFToken": csrfToken() };
  if (wait) headers.Prefer = `wait=${wait}`;
  if (!isForm) headers["Content-Type"] = "application/json";
  const sent = isForm ? body : JSON.stringify(body ?? {});
  return answer<T>(() =>
    fetch(url, { method: "POST", headers, body: sent, credentials: "same-origin", signal: signal ?? null }),
  );
}

/** Any answer counts but one in the place of a server that is away. */
export async function isAnybodyThere(signal: AbortSignal): Promise<boolean> {
  try {
    return (await fetch("/health/", { method: "HEAD", cache: "no-store", signal })).status < 500;
  } catch {
    return false;
  }
}

export async function remove(url: string): Promise<void> {
  const headers = { Accept: "application/json", "X-CSRFToken": csrfToken() };
  await answer<unknown>(() => fetch(url, { method: "DELETE", headers, credentials: "same-origin" }));
}

/** A POST that answers with the way to a page; the way is left to who asked. */
export async function leave(url: string): Promise<void> {
  const headers = { "X-CSRFToken": csrfToken() };
  await answer<unknown>(async () => {
    const response = await fetch(url, { method: "POST", headers, credentials: "same-origin", redirect: "manual" });
    return response.type === "opaqueredirect" ? new Response(null, { status: 204 }) : response;
  });
}

async function answer<T>(call: () => Promise<Response>): Promise<T> {
  let response: Response;
  try {
    response = await call();
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Unreachable("No connection to the server.");
  }
  const text = await response.text();
  if (response.ok) return (text ? JSON.parse(text) : null) as T;
  throw new Refusal(problemOf(response.status, text));
}

function problemOf(status: number, text: string): Problem {
  try {
    return { status, ...(JSON.parse(text) as Problem) };
  } catch {
    const words: Record<number, string> = {
      403: "The server did not accept this page's session. Reload the page; your work is kept.",
      404: "This is no longer there.",
      413: "The file is larger than 25 MB. Send a smaller one.",
      429: "That was too fast for the server. Wait a moment, then try again.",
      503: "The server is busy or restarting. Your work is kept; try again in a moment.",
    };
    return {
      status,
      detail: words[status] ?? `The server answered with an error (${status}). Your work is kept; try again.`,
    };
  }
}
