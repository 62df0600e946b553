"""Progress bars, shown when a person is looking."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from assets import fetching


@contextmanager
def progress() -> Iterator[tuple[fetching.Progress, fetching.Progress]]:
    """Two callbacks, for planned and for finished jobs of an upstream."""
    shown = _shown()
    tasks: dict[str, TaskID] = {}

    def planned(upstream: str, jobs: int) -> None:
        tasks[upstream] = shown.add_task(upstream, total=jobs)

    def finished(upstream: str, jobs: int) -> None:
        shown.advance(tasks[upstream], jobs)

    with shown:
        yield planned, finished


@contextmanager
def bars() -> Iterator[Callable[[str, int, int], None]]:
    """A callback for what is being done: how much of it is done, and how much there is."""
    shown = _shown()
    tasks: dict[str, TaskID] = {}

    def told(what: str, done: int, of: int) -> None:
        if what not in tasks:
            tasks[what] = shown.add_task(what, total=of)
        shown.update(tasks[what], completed=done, total=of)

    with shown:
        yield told


def _shown() -> Progress:
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description:>10}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
