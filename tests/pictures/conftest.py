"""The demonstration, in a browser: what `scripts/make-pictures` runs."""

import pytest
from browsing import browser, login, pytest_runtest_makereport, screenshots  # noqa: F401


@pytest.fixture(scope="session")
def demonstration(site):
	"""Two months of it, on a site that is set up and has a scheduler that signed the ledger a moment ago."""
	from frappe.installer import update_site_config

	from client_comms.demo.site import load
	from client_comms.ledger import chaining

	found = load()
	chaining.chain()
	site.db.set_value("Module Onboarding", "Client Communications", "is_complete", 1)
	site.db.set_single_value("System Settings", "enable_scheduler", 1)
	site.db.commit()
	update_site_config("pause_scheduler", 0)  # no process runs it, so the site stays as it is
	return found
