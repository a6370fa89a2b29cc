// Table of fields filled in like a spreadsheet: Enter and arrows move, a column from Excel is pasted downwards.
(() => {
  "use strict";

  const cellsOf = (row) => [...row.querySelectorAll("[data-cell]")];

  // The field `down` rows and `right` columns away, or null at the edge.
  const neighbour = (field, down, right) => {
    const row = field.closest("tr");
    const rows = [...row.closest("table").querySelectorAll("tbody tr")];
    const target = rows[rows.indexOf(row) + down];
    if (!target) return null;
    return cellsOf(target)[cellsOf(row).indexOf(field) + right] ?? null;
  };

  const go = (field) => {
    field.focus();
    if (field instanceof HTMLInputElement) field.select();
  };

  // Left and right leave a text field only from its edge, so that the text itself can be edited.
  const atEdge = (field, right) => {
    if (!(field instanceof HTMLInputElement)) return true;
    const whole = field.selectionStart === 0 && field.selectionEnd === field.value.length;
    return whole || (field.selectionStart === field.selectionEnd && field.selectionEnd === (right > 0 ? field.value.length : 0));
  };

  const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

  const stepOf = (event, field) => {
    if (event.isComposing || event.altKey || event.metaKey) return null;
    if (event.key === "Enter") return [event.shiftKey ? -1 : 1, 0];
    const step = STEPS[event.key];
    if (!step || event.shiftKey) return null;
    const isSelect = field instanceof HTMLSelectElement;
    if (step[0] && isSelect && !event.ctrlKey) return null;
    return step[0] || atEdge(field, step[1]) ? step : null;
  };

  document.addEventListener("keydown", (event) => {
    const field = event.target instanceof Element ? event.target.closest("[data-grid] [data-cell]") : null;
    const step = field && stepOf(event, field);
    if (!step) return;
    event.preventDefault();
    const next = neighbour(field, ...step);
    if (next) go(next);
  });

  const plain = (text) => text.normalize("NFKC").trim();

  // A list takes the word or the key of a choice; false when it has no such choice.
  const fill = (field, text) => {
    if (field instanceof HTMLSelectElement) {
      const wanted = plain(text);
      const option = [...field.options].find((o) => plain(o.text) === wanted || o.value === wanted || (!wanted && !o.value));
      if (!option) return false;
      field.value = option.value;
    } else {
      field.value = text.trim();
    }
    field.dispatchEvent(new Event("input", { bubbles: true }));
    return true;
  };

  const tell = (table, count, left) => {
    const out = document.getElementById(table.dataset.gridStatus);
    if (!out) return;
    const done = `${count}個の欄に貼り付けました。まだ保存していません。`;
    out.textContent = left.length ? `${done}入らなかったもの：${left.join("、")}` : done;
  };

  document.addEventListener("paste", (event) => {
    const field = event.target instanceof Element ? event.target.closest("[data-grid] [data-cell]") : null;
    if (!field) return;
    const text = event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n").replace(/\n$/, "");
    const isOne = !/[\n\t]/.test(text);
    if (isOne && field instanceof HTMLInputElement) return;
    event.preventDefault();
    let count = 0;
    const left = [];
    text.split("\n").forEach((line, down) =>
      line.split("\t").forEach((value, right) => {
        const target = neighbour(field, down, right);
        if (target && fill(target, value)) count += 1;
        else left.push(target ? `${target.closest("tr").dataset.row}「${value.trim()}」` : `表の外「${value.trim()}」`);
      }),
    );
    tell(field.closest("table"), count, left);
  });
})();
