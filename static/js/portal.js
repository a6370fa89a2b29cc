// Small behaviours of the portal, bound by data attributes. Every page also works without them.
(() => {
  "use strict";

  const on = (type, selector, act) =>
    document.addEventListener(type, (event) => {
      const node = event.target instanceof Element ? event.target.closest(selector) : null;
      if (node) act(node, event);
    });

  // Unsaved changes: warn on leaving a form that was edited and not sent.
  const dirty = new Set();
  on("input", "form[data-warn-unsaved]", (form) => dirty.add(form));
  on("submit", "form", (form) => dirty.delete(form));
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt.closest?.("form");
    if (!form || !event.detail.successful) return;
    // A refusal is shown like any answer (409 and 422 are swapped), but took nothing.
    if (event.detail.xhr.status < 400) dirty.delete(form);
    else if (form.matches("[data-warn-unsaved]")) dirty.add(form);
  });
  window.addEventListener("beforeunload", (event) => {
    if ([...dirty].some((form) => form.isConnected)) event.preventDefault();
  });

  // What exchanges or hands in rows asks first where one of them holds words that were not taken; those on their way are.
  const isLeft = (part) => [...dirty].some((form) => part.contains(form) && !form.matches(".htmx-request"));
  document.addEventListener("htmx:confirm", (event) => {
    const { elt, target } = event.detail;
    const words = elt.dataset?.ask ?? (isLeft(target) ? elt.dataset?.askUnsaved : "");
    if (words && !window.confirm(words)) event.preventDefault();
  });
  // Handed in before a row has arrived, the row would be refused; one that never arrives ends the waiting. The answer may
  // bring the form that hands in anew.
  const waiting = new Set();
  document.addEventListener("htmx:afterRequest", (event) => {
    const ids = [...waiting];
    waiting.clear();
    if (event.detail.successful) setTimeout(() => ids.forEach((id) => document.getElementById(id)?.requestSubmit()), 50);
  });
  on("submit", "form[data-ask-unsaved]:not([hx-post])", (form, event) => {
    if (document.querySelector("form[data-warn-unsaved].htmx-request")) {
      event.preventDefault();
      waiting.add(form.id);
    } else if (isLeft(document)) {
      if (window.confirm(form.dataset.askUnsaved)) dirty.clear();
      else event.preventDefault();
    }
  });

  // Live count of a text field: data-count names the element that shows it.
  const count = (field) => {
    const out = document.getElementById(field.dataset.count);
    if (!out) return;
    const limit = field.maxLength > 0 ? ` / ${field.maxLength}` : "";
    out.textContent = `${[...field.value].length}${limit}字`;
  };
  on("input", "[data-count]", count);

  // Ask once before an act that cannot be undone.
  on("submit", "form[data-confirm]", (form, event) => {
    if (!window.confirm(form.dataset.confirm)) event.preventDefault();
  });

  // A form whose answer takes a while says so, and is not sent twice.
  on("submit", "form[data-busy]", (form, event) => {
    if (event.defaultPrevented || form.querySelector(".busy")) return;
    const note = document.createElement("p");
    note.className = "busy";
    note.setAttribute("role", "status");
    note.append(document.createElement("progress"), form.dataset.busy);
    form.append(note);
    window.setTimeout(() => {
      for (const button of form.querySelectorAll("button")) button.disabled = true;
    });
  });
  window.addEventListener("pageshow", () => {
    for (const note of document.querySelectorAll("form[data-busy] .busy")) {
      for (const button of note.parentElement.querySelectorAll("button")) button.disabled = false;
      note.remove();
    }
  });

  on("click", "[data-print]", (_, event) => {
    event.preventDefault();
    window.print();
  });

  // Tabs: one panel in view; without script all panels stand below each other.
  const show = (tabs, link, focus) => {
    for (const other of tabs.querySelectorAll("a[href^='#']")) {
      const panel = document.getElementById(other.hash.slice(1));
      if (panel) panel.hidden = other !== link;
      if (other === link) other.setAttribute("aria-current", "true");
      else other.removeAttribute("aria-current");
    }
    if (focus) link.focus();
  };
  on("click", "[data-tabs] a[href^='#']", (link, event) => {
    event.preventDefault();
    show(link.closest("[data-tabs]"), link, true);
  });

  // Opening a page on one of the panels, e.g. from "what is missing".
  const reveal = (hash) => {
    const panel = hash && document.getElementById(hash.slice(1));
    if (!panel) return;
    const link = [...document.querySelectorAll("[data-tabs] a")].find((a) => a.hash === hash);
    if (link) show(link.closest("[data-tabs]"), link, false);
    panel.closest("details")?.setAttribute("open", "");
  };
  on("click", "a[href^='#']", (link) => {
    if (!link.closest("[data-tabs]")) reveal(link.hash);
  });

  const prepare = (root) => {
    for (const field of root.querySelectorAll("[data-count]")) count(field);
    for (const tabs of root.querySelectorAll("[data-tabs]")) {
      const current = tabs.querySelector("a[aria-current]") ?? tabs.querySelector("a[href^='#']");
      if (current) show(tabs, current, false);
    }
    root.querySelector("[data-focus]")?.focus();
  };
  document.addEventListener("DOMContentLoaded", () => {
    prepare(document);
    reveal(window.location.hash);
  });
  document.addEventListener("htmx:afterSettle", (event) => prepare(event.detail.elt.parentElement ?? document));

  // Menus close on Escape and on a click elsewhere.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  // Projector: arrow keys and the space bar go from section to section; first they show what a low screen cuts off.
  // A key pressed while the page still glides counts from where it glides to.
  const steps = { ArrowRight: 1, ArrowDown: 1, PageDown: 1, " ": 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1 };
  let goal = null;
  document.addEventListener("scrollend", () => (goal = null));
  const glide = (to) => {
    const last = document.documentElement.scrollHeight - window.innerHeight;
    const y = Math.max(0, Math.min(last, to));
    if ("onscrollend" in window && Math.abs(y - window.scrollY) > 1) goal = y;
    window.scrollTo(0, y);
  };
  document.addEventListener("keydown", (event) => {
    const screens = [...document.querySelectorAll(".projector .screen")];
    if (!screens.length || !(event.key in steps) || event.target.closest("a, button, input, select, summary")) return;
    event.preventDefault();
    const step = steps[event.key];
    const height = window.innerHeight;
    const y = goal ?? window.scrollY;
    const ahead = window.scrollY - y;
    const boxes = screens.map((s) => s.getBoundingClientRect()).map((s) => ({ top: s.top + ahead, bottom: s.bottom + ahead }));
    const here = boxes.findLastIndex((box) => box.top <= height / 2);
    const box = boxes[Math.max(0, here)];
    const hidden = step > 0 ? box.bottom - height : -box.top;
    if (hidden > 1) glide(y + step * Math.min(hidden, 0.8 * height));
    else if (boxes[here + step]) glide(y + boxes[here + step].top);
  });

  // A refused or broken request must not look like a saved one.
  const kept = "入力した内容は画面に残っています。";
  const refusals = {
    403: `保存できませんでした。サインインした人か権限が変わっています。${kept}控えてから、画面を開き直してください。`,
    404: `保存できませんでした。対象が、ほかの人の操作や組織改編で移ったか、なくなっています。${kept}控えてから、画面を開き直してください。`,
  };
  const failed = (event) => {
    const box = document.getElementById("messages");
    if (!box) return;
    const row = event.detail.elt.closest?.("form[data-warn-unsaved]");
    const state = row?.querySelector("[role=status]");
    if (row) dirty.add(row);
    if (state) {
      const word = document.createElement("span");
      word.className = "err";
      word.textContent = "保存できていません";
      state.replaceChildren(word);
    }
    const note = document.createElement("p");
    note.className = "note bad failed";
    note.textContent =
      refusals[event.detail.xhr?.status] ?? `サーバーと通信できず、保存できませんでした。${kept}もう一度お試しください。`;
    box.replaceChildren(note);
  };
  document.addEventListener("htmx:sendError", failed);
  document.addEventListener("htmx:responseError", failed);
})();
