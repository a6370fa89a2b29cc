// Rounds: choosing all departments of a 部, remarks beside the item they name, and the keys of the review queue.
(() => {
  "use strict";

  // "All" and "none" of a group of check boxes, without asking the server.
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[name=pick], button[name=drop]");
    const group = button && document.querySelector(`[data-pick="${CSS.escape(button.value)}"]`);
    if (!group) return;
    event.preventDefault();
    for (const box of group.querySelectorAll("input[type=checkbox]")) box.checked = button.name === "pick";
    group.dispatchEvent(new Event("input", { bubbles: true }));
  });

  // A remark is also shown at the item itself; the list at the top stays the place that counts.
  const remark = () => {
    for (const shown of document.querySelectorAll("[data-remark-copy]")) {
      if (!document.getElementById(shown.dataset.remarkCopy)?.dataset.remark) shown.remove();
    }
    for (const source of document.querySelectorAll("[data-remark]")) {
      const item = document.getElementById(source.dataset.remark);
      if (!item || item.querySelector(`[data-remark-copy="${source.id}"]`)) continue;
      const note = document.createElement(item.matches("tr") ? "td" : "p");
      note.className = "note bad at-item";
      note.dataset.remarkCopy = source.id;
      note.textContent = `事務局の指摘：${source.querySelector("[data-remark-text]").textContent}`;
      item.append(note);
    }
  };
  document.addEventListener("DOMContentLoaded", remark);
  document.addEventListener("htmx:afterSettle", remark);

  // Keys of the review queue. They can be switched off, as WCAG 2.1.4 asks of single letters.
  const STORE = "dxportal.rounds.keys";
  const enabled = () => window.localStorage.getItem(STORE) !== "off";
  const cards = () => [...document.querySelectorAll("#review [data-card]")];
  const current = () => document.activeElement?.closest?.("[data-card]") ?? null;

  const hint = () => {
    for (const box of document.querySelectorAll("[data-keys]")) {
      box.hidden = false;
      box.querySelector("[data-keys-toggle]").setAttribute("aria-pressed", String(enabled()));
      box.querySelector("[data-keys-hint]").hidden = !enabled();
    }
  };
  document.addEventListener("DOMContentLoaded", hint);
  document.addEventListener("htmx:afterSettle", hint);
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-keys-toggle]")) return;
    window.localStorage.setItem(STORE, enabled() ? "off" : "on");
    hint();
  });

  const go = (step) => {
    const all = cards();
    const here = all.indexOf(current());
    const next = all[here < 0 ? 0 : Math.max(0, Math.min(all.length - 1, here + step))];
    next?.focus({ preventScroll: true });
    next?.scrollIntoView({ block: "start" });
  };
  // Only the chosen card is accepted or returned: a stray letter moves nothing.
  const press = (key) => current()?.querySelector(`[data-key="${key}"]`)?.click();

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || !enabled() || !cards().length) return;
    if (event.target.closest("input, textarea, select, .ret, [contenteditable]")) return;
    const key = event.key.toLowerCase();
    const act = { j: () => go(1), n: () => go(1), k: () => go(-1), a: () => press("a"), r: () => press("r") }[key];
    if (!act) return;
    event.preventDefault();
    act();
  });
})();
