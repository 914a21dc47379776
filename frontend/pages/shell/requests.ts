/** What goes with each request of a fragment, and what is said where it fails; the library comes by `fragments.ts`. */
import { toast } from "./toasts.ts";

/** The sentence of a problem document, else one that says what is safe and what to do. */
function sentenceOf(request: XMLHttpRequest): string {
  try {
    const problem: unknown = JSON.parse(request.responseText);
    if (problem && typeof problem === "object" && "detail" in problem && typeof problem.detail === "string")
      return problem.detail;
  } catch {
    // An HTML page of an error carries its sentence in a heading that a toast has no room for.
  }
  if (request.status === 403) return "Your role does not allow this. A team admin can change that.";
  if (request.status === 429) return "Too many requests in a short time. Wait a minute and try again.";
  return "The server could not do this. Nothing was changed; try again.";
}

export function sendRequests(): void {
  document.addEventListener("htmx:configRequest", (event) => {
    const { headers } = (event as CustomEvent<{ headers: Record<string, string> }>).detail;
    const token = document.querySelector<HTMLMetaElement>("meta[name=csrf-token]")?.content;
    if (token) headers["X-CSRFToken"] = token;
  });
  document.addEventListener("htmx:responseError", (event) => {
    toast(sentenceOf((event as CustomEvent<{ xhr: XMLHttpRequest }>).detail.xhr), "bad");
  });
}
