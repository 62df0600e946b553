"""What is done to a warehouse, and what must be true of it afterwards; ``python -m tests.soak`` does it many times."""
