"""Parameters, execution and pages of notebooks: what `run` rests on."""
