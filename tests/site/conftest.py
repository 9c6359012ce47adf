"""Tests against a real ERPNext site, each inside a transaction that is rolled back."""

import pytest


@pytest.fixture(autouse=True)
def isolated(transaction):
	"""Every test here; see `transaction` for what that means and for the `committed` mark."""
