"""The progress bars of a fetch, shown when a person is looking."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from assets import fetching


@contextmanager
def progress() -> Iterator[tuple[fetching.Progress, fetching.Progress]]:
    """Two callbacks, for planned and for finished jobs of an upstream."""
    console = Console(stderr=True)
    bars = Progress(
        TextColumn("{task.description:>10}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    tasks: dict[str, TaskID] = {}

    def planned(upstream: str, jobs: int) -> None:
        tasks[upstream] = bars.add_task(upstream, total=jobs)

    def finished(upstream: str, jobs: int) -> None:
        bars.advance(tasks[upstream], jobs)

    with bars:
        yield planned, finished
