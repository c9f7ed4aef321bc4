// Passkeys (WebAuthn). A form with data-passkey="create|get" holds a hidden field "credential" and
// a button; the options of the ceremony are in #js_data or come from data-options-url.

const PROBLEM = "[data-passkey-problem]";

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const descriptors = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

async function options(form, kind) {
  if (!form.dataset.optionsUrl) {
    return JSON.parse(document.getElementById("js_data").textContent)[kind].publicKey;
  }
  const headers = { Accept: "application/json", "X-Requested-With": "XMLHttpRequest" };
  const answer = await fetch(form.dataset.optionsUrl, { headers });
  return (await answer.json())[kind].publicKey;
}

async function create(form) {
  const asked = await options(form, "creation_options");
  const publicKey = {
    ...asked,
    challenge: bytes(asked.challenge),
    user: { ...asked.user, id: bytes(asked.user.id) },
    excludeCredentials: descriptors(asked.excludeCredentials),
    // a passkey signs in by itself, so it must know its person and be found without a name
    authenticatorSelection: {
      ...asked.authenticatorSelection,
      residentKey: "required", requireResidentKey: true, userVerification: "required",
    },
  };
  const made = await navigator.credentials.create({ publicKey });
  return {
    attestationObject: text(made.response.attestationObject),
    transports: made.response.getTransports?.() ?? [],
    ...common(made),
  };
}

async function get(form) {
  const asked = await options(form, "request_options");
  const publicKey = {
    ...asked,
    challenge: bytes(asked.challenge),
    allowCredentials: descriptors(asked.allowCredentials),
  };
  const made = await navigator.credentials.get({ publicKey });
  return {
    authenticatorData: text(made.response.authenticatorData),
    signature: text(made.response.signature),
    userHandle: made.response.userHandle ? text(made.response.userHandle) : null,
    ...common(made),
  };
}

const common = (made) => ({ clientDataJSON: text(made.response.clientDataJSON), made });

function asJSON({ made, ...response }) {
  return JSON.stringify({
    id: made.id,
    rawId: text(made.rawId),
    type: made.type,
    authenticatorAttachment: made.authenticatorAttachment ?? undefined,
    response,
    clientExtensionResults: made.getClientExtensionResults(),
  });
}

// Browsers offer passkeys over TLS or on localhost, and to names, not to numeric addresses.
const numeric = /^(\d+\.){3}\d+$|^\[/.test(location.hostname);
const possible = Boolean(window.PublicKeyCredential) && window.isSecureContext && !numeric;

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.hidden = !possible;
  form.addEventListener("submit", async (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    const problem = form.querySelector(PROBLEM);
    problem.hidden = true;
    try {
      const made = await (form.dataset.passkey === "create" ? create(form) : get(form));
      form.elements.credential.value = asJSON(made);
      form.submit();
    } catch {
      problem.hidden = false;
    }
  });
}
for (const note of document.querySelectorAll("[data-passkey-impossible]")) note.hidden = possible;
