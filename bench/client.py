"""A small keep-alive client, and many of them at once."""

from __future__ import annotations

import http.client
import re
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from dxportal.demo.people import PASSWORD

SIGN_IN, FIRST = "/accounts/sign-in/", "/accounts/password/"
TIMEOUT = 120


@dataclass
class Browser:
    """One connection to one server, with the cookies that it was given."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> tuple[float, bytes]:
        """Seconds until the last byte, and the body. Raises RuntimeError on any other answer than 200."""
        sent = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()), **(headers or {})}
        try:
            start, answer = self._asked(path, sent)
        except (http.client.RemoteDisconnected, ConnectionError):
            self.line.close()  # idle for so long that the server had closed it
            start, answer = self._asked(path, sent)
        body = answer.read()
        took = time.perf_counter() - start
        if answer.status != 200:
            raise RuntimeError(f"{path} answers {answer.status}")
        self._keep(answer)
        return took, body

    def _asked(self, path: str, headers: Mapping[str, str]) -> tuple[float, http.client.HTTPResponse]:
        start = time.perf_counter()
        self.line.request("GET", path, headers=headers)
        return start, self.line.getresponse()

    def sign_in(self, login_id: str) -> Browser:
        _, page = self.get(SIGN_IN)
        token = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', page)[1].decode()  # type: ignore[index]
        form = urlencode({"username": login_id, "password": PASSWORD, "csrfmiddlewaretoken": token})
        sent = {"Cookie": f"csrftoken={self.cookies['csrftoken']}", "Content-Type": "application/x-www-form-urlencoded"}
        self.line.request("POST", SIGN_IN, form, sent)
        answer = self.line.getresponse()
        answer.read()
        if answer.status != 302:
            raise RuntimeError(f"{login_id} cannot sign in: {answer.status}")
        self._keep(answer)
        self.get(FIRST)  # the first page of a session writes it
        return self

    def _keep(self, answer: http.client.HTTPResponse) -> None:
        for header in answer.headers.get_all("Set-Cookie") or ():
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(header).items()}


def together(
    visitor: Browser, path: str, headers: Mapping[str, str], *, clients: int, each: int
) -> list[float]:  # fmt: skip
    """Times of `clients` browsers like `visitor` that ask for `path` at the same time, `each` so many times."""

    def work(_: int) -> list[float]:
        browser = Browser(visitor.port, dict(visitor.cookies))
        return [browser.get(path, headers)[0] for _ in range(each)]

    with ThreadPoolExecutor(clients) as pool:
        return [took for times in pool.map(work, range(clients)) for took in times]
