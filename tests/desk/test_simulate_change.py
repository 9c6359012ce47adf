"""A matrix version is simulated and compared in the desk before it acts (M-1, T-4)."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.clause("M-1", "T-4")

PASSWORD = "Regenbogen-Kahn-42"
MATRIX = "Communication Matrix"


@pytest.fixture
def manager(make_user):
	return make_user("Client Communications Manager", password=PASSWORD)


@pytest.fixture
def draft(site):
	"""A draft in which a Service Update is no longer confidential."""
	doc = site.copy_doc(site.get_last_doc(MATRIX, {"docstatus": 1}))
	doc.update(
		{"docstatus": 0, "version_label": "Laxer", "effective_from": "2100-01-01", "approved_by": None}
	)
	next(
		row for row in doc.rules if row.communication_type == "Service Update"
	).confidentiality_level = "Standard"
	doc.insert(ignore_permissions=True)
	site.db.commit()
	yield doc.name
	site.set_user("Administrator")
	site.db.rollback()
	site.db.delete("Policy Change Run", {"reference_name": doc.name})
	site.delete_doc(MATRIX, doc.name, force=True, ignore_permissions=True)
	site.db.commit()


def test_a_draft_is_simulated_from_its_form(login, manager, draft, shoot):
	page = login(manager, PASSWORD)
	page.goto(f"/app/communication-matrix/{draft}")
	page.get_by_role("button", name="Simulate", exact=True).click()
	simulation = page.locator(".client-comms-simulation")
	expect(simulation.locator("[data-fieldname=matrix] input")).to_have_value(draft)
	simulation.get_by_role("button", name="Simulate", exact=True).click()
	expect(simulation.locator("[data-new-access='1']")).to_contain_text("Service Update")
	expect(simulation.get_by_role("heading", name="Interactions by Level")).to_be_visible()
	expect(simulation.get_by_role("heading", name="Deadlines in Hindsight")).to_be_visible()
	shoot(page, "simulate-change")


def test_versions_are_compared_in_the_form(login, manager, draft, shoot):
	page = login(manager, PASSWORD)
	page.goto(f"/app/communication-matrix/{draft}")
	page.get_by_role("button", name="Compare", exact=True).click()
	dialog = page.get_by_role("dialog")
	field = dialog.locator("[data-fieldname=other]:visible")
	expect(field.locator("input")).to_be_focused()  # else the dialog takes what is typed before it is there
	field.locator("input").fill("CM-1.0")
	field.locator("[role=option]").filter(has_text="CM-1.0").first.click()
	expect(dialog.locator("table")).to_contain_text("Confidential")
	shoot(page, "compare-versions")
