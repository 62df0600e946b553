"""Superset on one machine for one person: everything of it lies in one folder, and no result is kept."""

import os
from pathlib import Path

HOME = Path(os.environ["SUPERSET_HOME"])
SECRET_KEY = os.environ["SUPERSET_SECRET_KEY"]  # made anew for each folder by what starts it
SQLALCHEMY_DATABASE_URI = f"sqlite:///{HOME / 'superset.db'}"
# A file is what is to be read; the bundle's connection opens it read-only and lets it open no other.
PREVENT_UNSAFE_DB_CONNECTIONS = False
# The name of the file stays and what it names changes: a kept result would outlive its snapshot.
DATA_CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
TALISMAN_ENABLED = False  # plain HTTP on a loopback address
WTF_CSRF_ENABLED = False
RATELIMIT_ENABLED = False
