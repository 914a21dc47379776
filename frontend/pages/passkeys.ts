/**
 * Passkeys. A form with `data-passkey="create"` or `"get"` asks the browser before it is sent, and sends what it answers
 * in the field `credential`. The options stand in the script `#js_data`; a form without it fetches them from its action.
 */
type Options = { publicKey: Record<string, unknown> };

const BYTES = new Set(["challenge", "id"]);
const CANCELLED = "Nothing was sent: the browser's question was closed or took too long. Try again.";
const FAILED = "This browser or key refused. Try another one, or the authenticator app.";
const KNOWN = "This key is registered already.";

function toBytes(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function toText(bytes: ArrayBuffer | null): string | null {
  if (!bytes) return null;
  const plain = String.fromCharCode(...new Uint8Array(bytes));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Options come as JSON with base64url where the browser wants bytes; the relying party's own id is a name. */
function withBytes(value: unknown, inside = ""): unknown {
  if (Array.isArray(value)) return value.map((each) => withBytes(each, inside));
  if (value === null || typeof value !== "object") return value;
  const pairs = Object.entries(value).map(([name, each]) => [
    name,
    typeof each === "string" && BYTES.has(name) && inside !== "rp" ? toBytes(each) : withBytes(each, name),
  ]);
  return Object.fromEntries(pairs);
}

function answerOf(response: AuthenticatorResponse): Record<string, unknown> {
  const clientDataJSON = toText(response.clientDataJSON);
  if (response instanceof AuthenticatorAttestationResponse) {
    const transports = response.getTransports?.() ?? [];
    return { clientDataJSON, attestationObject: toText(response.attestationObject), transports };
  }
  const { authenticatorData, signature, userHandle } = response as AuthenticatorAssertionResponse;
  return {
    clientDataJSON,
    authenticatorData: toText(authenticatorData),
    signature: toText(signature),
    userHandle: toText(userHandle),
  };
}

function shown(credential: PublicKeyCredential): string {
  return JSON.stringify({
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: answerOf(credential.response),
  });
}

async function optionsFor(form: HTMLFormElement): Promise<Options> {
  const written = document.getElementById("js_data")?.textContent;
  if (written) {
    const data = JSON.parse(written);
    return data.creation_options ?? data.request_options;
  }
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return (await answer.json()).request_options;
}

async function ask(form: HTMLFormElement): Promise<PublicKeyCredential> {
  const { publicKey } = withBytes(await optionsFor(form)) as Options;
  if (form.dataset.passkey === "get") {
    return (await navigator.credentials.get({
      publicKey: publicKey as unknown as PublicKeyCredentialRequestOptions,
    })) as PublicKeyCredential;
  }
  const alone = form.querySelector<HTMLInputElement>("[name=passwordless]")?.checked ?? false;
  const selection = (publicKey.authenticatorSelection ?? {}) as Record<string, unknown>;
  publicKey.authenticatorSelection = {
    ...selection,
    residentKey: alone ? "required" : "discouraged",
    requireResidentKey: alone,
    userVerification: alone ? "required" : selection.userVerification,
  };
  return (await navigator.credentials.create({
    publicKey: publicKey as unknown as PublicKeyCredentialCreationOptions,
  })) as PublicKeyCredential;
}

function tell(form: HTMLFormElement, sentence: string): void {
  const place = form.querySelector<HTMLElement>("[data-problem]");
  if (!place) return;
  place.textContent = sentence;
  place.hidden = false;
}

function sentenceFor(error: unknown): string {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "AbortError") return CANCELLED;
  return name === "InvalidStateError" ? KNOWN : FAILED;
}

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-passkey]")) {
  const button = form.querySelector<HTMLButtonElement>("button[type=submit]");
  if (!window.PublicKeyCredential) {
    tell(form, "Passkeys need a newer browser, and a page that came over TLS or from localhost.");
    if (button) button.disabled = true;
    continue;
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button) button.disabled = true;
    try {
      const field = form.querySelector<HTMLInputElement>("[name=credential]");
      if (field) field.value = shown(await ask(form));
      form.submit();
    } catch (error) {
      tell(form, sentenceFor(error));
      if (button) button.disabled = false;
    }
  });
}
