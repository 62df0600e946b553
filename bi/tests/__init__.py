"""Tests of tools that are not in the main environment; ``make bi`` runs them."""
