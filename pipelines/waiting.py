"""Waiting for the process that has the warehouse: runs are short, and whoever comes second may soon have its turn."""

import time
from collections.abc import Callable
from typing import TypeVar

import click

from warehouse.store import StoreInUse

#: How long the holder is waited for, and how often is looked.
MOST_S, EVERY_S = 10.0, 0.1
Opened = TypeVar("Opened")


def in_turn(opened: Callable[[], Opened]) -> Opened:
    """What opening the warehouse gives, once no other process has it; whom that waits for is said once.

    Raises StoreInUse, which names the holder, when that takes too long.
    """
    until, is_told = time.monotonic() + MOST_S, False
    while True:
        try:
            return opened()
        except StoreInUse as error:
            if time.monotonic() >= until:
                raise
            if not is_told:
                click.echo(f"waiting: {error.what}, for {MOST_S:g} s at most", err=True)
            is_told = True
        time.sleep(EVERY_S)
