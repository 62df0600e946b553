"""Upstreams as plain Python: what to ask for, and how bytes become typed claims.

No Dagster and no DuckDB here. A function that fetches does not parse; a function that parses does not fetch.
"""
