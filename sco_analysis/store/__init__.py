"""Whole files, fingerprints of inputs, the ledger of what was made of them, parsed corpora kept between kernels."""
