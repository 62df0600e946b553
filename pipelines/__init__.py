"""Orchestration: how tables become Dagster assets, checks, jobs and a command. No domain logic."""
