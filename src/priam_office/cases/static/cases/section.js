// A section saves as one types: first on this tablet, then in the office. Without the network it
// waits here; if somebody else filled in the same field, both versions are kept and shown.

import * as outbox from "./outbox.js";
import { changes, fill, values } from "./fields.js";

const QUIET_MS = 1200;
const HIDDEN_MS = 250;

/** Make a form save itself. `say(state, details)` shows how it stands. */
export function selfSaving(form, { section, say, caseTag, base = "", account = "" }) {
  const key = () => `${caseTag()}/${section}`;
  let saved = values(form, true);
  let onto = base;
  let timer;
  let busy = null;
  let waitingFor = null; // id of the last entry that has no answer yet

  async function keepDraft() {
    const changed = changes(saved, values(form));
    if (outbox.able() && Object.keys(changed).length && caseTag()) {
      await outbox.put("drafts", { key: key(), changed, onto, at: Date.now() });
    }
  }

  async function save() {
    clearTimeout(timer);
    if (busy) return busy.then(save);
    const now = values(form);
    const changed = changes(saved, now);
    if (!Object.keys(changed).length || !caseTag()) return undefined;
    busy = outbox.able() ? viaOutbox(now, changed) : viaForm(now);
    try {
      await busy;
    } catch (error) {
      say("failed", { code: error.code, words: String(error.message ?? error) });
    } finally {
      busy = null;
    }
    return undefined;
  }

  async function viaOutbox(now, changed) {
    const body = { case: caseTag(), section, changes: changed, base: onto };
    const id = await outbox.add("section", body, { forget: key() });
    saved = now;
    onto = waitingFor = id;
    say("kept");
    outbox.syncSoon();
  }

  async function viaForm(now) {
    const data = new FormData(form);
    data.set("base", onto);
    const response = await fetch(form.action, {
      method: "POST",
      body: data,
      headers: { Accept: "application/json" },
    });
    if (response.redirected) throw new Error(form.dataset.signin);
    answer(await response.json());
    saved = now;
  }

  function answer({ outcome, words, details }) {
    if (details?.base && outcome === "written") onto = details.base;
    say(outcome, { words, ...details });
  }

  outbox.listen((news) => {
    if (waitingFor && news[waitingFor]) {
      const result = news[waitingFor];
      waitingFor = null;
      answer(result);
    } else if (waitingFor && news.state === "offline") say("waiting");
    else if (waitingFor && news.state === "signin") say("signin");
  });

  function later(delay) {
    say("typing");
    clearTimeout(timer);
    timer = setTimeout(save, delay);
  }

  form.addEventListener("input", () => {
    keepDraft();
    later(QUIET_MS);
  });
  form.addEventListener("change", () => later(HIDDEN_MS));
  form.addEventListener("submit", async (event) => {
    if (event.submitter?.name === "settles") return; // settling goes the plain way
    event.preventDefault();
    await save();
    const following = event.submitter?.dataset.href;
    if (following) location.assign(following);
  });
  addEventListener("pagehide", save);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") save();
  });

  return {
    save,
    /** What was typed before the tablet died comes back, and is saved. */
    async restore() {
      if (!caseTag()) return;
      if (outbox.able()) {
        if (account) await outbox.setOdd("account", account);
        const draft = await outbox.get("drafts", key());
        if (draft) {
          fill(form, draft.changed);
          onto = draft.onto;
          say("restored");
        }
      }
      await save(); // also what was typed before this script ran
    },
  };
}

const form = document.querySelector("form[data-section]");
if (form) start();

async function start() {
  const status = document.getElementById("saved");
  const words = form.dataset;
  const say = (state, details = {}) => {
    if (state === "beside") return void location.reload();
    const text = {
      typing: words.typing,
      kept: words.kept,
      waiting: words.waiting,
      signin: words.signin,
      restored: words.restored,
      written: words.written,
      held: `${words.held} ${details.words ?? ""}`,
      refused: `${words.held} ${details.words ?? ""}`,
      failed: `${words.failed} ${words[details.code] ?? details.words ?? ""}`,
    }[state];
    status.textContent = details.revision ? `${text} ${words.revision} ${details.revision}` : text;
    status.dataset.state = state;
  };
  const { section, case: tag, base, account } = form.dataset;
  if (outbox.able() && (await unsent(tag, section)) && (await outbox.sync()) === "sent") {
    return void location.reload(); // what this tablet had kept is in the office now: show that
  }
  const self = selfSaving(form, { section, say, caseTag: () => tag, base, account });
  await self.restore();
  if (outbox.able()) outbox.keepSending();
}

async function unsent(tag, section) {
  const mine = (e) => e.state === "waiting" && e.body.case === tag && e.body.section === section;
  return (await outbox.entries()).some(mine);
}
