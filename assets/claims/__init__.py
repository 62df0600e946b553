"""The claims ledger: claims as data, predicates as queries, verdicts over time.

Not here: claims themselves, which are in ``claims.toml``; opening of stores and travelling in time, which is wiring.
"""
