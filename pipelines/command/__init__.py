"""The ``tidegauge`` command: one module per verb. What a verb does is elsewhere; here it is asked for and told."""
