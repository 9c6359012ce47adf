"""A run or copy that failed before anything was listed does not look as if there were nothing (P-2)."""

import pytest
from playwright.sync_api import expect

from client_comms import procedure
from client_comms.client_privacy.erasure import runs as erasures
from client_comms.client_privacy.packages import collecting, runs

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


TELL_OF_STEPS = """async () => {
	let reloads = 0;
	const reload = cur_frm.reload_doc;
	cur_frm.reload_doc = () => reloads++;
	const told = { package: cur_frm.docname, run: cur_frm.docname };
	const [hear] = frappe.realtime.socket.listeners("EVENT");
	for (let step = 0; step < 30; step++) hear(told);
	const atOnce = reloads;
	await new Promise((done) => setTimeout(done, 2500));
	cur_frm.reload_doc = reload;
	return [atOnce, reloads];
}"""


@pytest.mark.parametrize(
	("doctype", "event", "values"),
	[
		(runs.PACKAGE, collecting.EVENT, {"status": "Collecting"}),
		(erasures.RUN, erasures.EVENT, {**PLAN, "kind": "Retention"}),
	],
	ids=["copy", "erasure"],
)
def test_a_job_of_many_steps_does_not_load_the_form_again_for_each(
	login, make_user, client, stored, doctype, event, values
):
	about = {} if doctype == erasures.RUN else {"party_type": "Customer", "party": client.name}
	doc = stored(doctype, **values, **about)
	page = login(make_user(procedure.COMPLIANCE_OFFICER, password=PASSWORD), PASSWORD)
	with page.expect_response(lambda answer: answer.url.endswith("_overview")):
		page.goto(f"/app/{doctype.lower().replace(' ', '-')}/{doc.name}")
	assert page.evaluate(TELL_OF_STEPS.replace("EVENT", event)) == [1, 2]


TRIED_AGAIN = [
	(runs.PACKAGE, {"status": "Failed", "error": ERROR}, True),
	(runs.PACKAGE, {"status": "Discarded", "failed_count": 2}, False),
	(erasures.RUN, {"kind": "Retention", "status": "Finished", "failed_count": 2}, True),
	(erasures.RUN, {"kind": "Retention", "status": "Discarded", "error": ERROR}, False),
]


@pytest.mark.parametrize(("doctype", "values", "offered"), TRIED_AGAIN)
def test_what_has_ended_is_not_tried_again(login, make_user, client, stored, doctype, values, offered):
	about = {} if doctype == erasures.RUN else {"party_type": "Customer", "party": client.name}
	doc = stored(doctype, **values, **about)
	page = login(make_user(procedure.COMPLIANCE_OFFICER, password=PASSWORD), PASSWORD)
	page.goto(f"/app/{doctype.lower().replace(' ', '-')}/{doc.name}")
	head = page.locator(".page-head:visible")
	expect(head.get_by_role("button", name="Show Records")).to_be_visible()
	expect(head.get_by_role("button", name="Try Again")).to_have_count(int(offered))


@pytest.mark.parametrize(
	("doctype", "event", "key"),
	[(erasures.RUN, erasures.EVENT, "run"), (runs.PACKAGE, collecting.EVENT, "package")],
)
def test_a_form_that_was_left_is_not_loaded_again(login, make_user, client, stored, doctype, event, key):
	"""To load it makes it the form that Ctrl+S saves."""
	about = (
		{"kind": "Retention"} if doctype == erasures.RUN else {"party_type": "Customer", "party": client.name}
	)
	doc, other = (
		stored(doctype, status="Discarded", **about),
		stored("Ledger Verification", status="Finished"),
	)
	page = login(make_user(procedure.COMPLIANCE_OFFICER, password=PASSWORD), PASSWORD)
	page.goto(f"/app/{doctype.lower().replace(' ', '-')}/{doc.name}")
	page.locator(".page-head:visible").get_by_role("button", name="Show Records").wait_for()
	loads = []
	page.on("request", lambda request: loads.append(request.url) if "load.getdoc?" in request.url else None)
	tell = """([event, told]) => {
		for (const hear of frappe.realtime.socket.listeners(event)) hear(told);
	}"""
	page.evaluate(tell, [event, {key: doc.name}])
	page.wait_for_timeout(1500)
	assert len(loads) == 1
	page.evaluate("name => frappe.set_route('Form', 'Ledger Verification', name)", other.name)
	page.wait_for_function("name => cur_frm?.docname === name", arg=other.name)
	page.wait_for_timeout(500)
	loads.clear()
	page.evaluate(tell, [event, {key: doc.name}])
	page.wait_for_timeout(1500)
	assert not loads
	assert page.evaluate("cur_frm.docname") == other.name


def test_a_form_that_waits_is_loaded_again_by_one_timer(login, make_user, stored):
	doc = stored("Ledger Verification", status="Running", last_entry=9)
	page = login(make_user(procedure.COMPLIANCE_OFFICER, password=PASSWORD), PASSWORD)
	page.goto(f"/app/ledger-verification/{doc.name}")
	page.locator(".progress:visible").first.wait_for()
	loads = []
	page.on("request", lambda request: loads.append(request.url) if "load.getdoc?" in request.url else None)
	page.evaluate("() => { for (let each = 0; each < 6; each++) cur_frm.refresh(); }")
	page.wait_for_timeout(4500)
	assert 1 <= len(loads) <= 2
