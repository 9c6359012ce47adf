"""Tests that install and remove the app in processes of their own; each cleans up after itself."""

import pytest


@pytest.fixture(autouse=True)
def isolated(transaction):
	"""Every test here; see `transaction` for what that means and for the `committed` mark."""
