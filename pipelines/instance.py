"""The Dagster instance of this repository: ``dagster.yaml`` here, its storage under the data folder."""

import os
from typing import TYPE_CHECKING

from pipelines.places import REPOSITORY, data_root

if TYPE_CHECKING:
    import dagster as dg


def instance_environment() -> dict[str, str]:
    """The variables with which Dagster finds its instance; what the user has set stays."""
    storage = data_root() / "dagster"
    storage.mkdir(parents=True, exist_ok=True)
    return {
        "DAGSTER_HOME": os.environ.get("DAGSTER_HOME", str(REPOSITORY)),
        "TIDEGAUGE_DAGSTER": os.environ.get("TIDEGAUGE_DAGSTER", str(storage)),
    }


def instance() -> "dg.DagsterInstance":
    import dagster as dg

    os.environ.update(instance_environment())
    return dg.DagsterInstance.get()
