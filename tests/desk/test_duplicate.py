"""A confidential document that is duplicated stays confidential (P-2)."""

import pytest

pytestmark = pytest.mark.clause("P-2")

PASSWORD = "Regenbogen-Kahn-42"
SENSITIVE = "Sensitive"


def test_duplicate(site, make_user, login, removed):
	user = make_user("Customer Support Manager", "Compliance Officer", "Support Team", password=PASSWORD)
	settings = site.get_doc("Client Comms Settings")
	before = settings.govern_issues
	settings.db_set("govern_issues", 1)
	issue = site.get_doc(
		{"doctype": "Issue", "subject": "The roof", "raised_by": "anna@roof.example"}
	).insert()
	removed("Issue", issue.name)
	issue.db_set("confidentiality_level", SENSITIVE)
	site.db.commit()
	try:
		page = login(user, PASSWORD)
		page.goto(f"/app/issue/{issue.name}")
		page.wait_for_function("(name) => window.cur_frm?.doc?.name === name", arg=issue.name)
		page.evaluate("() => cur_frm.copy_doc()")
		page.wait_for_function("() => cur_frm.is_new()")
		page.evaluate("() => void cur_frm.save()")
		page.wait_for_function("() => !cur_frm.is_new()")
		name = page.evaluate("() => cur_frm.doc.name")
	finally:
		site.db.rollback()
		settings.db_set("govern_issues", before)
		site.db.commit()
	removed("Issue", name)
	for interaction in site.get_all(
		"Client Interaction",
		{"reference_doctype": "Issue", "reference_name": ("in", (issue.name, name))},
		pluck="name",
	):
		removed("Client Interaction", interaction)
	assert name != issue.name
	assert site.db.get_value("Issue", name, "confidentiality_level") == SENSITIVE
