// Cards of a draft can be dragged beside others of their layer. The buttons 前へ, 後へ and 上位を変える do the same by keyboard.
(() => {
  "use strict";

  let held = null;
  let mark = null;

  const slotOf = (node) => (node instanceof Element ? node.closest(".slot") : null);
  const handleOf = (slot) => slot?.querySelector("[data-drag]") ?? null;
  // A slot itself may have no box (display: contents); its card has one.
  const cardOf = (slot) => (slot.matches("li") ? slot : slot.firstElementChild);

  const clear = () => {
    mark?.card.classList.remove("drop-before", "drop-after");
    mark = null;
  };

  // Cards beside each other are split left and right, cards below each other above and below.
  const sideOf = (slot, event) => {
    const box = cardOf(slot).getBoundingClientRect();
    const next = slot.nextElementSibling ?? slot.previousElementSibling;
    const isRow = next?.matches(".slot") && Math.abs(cardOf(next).getBoundingClientRect().top - box.top) < 4;
    const isFirstHalf = isRow ? event.clientX < box.left + box.width / 2 : event.clientY < box.top + box.height / 2;
    return isFirstHalf ? "before" : "after";
  };

  document.addEventListener("dragstart", (event) => {
    const handle = event.target instanceof Element ? event.target.closest("[data-drag]") : null;
    if (!handle) return;
    held = handle;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", handle.dataset.key);
    const slot = slotOf(handle);
    if (slot) event.dataTransfer.setDragImage(cardOf(slot), 12, 12);
  });

  document.addEventListener("dragover", (event) => {
    if (!held) return;
    clear();
    const slot = slotOf(event.target);
    const target = handleOf(slot);
    if (!target || target === held || target.dataset.layer !== held.dataset.layer) return;
    event.preventDefault();
    mark = { card: cardOf(slot), key: target.dataset.key, side: sideOf(slot, event) };
    mark.card.classList.add(`drop-${mark.side}`);
  });

  document.addEventListener("drop", (event) => {
    if (!held || !mark) return;
    event.preventDefault();
    const values = { beside: mark.key, side: mark.side, version: held.dataset.version };
    window.htmx.ajax("POST", held.dataset.drag, { source: held, values, swap: "none" });
    clear();
  });

  document.addEventListener("dragend", () => {
    clear();
    held = null;
  });
})();
