"""A headless Chromium of the system for tests; none is downloaded."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
Theme = Literal["light", "dark"]

needs_chromium = pytest.mark.skipif(not CHROMIUM, reason="no Chromium is installed: apt-get install chromium")


@contextmanager
def launched() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(browser: Browser, path: Path, theme: Theme = "light", width: int = 1280) -> Iterator[tuple[Page, list[str]]]:
    """A page once all its charts are drawn, offline; what it complained of or asked the network for."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=theme, offline=True, accept_downloads=True
    )
    page, complaints = context.new_page(), list[str]()
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda asked: complaints.append(asked.url) if asked.url.startswith("http") else None)
    try:
        page.goto(path.as_uri())
        page.wait_for_function("document.documentElement.dataset.drawn === 'all'", timeout=120_000)
        yield page, complaints
    finally:
        context.close()
