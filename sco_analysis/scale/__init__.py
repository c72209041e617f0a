"""Corpora that outgrow memory or machine: partitions, parsed by several processes, whose tallies add up."""
