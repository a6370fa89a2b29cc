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

# Of rows (cards, options, cells) that stand beside each other and are built alike, the first two and the last: the rest
# could only have the same faults, and takes half of the time. Built alike are elements of one name, whose attributes
# have the same names and, where they decide how it looks or what it is, the same values; whose texts and names are
# empty at the same places; and whose children are built alike in turn. Lines and fills of icons that are hidden from
# readers are a fifth of all elements and can have no fault; letters among them could.
THIN = """
() => {
  const TOLD = new Set(["class", "role", "type", "style", "fill", "stroke", "scope", "tabindex", "lang", "colspan",
    "rowspan", "aria-hidden", "aria-current", "aria-pressed", "aria-expanded", "aria-selected", "aria-invalid",
    "aria-sort", "aria-live", "aria-checked", "aria-disabled", "aria-haspopup", "aria-orientation"]);
  const builds = new Map();
  const build = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return node.data.trim() ? "text" : "";
    if (node.nodeType !== Node.ELEMENT_NODE) return "";
    const told = [...node.attributes].map(({ name, value }) =>
      ` ${name}${TOLD.has(name) ? `=${value}` : value.trim() ? "" : "=empty"}`);
    const whole = `<${node.localName}${told.sort().join("")}>${[...node.childNodes].map(build).join("")}</>`;
    builds.set(node, whole);
    return whole;
  };
  const thin = (node) => {
    const alike = new Map();
    for (const child of node.children) {
      const same = alike.get(builds.get(child)) || [];
      alike.set(builds.get(child), [...same, child]);
    }
    for (const same of alike.values()) same.slice(2, -1).forEach((child) => child.remove());
    for (const child of node.children) thin(child);
  };
  document.querySelectorAll("svg[aria-hidden=true]:not(:has(text))").forEach((icon) => icon.replaceChildren());
  build(document.body);
  thin(document.body);
}
"""


def bring(context: BrowserContext) -> None:
    """Every page of the context can be asked for its faults; before that, nothing of it runs."""
    context.add_init_script(READ)


def faults(page: Page) -> list[str]:
    # A click returns as soon as the next page begins: half of it has no main part and no heading yet.
    page.wait_for_load_state()
    return page.evaluate(RUN, OPTIONS)


def thin(page: Page) -> None:
    """Leave of a page what can have faults of its own; nothing can be done with it any more."""
    page.evaluate(THIN)
