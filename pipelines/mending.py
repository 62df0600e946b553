"""Opening an origin's store in its turn; one that lost what was written last is first made again from landing."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import click

from assets.progress import bars
from assets.rebuilding import Rebuilt, rebuild
from assets.recording import review
from pipelines.models import models
from pipelines.origins import Origin
from pipelines.places import Folder
from pipelines.waiting import in_turn
from warehouse import alerts
from warehouse.declared import declare
from warehouse.store import Store, StoreError, StoreLostWrites


def rebuild_store(folder: Folder, origin: Origin, run_id: str, *, keep: bool) -> Rebuilt:
    """Make the database of an origin again from its landing, with a progress bar where a person is looking."""
    from pipelines.model_assets import build_if_due  # brings Dagster: a second, which few verbs need

    ordered = models()

    with bars() as told:

        def derive(store: Store) -> None:
            declare(store)
            review(store, origin.now)
            with suppress(StoreError):  # a damaged file: what stands is then told once more
                alerts.keep(store, alerts.read(folder.alerts / alerts.FILE)[0])
            for done, model in enumerate(ordered, start=1):
                build_if_due(model, store)
                told("models", done, len(ordered))

        return in_turn(
            lambda: rebuild(
                folder.database,
                folder.landing,
                lambda now: origin.clients(folder.landing, now),
                folder.spool,
                folder.books,
                run_id=run_id,
                derive=derive,
                told=told,
                keep=keep,
            )
        )


@contextmanager
def open_store(folder: Folder, origin: Origin, run_id: str) -> Iterator[Store]:
    """The store of an origin, for writing by one run; raises StoreInUse when another process has it for long."""
    with ExitStack() as stack:
        try:
            store = in_turn(lambda: stack.enter_context(Store.open(folder.database, run_id)))
        except StoreLostWrites as error:
            click.echo(f"repairing: {error}", err=True)
            rebuilt = rebuild_store(folder, origin, run_id, keep=True)
            click.echo(f"repaired: {rebuilt}", err=True)
            store = in_turn(lambda: stack.enter_context(Store.open(folder.database, run_id)))
        yield store
