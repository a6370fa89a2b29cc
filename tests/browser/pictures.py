"""Small pictures: a screenshot reduced to 256 colours, by the browser that took it."""

from __future__ import annotations

import base64
import struct
import zlib

from playwright.sync_api import Page

COLOURS = 256

# Flat colours of the pages stay exact because they are the most frequent; shades of letters move a little.
REDUCE = """
async ([data, most]) => {
  const bitmap = await createImageBitmap(await (await fetch(data)).blob());
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext("2d");
  context.drawImage(bitmap, 0, 0);
  const pixels = new Uint32Array(context.getImageData(0, 0, bitmap.width, bitmap.height).data.buffer);
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
  const indexes = new Uint8Array(pixels.length);
  pixels.forEach((pixel, n) => {
    if (!places.has(pixel)) places.set(pixel, nearest(pixel));
    indexes[n] = places.get(pixel);
  });
  let text = "";
  for (let n = 0; n < indexes.length; n += 32768) text += String.fromCharCode(...indexes.subarray(n, n + 32768));
  return [bitmap.width, bitmap.height, parts.flat(), btoa(text)];
}
"""


def reduced(png: bytes, bench: Page) -> bytes:
    """Return `png` with at most 256 colours; `bench` is a blank page that does the work."""
    address = f"data:image/png;base64,{base64.b64encode(png).decode()}"
    width, height, palette, encoded = bench.evaluate(REDUCE, [address, COLOURS])
    indexes = base64.b64decode(encoded)
    rows = b"".join(b"\0" + indexes[y * width : (y + 1) * width] for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"PLTE", bytes(palette)), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in chunks)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
