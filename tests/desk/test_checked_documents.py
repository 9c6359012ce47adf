"""Messages about documents that are not governed: chosen in the settings, refused on the document's form (P-3)."""

import pytest
from browsing import choose
from playwright.sync_api import expect

pytestmark = pytest.mark.clause("P-3", "C-2")

PASSWORD = "Regenbogen-Kahn-42"
SETTINGS = "Client Comms Settings"


@pytest.fixture
def project(site, client, outgoing, removed):
	doc = site.get_doc(
		{"doctype": "Project", "project_name": f"Roof {client.key}", "customer": client.name}
	).insert()
	removed("Project", doc.name)
	site.db.commit()
	yield doc
	site.set_user("Administrator")
	site.db.rollback()
	settings = site.get_doc(SETTINGS)
	settings.checked_documents = []
	settings.save()
	site.db.commit()


def test_a_type_is_listed_and_messages_about_it_are_refused(site, project, client, make_user, login, shoot):
	manager = login(make_user("Client Communications Manager", password=PASSWORD), PASSWORD)
	manager.goto("/app/client-comms-settings")
	manager.get_by_role("tab", name="Outgoing").click()
	table = manager.locator("[data-fieldname=checked_documents]")
	table.scroll_into_view_if_needed()
	table.get_by_role("button", name="Add row").click()
	row = table.locator(".grid-body .grid-row").first
	row.locator("[data-fieldname=document_type]").first.click()
	for field, value in (("document_type", "Project"), ("confidentiality_level", "Confidential")):
		choose(manager, field, value)  # version 16 lists the options outside of the row
	shoot(manager, "settings")
	manager.get_by_role("button", name="Save", exact=True).click()
	expect(manager.locator(".indicator-pill:visible", has_text="Not Saved")).to_have_count(0)
	site.db.rollback()
	site.clear_document_cache(SETTINGS, SETTINGS)
	assert site.get_doc(SETTINGS).checked_document_types() == {"Project": "Confidential"}

	staff = login(make_user("Projects User", "Sales User", password=PASSWORD), PASSWORD)
	staff.goto(f"/app/project/{project.name}")
	expect(staff.locator(".page-head:visible").get_by_text(project.project_name).first).to_be_visible()
	staff.evaluate(
		"""async (values) => {
			cur_frm.email_doc("The roof is done.");
			for (let tries = 0; !client_comms.outgoing.composer?.dialog?.display && tries < 50; tries++)
				await new Promise((done) => setTimeout(done, 100));
			for (const [field, value] of Object.entries(values))
				await client_comms.outgoing.composer.dialog.set_value(field, value);
		}""",
		{"recipients": "eve@elsewhere.example"},
	)
	staff.locator(".modal.show").get_by_role("button", name="Send", exact=True).click()
	refusal = staff.locator(".modal.show", has_text="Not Sent")
	expect(refusal).to_contain_text("eve@elsewhere.example")
	expect(refusal.get_by_role("button", name="Ask for Consent")).to_be_visible()
	shoot(staff, "refusal")
	assert not site.get_all("Communication", {"reference_name": project.name, "sent_or_received": "Sent"})
