"""A row back to the facts it rests on, step by step through the tables between, and the proof that they make it.

Not here: the bytes that a fact was parsed from (``warehouse.locating``), and how a trace is printed (``command``).
"""
