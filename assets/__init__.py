"""The edges: what arrives from outside and what leaves. Everything between is SQL."""
