"""What other tools open: dashboards for Superset, and the tests of tools that are not in the main environment."""
