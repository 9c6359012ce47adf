"""A run or copy that failed before anything was listed does not look as if there were nothing (P-2)."""

import pytest
from playwright.sync_api import expect

from client_comms import procedure
from client_comms.client_privacy.erasure import runs as erasures
from client_comms.client_privacy.packages import runs

pytestmark = pytest.mark.clause("P-2")
PASSWORD = "Regenbogen-Kahn-42"
ERROR = "The disk is full"
NO_PLAN, PLAN = {"status": "Failed", "error": ERROR}, {"status": "Planned", "planned_on": "2026-11-02 09:00"}


@pytest.fixture
def stored(site):
	"""`stored("Erasure Run", status="Failed")` is one without records, until the end of the test."""
	made = []

	def make(doctype, **values):
		doc = site.get_doc({"doctype": doctype, "name": f"{doctype}-of-test", **values})
		doc.db_insert()
		site.db.commit()
		made.append(doc)
		return doc

	yield make
	site.db.rollback()
	for doc in made:
		site.db.delete(doc.doctype, {"name": doc.name})
	site.db.commit()


@pytest.mark.parametrize(
	("doctype", "values", "text"),
	[
		(erasures.RUN, {"kind": "Retention", **NO_PLAN}, ""),
		(erasures.RUN, {"kind": "Retention", **PLAN}, "Nothing has expired."),
		(erasures.RUN, {"kind": "Request", **NO_PLAN}, ""),
		(erasures.RUN, {"kind": "Request", **PLAN}, "There is nothing to erase."),
		(runs.PACKAGE, NO_PLAN, ""),
		(runs.PACKAGE, {"status": "Collecting"}, "The records are being listed."),
	],
	ids=lambda value: f"{value['status']} {value.get('kind', '')}" if isinstance(value, dict) else value,
)
def test_no_records_are_nothing_only_if_it_looked(login, make_user, client, stored, doctype, values, text):
	about = {} if doctype == erasures.RUN else {"party_type": "Customer", "party": client.name}
	doc = stored(doctype, **values, **about)
	page = login(make_user(procedure.COMPLIANCE_OFFICER, password=PASSWORD), PASSWORD)
	with page.expect_response(lambda answer: answer.url.endswith("_overview")):
		page.goto(f"/app/{doctype.lower().replace(' ', '-')}/{doc.name}")
	overview = page.locator('[data-fieldname="overview"] p')
	expect(overview).to_have_count(1)
	expect(overview).to_contain_text(text) if text else expect(overview).to_have_text("")
	if "error" in values:
		expect(page.locator('[data-fieldname="error"]:visible')).to_contain_text(ERROR)
