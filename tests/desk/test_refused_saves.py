"""An action on a form whose changes are refused does not run, and nothing that was entered is lost (D-1)."""

from functools import partial

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.clause("D-1")

PASSWORD = "Regenbogen-Kahn-42"
INTERACTION = "Client Interaction"
SAVE = "**/frappe.desk.form.save.savedocs"
ACKNOWLEDGE = """() => {
	const { actions } = client_comms;
	const late = new Promise((resolve) => setTimeout(() => resolve("never ended"), 8000));
	return Promise.race([actions.run(actions.of_form(cur_frm), "acknowledge").then(() => "done", () => "refused"), late]);
}"""


@pytest.fixture
def form(login, frontline, received):
	"""A page with the form of an inquiry, and its name."""
	name = received("The roof")
	page = login(frontline, PASSWORD)
	page.goto(f"/app/client-interaction/{name}")
	page.locator(".client-comms-conversation .facts section").first.wait_for()
	return page, name


def of_the_form(page, field):
	return page.evaluate("(field) => cur_frm.doc[field]", field)


def set_on_the_form(page, **values):
	page.evaluate("async (values) => { await cur_frm.set_value(values); }", values)


def answer_with(status, route):
	route.fulfill(status=status, json={})


def save_elsewhere(site, doctype, name):
	"""What the page saves afterwards is refused, because it is not about the latest version."""
	doc = site.get_doc(doctype, name)
	doc.flags.ignore_version = True
	doc.save(ignore_permissions=True)
	site.db.commit()


def close_messages(page):
	page.evaluate("() => frappe.hide_msgprint(true)")
	page.evaluate("() => frappe.dom.unfreeze()")


def acknowledged(site, name):
	site.db.rollback()
	return bool(site.db.get_value(INTERACTION, name, "acknowledged_on"))


def test_an_action_waits_for_a_save_that_succeeds(site, form):
	page, name = form
	# The browser's own check: a field that is required is empty.
	set_on_the_form(page, subject="", summary="Two storeys")
	assert page.evaluate(ACKNOWLEDGE) == "refused"
	close_messages(page)
	set_on_the_form(page, subject="The roof and the gutter")
	for status in (403, 500):
		page.route(SAVE, partial(answer_with, status))
		assert page.evaluate(ACKNOWLEDGE) == "refused", status
		page.unroute(SAVE)
		close_messages(page)
	page.route(SAVE, lambda route: route.abort())
	assert page.evaluate(ACKNOWLEDGE) == "refused", "no network"
	page.unroute(SAVE)
	close_messages(page)
	assert not acknowledged(site, name)
	assert of_the_form(page, "summary") == "Two storeys"

	assert page.evaluate(ACKNOWLEDGE) == "done"
	assert acknowledged(site, name)
	assert of_the_form(page, "subject") == "The roof and the gutter"


def test_an_action_does_not_throw_away_what_was_refused(site, form):
	page, name = form
	set_on_the_form(page, summary="Two storeys")
	save_elsewhere(site, INTERACTION, name)
	assert page.evaluate(ACKNOWLEDGE) == "refused"
	expect(page.locator(".msgprint:visible")).to_contain_text("has been modified")
	assert not acknowledged(site, name)
	assert of_the_form(page, "summary") == "Two storeys"


@pytest.mark.clause("D-2")
def test_evidence_that_is_refused_stays_in_its_dialog(site, login, make_user, received):
	name = received("A complaint about your fitter")
	page = login(make_user("Customer Support Manager", "Sales User", password=PASSWORD), PASSWORD)
	page.goto(f"/app/client-interaction/{name}")
	card = page.locator(".client-comms-conversation:visible .facts")
	card.locator("[data-remedy=choose]").first.wait_for()
	before = len(of_the_form(page, "evidence"))
	method = page.evaluate("() => cur_frm.doc.__onload.checklist.find(({ kind }) => kind).method")
	page.evaluate("(method) => client_comms.documentation.choose(cur_frm, { method, kind: 'Note' })", method)
	dialog = page.locator(".modal.show", has_text="Evidence for")
	note = dialog.locator("[data-fieldname=note] textarea")
	note.fill("Filed in the blue folder.")
	page.route(SAVE, lambda route: route.fulfill(status=417, json={"exc_type": "ValidationError"}))
	with page.expect_response(SAVE):
		dialog.get_by_role("button", name="Add", exact=True).click()
	page.wait_for_timeout(500)
	expect(note).to_have_value("Filed in the blue folder.")
	expect(note).to_be_visible()
	assert len(of_the_form(page, "evidence")) == before


def test_access_that_could_not_be_granted_can_be_granted_again(form):
	page, _name = form
	page.evaluate("""() => {
		cur_frm.doc.__onload.access_requests = [{ user: "x@own.example", full_name: "X", reason: "Y" }];
		client_comms.card.render(cur_frm, $(".client-comms-conversation:visible .facts"));
	}""")
	decline = page.locator("[data-access=decline_access]")
	decline.click()
	expect(page.locator(".msgprint:visible")).to_be_visible()
	expect(decline).to_be_enabled(timeout=5000)


@pytest.fixture
def issue(site, client, removed):
	doc = site.get_doc(
		{
			"doctype": "Issue",
			"subject": f"Noise {client.key}",
			"customer": client.name,
			"raised_by": client.address,
			"description": "It hums.",
		}
	).insert(ignore_permissions=True)
	removed(doc.doctype, doc.name)
	site.db.commit()
	return doc.name


@pytest.fixture
def support(login, make_user, issue):
	"""A page with the form of the Issue, on which something is being typed."""
	page = login(
		make_user("Customer Support", "Frontline Staff", "Support Team", password=PASSWORD), PASSWORD
	)
	page.goto(f"/app/issue/{issue}")
	page.wait_for_function("() => window.cur_frm?.client_comms_banner")
	page.wait_for_load_state("networkidle")
	set_on_the_form(page, resolution_details="We sent a fitter.")
	return page


def test_what_is_being_typed_stays_when_an_interaction_is_logged(support):
	support.evaluate("() => { client_comms.log_interaction = (_values, logged) => logged(); }")
	support.evaluate("() => cur_frm.custom_buttons[__('Log Interaction')].trigger('click')")
	support.wait_for_timeout(1500)
	support.wait_for_load_state("networkidle")
	assert of_the_form(support, "resolution_details") == "We sent a fitter."


def test_what_was_typed_is_saved_before_the_level_is_changed(site, support, issue):
	support.route("**/client_comms.api.change_level", lambda route: route.fulfill(json={"message": None}))
	close_messages(support)
	support.evaluate("() => { client_comms.change_level(cur_frm); }")
	fill(support, "change_level")
	support.locator(".modal.show:has-text('Change Level') .btn-modal-primary").click()
	expect(support.locator(".modal.show:has-text('Change Level')")).to_have_count(0)
	site.db.rollback()
	assert site.db.get_value("Issue", issue, "resolution_details") == "We sent a fitter."


@pytest.mark.parametrize(
	"method",
	["hand_over", "waive_documentation", "verify_identity", "not_a_complaint"],
)
def test_what_was_typed_is_saved_before_an_action_changes_the_record(site, form, method):
	"""Its form is loaded again afterwards."""
	page, name = form
	calls = []
	page.on("request", lambda request: calls.append(request.url.rsplit("/", 1)[-1].rsplit(".", 1)[-1]))
	page.route(f"**/client_comms.api.{method}", lambda route: route.fulfill(json={"message": None}))
	set_on_the_form(page, summary="Two storeys")
	with page.expect_request(f"**/client_comms.api.{method}"):
		page.evaluate(OF_METHOD[method])
		if method != "not_a_complaint":
			fill(page, method)
			page.locator(".modal.show .btn-modal-primary").click()
	page.wait_for_function("() => cur_frm.doc && !cur_frm.doc.__unsaved")
	page.wait_for_load_state("networkidle")
	site.db.rollback()
	assert site.db.get_value(INTERACTION, name, "summary") == "Two storeys"
	assert calls.index("savedocs") < calls.index(method)


OF_METHOD = {
	"hand_over": """() => client_comms.outgoing.hand_over({ doctype: cur_frm.doctype, name: cur_frm.docname },
		{ reasons: [], people: [{ user: "x@own.example", full_name: "X" }], may_hand_over: 1 })""",
	"waive_documentation": "() => client_comms.documentation.waive(cur_frm, { method: 'CRM Log' })",
	"verify_identity": """() => client_comms.outgoing.verify_identity(
		{ interaction: cur_frm.docname, party_type: cur_frm.doc.party_type, party: cur_frm.doc.party })""",
	"not_a_complaint": "() => { client_comms.feedback.dismiss(cur_frm); }",
}


def fill(page, method):
	page.wait_for_function("() => window.cur_dialog?.display")
	values = {
		"change_level": {"level": "Standard", "reason": "Test"},
		"hand_over": {"to": "x@own.example"},
		"waive_documentation": {"reason": "Test"},
		"verify_identity": {"method": "Document Seen", "result": "Failed"},
	}
	for field, value in values[method].items():
		page.evaluate(
			"async ([field, value]) => { await cur_dialog.set_value(field, value); }", [field, value]
		)
