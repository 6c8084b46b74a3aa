"""A headless Chromium for the tests of the page."""

import html
import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

LIMIT_S = 120
NARROWEST_WINDOW = 500
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--enable-logging=stderr",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)


def chromium() -> str:
    """The browser; its absence fails the test unless HANDOFF_NO_BROWSER=1 says that it is known."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found:
        return found
    if os.environ.get("HANDOFF_NO_BROWSER") == "1":
        pytest.skip("HANDOFF_NO_BROWSER=1 and no chromium: the page is not tested")
    pytest.fail("chromium is missing: install the package, or set HANDOFF_NO_BROWSER=1")


def start(profile: Path, page: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    """Opens a page, and ends."""
    command = [chromium(), *FLAGS, f"--user-data-dir={profile}", *flags, page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=True)


@dataclass(frozen=True)
class Visit:
    """What a script in the page returned, and what the page said on the console."""

    result: Any
    console: list[str]


def visit(page: Path, folder: Path, width: int, script: str) -> Visit:
    """Opens a copy of the page at a width and runs a script, the body of a function, in it."""
    wrapped = f"""<script>
    addEventListener("error", (e) => console.error("uncaught: " + e.message));
    addEventListener("load", () => {{
      const result = (() => {{ {script} }})();
      const place = parent.document.createElement("pre");
      place.id = "test-result";
      place.textContent = JSON.stringify(result);
      parent.document.body.append(place);
    }});
    </script></body>"""
    text = page.read_text(encoding="utf-8")
    assert text.count("</body>") == 1
    inner = html.escape(text.replace("</body>", wrapped))
    # In a frame, because headless Chromium opens no window narrower than 500 pixels.
    frame = f'<iframe style="border: 0; width: {width}px; height: 900px" srcdoc="{inner}"></iframe>'
    copy = folder / f"copy-{width}.html"
    copy.write_text(f"<!doctype html><body style='margin: 0'>{frame}</body>", encoding="utf-8")
    size = f"--window-size={max(width, NARROWEST_WINDOW)},900"
    done = start(folder / "profile", copy, size, "--dump-dom")
    found = re.search(r'<pre id="test-result">(.*?)</pre>', done.stdout, re.S)
    assert found, done.stderr[-2000:]
    console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return Visit(json.loads(html.unescape(found[1])), console)
