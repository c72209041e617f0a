"""Fingerprints of inputs, the ledger of what was made from them, and parsed corpora kept between kernels."""
