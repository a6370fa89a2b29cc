"""Small pictures: screenshots reduced to few colours, alone or several on one sheet, by the browser that took them."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence

from playwright.sync_api import Page

COLOURS = 256
# A sheet shows where things stand and is read at half the size: fewer colours serve it as well.
SHEET_COLOURS = 64
SHEET_SCALE = 0.5

# Flat colours of the pages stay exact because they are the most frequent; shades of letters move a little.
REDUCE = """
async ([pictures, most, scale]) => {
  const bitmaps = [];
  for (const data of pictures) bitmaps.push(await createImageBitmap(await (await fetch(data)).blob()));
  const gap = 16;
  const sizes = bitmaps.map((b) => [Math.round(b.width * scale), Math.round(b.height * scale)]);
  const width = sizes.reduce((sum, [w]) => sum + w, gap * (sizes.length - 1));
  const height = Math.max(...sizes.map(([, h]) => h));
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.fillStyle = "#888";
  context.fillRect(0, 0, width, height);
  let left = 0;
  bitmaps.forEach((bitmap, n) => {
    context.drawImage(bitmap, left, 0, ...sizes[n]);
    left += sizes[n][0] + gap;
  });
  const pixels = new Uint32Array(context.getImageData(0, 0, width, height).data.buffer);
  const counts = new Map();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const palette = [...counts].sort((a, b) => b[1] - a[1]).slice(0, most).map(([pixel]) => pixel);
  const parts = palette.map((p) => [p & 255, (p >> 8) & 255, (p >> 16) & 255]);
  const places = new Map(palette.map((pixel, place) => [pixel, place]));
  const nearest = (pixel) => {
    const [r, g, b] = [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255];
    let best = 0;
    let least = Infinity;
    parts.forEach(([x, y, z], place) => {
      const distance = (x - r) ** 2 + (y - g) ** 2 + (z - b) ** 2;
      if (distance < least) [least, best] = [distance, place];
    });
    return best;
  };
  const indexes = Uint8Array.from(pixels, (pixel) => {
    if (!places.has(pixel)) places.set(pixel, nearest(pixel));
    return places.get(pixel);
  });
  let text = "";
  for (let n = 0; n < indexes.length; n += 32768) text += String.fromCharCode(...indexes.subarray(n, n + 32768));
  return [width, height, parts.flat(), btoa(text)];
}
"""


def reduced(png: bytes, bench: Page) -> bytes:
    """Return `png` with at most 256 colours; `bench` is a blank page that does the work."""
    return _drawn([png], bench, COLOURS, 1)


def sheet(pngs: Sequence[bytes], bench: Page) -> bytes:
    """Return one picture with all of `pngs` beside each other at half their size."""
    return _drawn(pngs, bench, SHEET_COLOURS, SHEET_SCALE)


def _drawn(pngs: Sequence[bytes], bench: Page, colours: int, scale: float) -> bytes:
    addresses = [f"data:image/png;base64,{base64.b64encode(png).decode()}" for png in pngs]
    width, height, palette, encoded = bench.evaluate(REDUCE, [addresses, colours, scale])
    indexes = base64.b64decode(encoded)
    rows = b"".join(b"\0" + indexes[y * width : (y + 1) * width] for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"PLTE", bytes(palette)), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in chunks)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
