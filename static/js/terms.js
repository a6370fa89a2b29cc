// Glossary hints: the link at a term becomes a button that opens the note standing behind it.
(() => {
  "use strict";

  const button = (link) => {
    const node = document.createElement("button");
    node.type = "button";
    node.className = "term";
    node.textContent = link.textContent;
    node.setAttribute("aria-expanded", "false");
    node.setAttribute("aria-controls", link.dataset.note);
    link.replaceWith(node);
  };

  const note = (node) => document.getElementById(node.getAttribute("aria-controls"));

  const set = (node, open) => {
    node.setAttribute("aria-expanded", String(open));
    note(node).hidden = !open;
  };

  const prepare = (root) => {
    for (const link of root.querySelectorAll("a.term[data-note]")) {
      if (document.getElementById(link.dataset.note)) button(link);
    }
  };

  document.addEventListener("click", (event) => {
    const node = event.target instanceof Element ? event.target.closest("button.term") : null;
    if (node) set(node, node.getAttribute("aria-expanded") !== "true");
  });

  // Escape closes the note that holds the focus, else the last open one on the page, and returns to its term.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = [...document.querySelectorAll("button.term[aria-expanded='true']")];
    const here = open.find((node) => node === document.activeElement || note(node).contains(document.activeElement));
    const node = here ?? open.at(-1);
    if (!node) return;
    set(node, false);
    node.focus();
  });

  document.addEventListener("DOMContentLoaded", () => prepare(document));
  document.addEventListener("htmx:afterSettle", (event) => prepare(event.detail.elt.parentElement ?? document));
})();
