"""Statistics as functions of NumPy arrays, and in ``metrics/`` the tables that are made with them.

Not here: aligning, joining and dating of inputs, which is SQL; reading and writing of the store, which the wiring does.
"""
