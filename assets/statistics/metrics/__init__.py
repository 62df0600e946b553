"""A module per table: ``READS`` are the queries of its inputs, ``rows`` makes its rows of what they return."""
