"""Crypto venues: ccxt asks, we read.

ccxt knows addresses, parameters, market names and error codes; its one network method goes through our transport.
What is landed is read by our own declared wire shapes, one way for every venue, so that a number keeps its place in
the bytes and a reply of another shape is an error instead of an empty list. No metric belongs here, and ccxt is
imported only when a job runs.
"""
