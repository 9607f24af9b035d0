"""Chromium without a window, over the pipe of its own protocol: no driver, no network."""

import json
import os
import shutil
import subprocess
import tempfile
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
BROWSER = next(filter(None, map(shutil.which, NAMES)), None)
_OPTIONS = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run")


class Page:
    """One page: what it says on its console, what scripts give, and how it looks."""

    def __init__(self, to: int, back: int) -> None:
        self._to, self._back, self._rest, self._number = to, back, b"", 0
        self._session = ""
        self.said: list[str] = []
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        found = self._call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = found["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._call(f"{domain}.enable")

    def open(self, path: Path) -> None:
        """Go to a file, and wait until it is loaded."""
        self._call("Page.navigate", url=path.resolve().as_uri())
        while self._next().get("method") != "Page.loadEventFired":
            pass

    def look(self, *, wide: int = 1000, dark: bool = False) -> None:
        """The width of the window, and the scheme of colours."""
        size = {"width": wide, "height": 800, "deviceScaleFactor": 1, "mobile": wide < 500}
        self._call("Emulation.setDeviceMetricsOverride", **size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._call("Emulation.setEmulatedMedia", features=[scheme])

    def run(self, script: str) -> Any:
        """The value of an expression of JavaScript in the page."""
        found = self._call("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def screenshot(self) -> bytes:
        """The whole page as PNG."""
        found = self._call("Page.captureScreenshot", captureBeyondViewport=True)
        return b64decode(found["data"])

    def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            told = self._next()
            if told.get("id") == self._number:
                assert "error" not in told, told["error"]
                return dict(told["result"])

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            part = os.read(self._back, 1 << 20)
            assert part, "the browser is gone"
            self._rest += part
        text, _, self._rest = self._rest.partition(b"\0")
        told = dict(json.loads(text))
        if told.get("method") in (
            "Log.entryAdded",
            "Runtime.exceptionThrown",
            "Runtime.consoleAPICalled",
        ):
            self.said.append(json.dumps(told["params"]))
        if told.get("method") == "Network.requestWillBeSent":
            self.said += [
                url
                for url in [told["params"]["request"]["url"]]
                if not url.startswith(("file:", "data:"))
            ]
        return told


@contextmanager
def browser() -> Iterator[Page]:
    """A page of a browser of its own, which is gone afterwards."""
    assert BROWSER is not None
    to, to_browser = os.pipe()
    from_browser, back = os.pipe()

    def connect() -> None:
        ends = os.dup(to), os.dup(back)  # 3 or 4 may be one of them
        for number, end in enumerate(ends, 3):
            os.dup2(end, number)

    with tempfile.TemporaryDirectory(prefix="nalmx-browser-", ignore_cleanup_errors=True) as home:
        command = [BROWSER, *_OPTIONS, f"--user-data-dir={home}", "--remote-debugging-pipe"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        process = subprocess.Popen(command, preexec_fn=connect, close_fds=False, **quiet)
        os.close(to)
        os.close(back)
        try:
            yield Page(to_browser, from_browser)
        finally:
            process.kill()
            process.wait()
            os.close(to_browser)
            os.close(from_browser)


def tallest_blank(picture: bytes) -> int:
    """The most rows of a picture, one below the other, that are of one colour."""
    from matplotlib.image import imread

    pixels = imread(BytesIO(picture), format="png")[..., :3]
    blank = (np.ptp(pixels, axis=1) < 0.02).all(axis=-1)
    longest = run = 0
    for one in blank:
        run = run + 1 if one else 0
        longest = max(longest, run)
    return longest
