"""What is in the HTML of a report, read without a browser."""

import base64
import re
from html.parser import HTMLParser


class Content(HTMLParser):
    """The text, the elements, and the files that links hold."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.files: dict[str, bytes] = {}
        self.scripts: list[str] = []
        self.texts: list[str] = []
        self.addresses: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        known = dict(attributes)
        self.elements.append(tag)
        self.addresses += [known[name] for name in ("href", "src") if name in known]
        if "download" in known:
            data = known["href"].partition("base64,")[2]
            self.files[known["download"]] = base64.b64decode(data)
        if tag == "script" and known.get("type") is None:
            self.scripts.append("")

    def handle_data(self, data):
        if self.elements and self.lasttag == "script" and self.elements[-1] == "script":
            self.scripts and self.scripts.__setitem__(-1, data)
        else:
            self.texts.append(data)

    @property
    def text(self):
        return re.sub(r"\s+", " ", " ".join(self.texts))
