// Saves a chart as PNG: the server's SVG file is drawn on a canvas in the browser. Without script the SVG remains.
(() => {
  "use strict";

  const SCALE = 2; // sharp on a projector

  const loaded = (url) =>
    new Promise((resolve, reject) => {
      const image = new Image();
      image.addEventListener("load", () => resolve(image));
      image.addEventListener("error", () => reject(new Error("the chart could not be read")));
      image.src = url;
    });

  const drawn = async (url) => {
    const image = await loaded(url);
    const canvas = document.createElement("canvas");
    canvas.width = image.naturalWidth * SCALE;
    canvas.height = image.naturalHeight * SCALE;
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  };

  // The name that the server gives the SVG.
  const nameOf = async (url) => {
    const answer = await fetch(url);
    const header = answer.headers.get("Content-Disposition") ?? "";
    const encoded = /filename\*=utf-8''([^;]+)/i.exec(header);
    const plain = /filename="([^"]+)"/i.exec(header);
    const name = encoded ? decodeURIComponent(encoded[1]) : (plain?.[1] ?? "chart.svg");
    return name.replace(/\.svg$/, ".png");
  };

  const save = (blob, name) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  };

  const failed = () => {
    const box = document.getElementById("messages");
    if (!box) return;
    const note = document.createElement("p");
    note.className = "note bad";
    note.textContent = "PNGを作れませんでした。SVGを保存してお使いください。";
    box.replaceChildren(note);
  };

  document.addEventListener("click", async (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-download-png]") : null;
    if (!button) return;
    button.disabled = true;
    try {
      const url = button.dataset.downloadPng;
      const [blob, name] = await Promise.all([drawn(url), nameOf(url)]);
      if (!blob) throw new Error("the chart is too large to draw");
      save(blob, name);
    } catch {
      failed();
    } finally {
      button.disabled = false;
    }
  });

  const prepare = (root) => {
    for (const button of root.querySelectorAll("[data-download-png]")) button.hidden = false;
  };
  document.addEventListener("DOMContentLoaded", () => prepare(document));
  document.addEventListener("htmx:afterSettle", (event) => prepare(event.detail.elt.parentElement ?? document));
})();
