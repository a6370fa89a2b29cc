"""axe-core in the browser: what is wrong with the page as it stands."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Of what axe can fetch before it begins, these rules ask for sounds and films only: the one that reads style sheets
# (css-orientation-lock) is an experiment, which no tag above chooses.
OPTIONS = {
    "runOnly": {"type": "tag", "values": TAGS},
    "resultTypes": ["violations"],
    "preload": {"assets": ["media"]},
}

# A page has some dozen colours, written on thousands of elements; axe parses each of them anew, which took a quarter
# of its time. What a text of a colour means is the same wherever it stands.
KNOWN_COLOURS = """
  const colours = window.axe.commons.color.Color.prototype, parse = colours.parseString, known = new Map();
  colours.parseString = function (text) {
    if (!known.has(text)) {
      parse.call(this, text);
      known.set(text, [this.r, this.g, this.b, this.alpha]);
    }
    [this.r, this.g, this.b, this.alpha] = known.get(text);
    return this;
  };
"""
# Half a megabyte: every document gets it as one function, which the browser translates once and runs when asked to.
READ = f"window.readAxe = () => {{{Axe().axe_script}\n{KNOWN_COLOURS}}};"
RUN = """
async (options) => {
  if (!window.axe) window.readAxe();
  const { violations } = await window.axe.run(options);
  return violations.map((v) => `${v.id}: ${v.nodes[0].html.slice(0, 200)} (${v.nodes.length})`);
}
"""


def bring(context: BrowserContext) -> None:
    """Every page of the context can be asked for its faults; before that, nothing of it runs."""
    context.add_init_script(READ)


def faults(page: Page) -> list[str]:
    return page.evaluate(RUN, OPTIONS)
