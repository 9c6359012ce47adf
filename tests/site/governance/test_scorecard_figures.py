"""What the scorecard of a clause must not pass over (R-3)."""

import frappe
import pytest

from client_comms import clock, procedure
from client_comms.scorecard import card, controls
from client_comms.scorecard.clauses import CLAUSES
from client_comms.scorecard.counting import counting
from client_comms.scorecard.figures import INTERACTION

COMPANY = "Second Company"


@pytest.fixture
def shown(make_user, as_user):
	"""`shown("F-2")` returns the figures of a clause as the Compliance Officer sees them, by label."""
	officer = make_user(procedure.COMPLIANCE_OFFICER)

	def figures(code):
		frappe.cache.delete_keys("client_comms_scorecard")
		with as_user(officer):
			clause = next(each for each in card.of()["clauses"] if each["clause"] == code)
			return {figure["name"]: figure for figure in clause["figures"]}

	return figures


def listed(figure, as_user, officer):
	with as_user(officer):
		return frappe.get_list(figure["doctype"], filters=figure["filters"], pluck="name", limit=0)


@pytest.mark.clause("R-3")
def test_figures_counted_together_are_those_counted_alone(inquiry, clock_at):
	"""The interactions of a period are counted by one query."""
	answered = inquiry(responsible_staff="Administrator")
	with clock_at("2026-11-23 11:00"):
		answered.record("Answered")
	inquiry("Feedback/Complaint", responsible_staff="Administrator")
	since, until = card.period("2026-11-01", "2026-11-30")
	figures = [
		figure for clause in CLAUSES.values() for figure in clause.figures if figure.doctype == INTERACTION
	]
	assert len(figures) > 8
	together, alone = (
		counting([each for figure in figures for each in figure.counted(since, until)]),
		counting(),
	)
	found = [
		(figure.label, figure.value(since, until, together), figure.value(since, until, alone))
		for figure in figures
	]
	assert [each for each in found if each[1] != each[2]] == []
	assert any(value for _label, value, _alone in found)


@pytest.mark.clause("R-3")
def test_the_first_moment_of_the_period_before_counts(inquiry, make_user, as_user):
	"""The period before is as long, and begins at midnight."""
	inquiry(responsible_staff="Administrator").db_set("occurred_on", "2020-01-01 00:00:00")
	with as_user(make_user(procedure.COMPLIANCE_OFFICER)):
		clauses = card.of("2020-01-11", "2020-01-20")["clauses"]
	(figure,) = (
		each for clause in clauses for each in clause["figures"] if each["name"] == "Without a Client"
	)
	assert (figure["value"], figure["before"]) == (None, 0)


# --- the matrix of each company --------------------------------------------------------------------


@pytest.fixture
def second_company(site):
	company = frappe.new_doc("Company")
	company.update({"name": COMPANY, "company_name": COMPANY, "abbr": "SC", "default_currency": "EUR"})
	company.db_insert()
	return company.name


@pytest.fixture
def own_version(second_company):
	"""The shipped version once more, for one company."""
	version = frappe.copy_doc(frappe.get_last_doc("Communication Matrix", {"docstatus": 1}))
	version.update({"company": second_company, "version_label": "Own", "effective_from": "2025-01-01"})
	version.flags.shipped = True
	return version.insert().submit()


@pytest.mark.clause("M-1")
def test_a_company_without_a_version_in_force_is_named(own_version):
	frappe.db.delete("Communication Matrix", {"company": ("is", "not set")})
	state = controls.matrix_in_force().state()
	assert state.colour == "Red"
	assert str(state.message).endswith(f": {frappe.db.get_value('Company', {'name': ('!=', COMPANY)})}.")


@pytest.mark.clause("T-2")
def test_an_overdue_review_is_seen_behind_a_later_version_of_another_company(own_version):
	frappe.db.set_value(
		"Communication Matrix", {"company": ("is", "not set")}, "next_review_on", "2025-06-01"
	)
	own_version.db_set("next_review_on", "2099-01-01")
	state = controls.matrix_reviewed().state()
	assert (state.colour, "2025-06-01" in str(state.message)) == ("Amber", True)
	frappe.db.set_value("Communication Matrix", {"company": ("is", "not set")}, "next_review_on", None)
	state = controls.matrix_reviewed().state()
	assert (state.colour, "No day is set" in str(state.message)) == ("Amber", True)
	frappe.db.set_value(
		"Communication Matrix", {"company": ("is", "not set")}, "next_review_on", "2099-01-01"
	)
	assert controls.matrix_reviewed().state().colour == "Green"


@pytest.mark.clause("C-3", "C-4")
@pytest.mark.parametrize("field", ["acknowledge_within_days", "respond_within_days"])
def test_a_type_that_expects_a_reply_needs_a_deadline_in_every_version(own_version, field):
	control = controls.deadlines(field, "Deadline")
	assert control.state().colour == "Green"
	rule = next(row for row in own_version.rules if row.communication_type == "Initial Inquiry")
	rule.db_set(field, 0)
	assert f"Initial Inquiry ({own_version.name})" in str(control.state().message)
	frappe.db.delete("Communication Matrix Rule", {"name": rule.name})
	assert f"Initial Inquiry ({own_version.name})" in str(control.state().message)
	assert control.state().colour == "Red"


@pytest.mark.clause("C-3", "C-4")
def test_a_priority_without_a_deadline_counts_as_none():
	version = frappe.get_last_doc("Communication Matrix", {"docstatus": 1})
	row = version.append("priorities", {"communication_type": "Initial Inquiry", "respond_within_days": 0})
	row.db_insert()
	assert "Initial Inquiry" in str(controls.deadlines("respond_within_days", "Deadline").state().message)


# --- figures ---------------------------------------------------------------------------------------


@pytest.mark.clause("C-1")
def test_the_share_of_clients_with_a_preference_is_that_of_clients_with_an_interaction(
	shown, log, make_client
):
	frappe.db.delete("Client Interaction")
	assert shown("C-1")["Clients With a Preference"]["value"] is None
	for number in range(4):
		client = make_client(f"Client {number}", f"c{number}@client.example")
		if number < 3:
			log(**client)
			log(**client)
		if number in (0, 3):  # the last one has no interaction
			frappe.get_doc(
				{
					"doctype": "Communication Preference",
					"party_type": client.party_type,
					"party": client.party,
					"channels": [{"channel": "Phone"}],
				}
			).insert()
	figure = shown("C-1")["Clients With a Preference"]
	assert (figure["value"], figure["unit"], figure["state"]) == (33.3, "%", "Amber")


@pytest.mark.clause("P-1")
def test_what_was_sent_without_a_valid_check_counts_and_what_needs_none_does_not(shown):
	frappe.db.delete("Client Disclosure")
	for level, verified, reason in (
		("Confidential", None, "The client is in a hurry."),
		("Confidential", "IV-1", "Another channel than usual."),
		("Confidential", None, None),  # an acknowledgement
		("Standard", None, "Another channel than usual."),
	):
		row = frappe.new_doc("Client Disclosure")
		row.update(
			{
				"name": frappe.generate_hash(),
				"disclosed_on": clock.now(),
				"outcome": "Sent",
				"confidentiality_level": level,
				"identity_verification": verified,
				"reason": reason,
			}
		)
		row.db_insert()
	figure = shown("P-1")["Sent Without a Valid Identity Check"]
	assert (figure["value"], figure["state"]) == (33.3, "Red")


@pytest.mark.clause("P-1")
def test_without_a_level_that_requires_a_check_nothing_was_sent_without_one(shown):
	frappe.db.delete("Client Disclosure")
	frappe.db.set_value("Confidentiality Level", {"name": ("is", "set")}, "require_identity_verification", 0)
	row = frappe.new_doc("Client Disclosure")
	values = {"disclosed_on": clock.now(), "outcome": "Sent", "reason": "Another channel than usual."}
	row.update({"name": frappe.generate_hash(), **values})
	row.db_insert()
	figure = shown("P-1")["Sent Without a Valid Identity Check"]
	assert not figure["value"] and figure["state"] != "Red"


@pytest.mark.clause("F-2")
def test_action_items_past_due_and_of_disabled_users_are_counted(shown, log, make_user, as_user):
	agent, gone = make_user(procedure.FRONTLINE_STAFF), make_user(procedure.CUSTOMER_SUPPORT)
	doc = log(responsible_staff=agent)
	before = {name: figure["value"] for name, figure in shown("F-2").items()}
	for due_on, status, user in (
		("2020-01-01", "Open", agent),
		("2020-01-01", "Closed", agent),
		("2099-01-01", "Open", gone),
		(None, "Open", agent),
		(None, "Open", ""),
	):
		item = frappe.get_doc(
			{
				"doctype": "Interaction Action Item",
				"parenttype": doc.doctype,
				"parent": doc.name,
				"parentfield": "action_items",
				"description": "Call back",
				"due_on": due_on,
				"status": status,
				"assigned_to": user,
			}
		)
		item.db_insert()
	frappe.db.set_value("User", gone, "enabled", 0)
	found = shown("F-2")
	rise = {name: figure["value"] - before[name] for name, figure in found.items()}
	assert (rise["Action Items Past Due"], rise["Action Items Without an Active User"]) == (1, 2)
	officer = make_user(procedure.COMPLIANCE_OFFICER)
	for name in ("Action Items Past Due", "Action Items Without an Active User"):
		assert doc.name in listed(found[name], as_user, officer)


@pytest.mark.clause("D-1")
def test_late_logs_are_a_share_of_what_staff_logged(shown, log):
	frappe.db.delete("Client Interaction")
	for by_hand, late in ((1, 1), (1, 0), (1, 0), (0, 0)):
		log().db_set({"logged_by_hand": by_hand, "logged_late": late}, update_modified=False)
	figure = shown("D-1")["Logged Late"]
	assert (figure["value"], figure["unit"], figure["state"]) == (33.3, "%", "Red")
