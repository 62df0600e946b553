"""``python -m docs.picture``: the top of the published sample world's report, as a browser draws it, for the README."""

from pathlib import Path

from pipelines.places import Folder
from tests.browser import launched, opened

PICTURE = Path(__file__).with_name("report.png")


def main() -> None:
    with launched() as browser, opened(browser, Folder("sample").shelf.report, width=1200) as (page, _):
        page.screenshot(path=PICTURE, full_page=True, clip={"x": 0, "y": 0, "width": 1200, "height": 1130})


if __name__ == "__main__":
    main()
