"""Icons of the lucide package as inline SVG.

The package opens its archive of seventeen hundred icons anew for every one of them, which takes six milliseconds; here
it is opened once a process.
"""

from __future__ import annotations

import io
from functools import cache
from importlib import resources
from xml.etree import ElementTree
from zipfile import ZipFile

from lucide import IconDoesNotExist

SPACE = "{http://www.w3.org/2000/svg}"


@cache
def _archive() -> ZipFile:
    return ZipFile(io.BytesIO(resources.files("lucide").joinpath("lucide.zip").read_bytes()))


def svg(name: str, **attributes: str) -> str:
    """The icon as the package draws it, with these attributes on its root.

    Raises IconDoesNotExist for a name that the package does not know.
    """
    try:
        drawn = ElementTree.fromstring(_archive().read(f"{name}.svg"))  # noqa: S314 -- a file of the package itself
    except KeyError:
        raise IconDoesNotExist(name) from None
    for node in drawn.iter():
        node.tag = node.tag.removeprefix(SPACE)
    drawn.attrib.update(attributes)
    return ElementTree.tostring(drawn, encoding="unicode")
