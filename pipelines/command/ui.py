"""``tidegauge ui``: the Dagster UI with its schedules, on this machine only."""

import os
import sys

import click

from pipelines.instance import instance_environment


@click.command()
@click.option("--port", default=3000, show_default=True, help="Port on 127.0.0.1.")
@click.option("--upstreams", default="sample", show_default=True, help="Where runs started in the UI get their data.")
def ui(port: int, upstreams: str) -> None:
    """Serve the Dagster UI on 127.0.0.1 until Ctrl-C: graph, runs, checks, column schemas, schedules."""
    environment = {**os.environ, **instance_environment(), "TIDEGAUGE_UPSTREAMS": upstreams}
    arguments = ["-m", "dagster", "dev", "-h", "127.0.0.1", "-p", str(port), "-m", "pipelines.definitions"]
    os.execve(sys.executable, [sys.executable, *arguments], environment)
