"""Data at rest: what each table is, how it is stored, when it could be known, what must be true of it.

Nothing here knows an upstream's wire format or the orchestrator.
"""
