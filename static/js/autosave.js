// Texts that are being written survive a closed window, a crash and an ended session: they are kept in this browser,
// for this person and this form, until they are saved, thrown away, or the person signs out.
(() => {
  "use strict";

  const DAYS = 7;
  const WAIT = 800;
  const PREFIX = "dxportal:";
  const SENT = "dxportal-sent";

  const store = (() => {
    try {
      window.localStorage.setItem(`${PREFIX}test`, "1");
      window.localStorage.removeItem(`${PREFIX}test`);
      return window.localStorage;
    } catch {
      return null;
    }
  })();
  if (!store) return;

  const user = () => document.body.dataset.user;
  const keyOf = (form) => {
    const address = new URL(form.getAttribute("action") || window.location.href, window.location.href);
    return `${PREFIX}${user()}:${address.pathname}${address.search}`;
  };
  const versionOf = (form) => form.querySelector("[name=version]")?.value ?? "";
  const fieldsOf = (form) =>
    [...form.elements].filter((f) => f.name && (f.type === "textarea" || f.type === "text") && !f.readOnly);
  const valuesOf = (form) => Object.fromEntries(fieldsOf(form).map((f) => [f.name, f.value]));
  const read = (key) => {
    try {
      return JSON.parse(store.getItem(key));
    } catch {
      return null;
    }
  };
  const keys = () => Object.keys(store).filter((key) => key.startsWith(PREFIX));

  const write = (form) => {
    const record = { at: Date.now(), version: versionOf(form), values: valuesOf(form) };
    try {
      store.setItem(keyOf(form), JSON.stringify(record));
    } catch {
      // A full store loses the copy, never the text on the screen.
    }
  };

  const typedAt = new WeakMap();
  const waiting = new Map();
  const flush = (form) => {
    if (!waiting.has(form)) return;
    clearTimeout(waiting.get(form));
    waiting.delete(form);
    write(form);
  };
  document.addEventListener("input", (event) => {
    const form = event.target instanceof Element ? event.target.closest("form[data-warn-unsaved]") : null;
    if (!form || !user()) return;
    typedAt.set(form, performance.now());
    clearTimeout(waiting.get(form));
    waiting.set(form, setTimeout(() => flush(form), WAIT));
  });
  window.addEventListener("pagehide", () => {
    for (const form of waiting.keys()) if (form.isConnected) flush(form);
  });

  const forget = (form) => {
    clearTimeout(waiting.get(form));
    waiting.delete(form);
    typedAt.delete(form);
    store.removeItem(keyOf(form));
    for (const note of document.querySelectorAll(".kept")) {
      const shown = note.closest("form");
      if (shown && keyOf(shown) === keyOf(form)) note.remove();
    }
  };
  const mark = (key, sent) => {
    const record = read(key);
    if (record) store.setItem(key, JSON.stringify({ ...record, sent }));
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-forget]")) {
      waiting.clear();
      for (const key of keys()) if (key.startsWith(`${PREFIX}${user()}:`)) store.removeItem(key);
    } else if (form.matches("form[data-warn-unsaved]")) {
      flush(form);
      mark(keyOf(form), true);
      window.sessionStorage.setItem(SENT, keyOf(form));
    }
  });
  // The last words reach the store before the request: an ended session answers it with another page.
  const sender = (event) => (event.detail.requestConfig.elt ?? event.detail.elt).closest?.("form[data-warn-unsaved]");
  const sentAt = new WeakMap();
  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = sender(event);
    if (!form) return;
    flush(form);
    sentAt.set(event.detail.xhr, performance.now());
  });
  // A refusal shows the words again, in this form or in a new one; they count as typed, for nothing was taken.
  const refused = new Set();
  const isRefused = (form) => refused.delete(keyOf(form)) && form.dispatchEvent(new Event("input", { bubbles: true }));
  // What was typed while the answer was on its way did not go with it.
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = sender(event);
    if (!form || !event.detail.successful) return;
    if (event.detail.xhr.status >= 400) {
      refused.add(keyOf(form));
      return;
    }
    refused.delete(keyOf(form));
    if (typedAt.get(form) > sentAt.get(event.detail.xhr)) write(form);
    else forget(form);
  });

  // A text answered by the sign-in page was not taken: its session had ended.
  const missed = () => {
    const key = window.sessionStorage.getItem(SENT);
    window.sessionStorage.removeItem(SENT);
    if (key && !user()) mark(key, false);
    if (key && [409, 422].includes(performance.getEntriesByType("navigation")[0]?.responseStatus)) refused.add(key);
  };

  // A sent text is settled once the page shows the form anew; only an answer that never came leaves it open.
  const isSettled = (form, record) => {
    if (Date.now() - record.at > DAYS * 86400000) return true;
    if (!record.sent) return false;
    const isBack = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
    return versionOf(form) === "" ? !isBack : versionOf(form) !== record.version;
  };

  const differs = (form, record) => fieldsOf(form).some((f) => f.name in record.values && record.values[f.name] !== f.value);

  const button = (text, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "btn small";
    made.textContent = text;
    made.addEventListener("click", act);
    return made;
  };

  const restore = (form, record) => {
    for (const field of fieldsOf(form)) {
      if (!(field.name in record.values)) continue;
      field.value = record.values[field.name];
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    // A form that saves itself does so, unless it would cover what was saved since.
    const savesItself = form.getAttribute("hx-trigger")?.includes("change");
    if (savesItself && record.version === versionOf(form)) form.dispatchEvent(new Event("change", { bubbles: true }));
  };

  // What stands in a form that somebody is writing in needs no offer, and is not settled by standing there.
  const offer = (form) => {
    if (isRefused(form)) return;
    const record = read(keyOf(form));
    if (!record || typedAt.has(form) || form.querySelector(".kept")) return;
    if (isSettled(form, record) || !differs(form, record)) {
      forget(form);
      return;
    }
    const when = new Date(record.at).toLocaleString("ja-JP", { month: "long", day: "numeric", hour: "2-digit", minute: "2-digit" });
    const note = document.createElement("div");
    note.className = "note kept";
    note.setAttribute("role", "status");
    const words = document.createElement("span");
    const isMoved = record.version !== versionOf(form);
    words.textContent = `保存していない書きかけの文があります（${when}）。${isMoved ? "そのあとに別の変更が保存されています。" : ""}`;
    note.append(words, button("書きかけに戻す", () => (restore(form, record), note.remove())));
    note.append(button("捨てる", () => (forget(form), note.remove())));
    form.prepend(note);
  };

  const prepare = (root) => {
    if (!user()) return;
    for (const form of root.querySelectorAll("form[data-warn-unsaved]")) offer(form);
  };
  document.addEventListener("DOMContentLoaded", () => {
    missed();
    prepare(document);
  });
  document.addEventListener("htmx:afterSettle", (event) => prepare(event.detail.elt.parentElement ?? document));
})();
