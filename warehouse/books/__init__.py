"""Order books at rest: a spool that loses nothing, Parquet, and what each book says of liquidity.

No exchange client, no orchestrator and no network belong here.
"""
