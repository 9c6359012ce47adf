"""What happens to a client's data between the plan of an erasure, its approval and its end (P-2)."""

import frappe
import pytest

from client_comms import api as app_api
from client_comms import procedure
from client_comms.api import retention as runs_api
from client_comms.api import subject_requests as requests
from client_comms.client_privacy.erasure import records, runs
from client_comms.client_privacy.requests import answering, erasure, told
from client_comms.exceptions import ActionNotPossibleError, RecordIsKeptError

pytestmark = pytest.mark.clause("P-2")
INTERACTION = "Client Interaction"
ADDRESS, NAME = "numbat.quiche@client.example", "Numbat Quiche"
LATE = "(it came after the plan)"


@pytest.fixture
def client(make_client):
	return make_client(NAME, ADDRESS, customer_type="Individual")


@pytest.fixture
def interaction(client, log):
	return log(party_type="Customer", party=client.party, contact=client.contact, summary=f"{NAME} asks").name


@pytest.fixture
def message(interaction):
	"""`message(name)` is an email of the client about an interaction."""

	def receive(name=interaction, sender=ADDRESS):
		return (
			frappe.get_doc(
				{
					"doctype": "Communication",
					"communication_medium": "Event",
					"sent_or_received": "Received",
					"subject": "When will it be done?",
					"content": "When will it be done?",
					"sender": sender,
					"reference_doctype": INTERACTION,
					"reference_name": name,
				}
			)
			.insert()
			.name
		)

	return receive


@pytest.fixture
def erased_after(client, interaction, approve_erasure):
	"""`erased_after(change)` is a finished run: planned, then `change()`, then approved and carried out."""

	def make(change):
		name = approve_erasure(client, change)
		runs.work(name)
		run = frappe.get_doc(runs.RUN, name)
		assert (run.status, run.error, run.failed_count) == (runs.FINISHED, None, 0)
		return run

	return make


def item(run, doctype, name):
	fields = ["action", "state", "reason"]
	return frappe.db.get_value(
		runs.ITEM,
		{"run": run.name, "reference_doctype": doctype, "reference_name": name},
		fields,
		as_dict=True,
	)


def test_what_the_client_wrote_after_the_plan_goes(client, log, message, erased_after):
	came = []

	def write():
		came.append(log(party_type="Customer", party=client.party, summary=f"{NAME} asks again").name)
		came.append(message(came[0]))

	run = erased_after(write)
	assert not frappe.db.exists("Communication", came[1])
	assert frappe.db.get_value(INTERACTION, came[0], ["party", "summary"]) == (None, None)
	for doctype, name in ((INTERACTION, came[0]), ("Communication", came[1])):
		assert item(run, doctype, name).state == runs.ITEM_DONE
		assert item(run, doctype, name).reason.endswith(LATE)
	assert came[1] in frappe.db.get_value(runs.RUN, run.name, "certificate")


def test_what_was_planned_and_goes_says_nothing_of_the_plan(interaction, erased_after):
	run = erased_after(lambda: None)
	assert item(run, INTERACTION, interaction).state == runs.ITEM_DONE
	assert not frappe.get_all(runs.ITEM, {"run": run.name, "reason": ("like", f"%{LATE}%")})


def test_what_was_merged_into_another_record_goes_with_it(interaction, log, message, erased_after):
	unknown = log(summary="Who asks?").name
	message()
	run = erased_after(lambda: app_api.merge_interactions(interaction, unknown))
	assert not frappe.db.exists("Communication", {"reference_name": unknown})
	left = frappe.get_doc(INTERACTION, unknown)
	assert NAME not in left.as_json() and ADDRESS not in left.as_json()
	assert not item(run, INTERACTION, interaction)


def test_an_address_that_was_added_after_the_plan_is_replaced(client, erased_after):
	note = frappe.get_doc(
		{"doctype": "Note", "title": "Visit", "content": "Ask second.quiche@client.example"}
	)
	note.insert()

	def add():
		contact = frappe.get_doc("Contact", client.contact)
		contact.append("email_ids", {"email_id": "second.quiche@client.example"})
		contact.save()

	erased_after(add)
	assert "Ask [erased]" in frappe.db.get_value("Note", note.name, "content")


def test_an_address_that_another_client_has_got_since_is_left(client, make_client, erased_after):
	others = {}

	def hand_over():
		frappe.db.set_value(
			"Contact Email", {"parent": client.contact}, "email_id", "new.quiche@client.example"
		)
		others["contact"] = make_client("Bert Other", ADDRESS).contact

	erased_after(hand_over)
	assert frappe.db.get_value("Contact Email", {"parent": others["contact"]}, "email_id") == ADDRESS


def test_a_client_with_another_name_goes_and_so_does_the_old_name(client, erased_after):
	note = frappe.get_doc({"doctype": "Note", "title": "Visit", "content": f"Met {NAME}"}).insert()
	new = "Numbat Married"
	run = erased_after(lambda: frappe.rename_doc("Customer", client.party, new, force=True))
	assert not frappe.db.exists("Customer", {"name": ("in", (client.party, new))})
	assert "Met [erased]" in frappe.db.get_value("Note", note.name, "content")
	assert {
		row.action
		for row in frappe.get_all(runs.ITEM, {"run": run.name, "reference_doctype": "Customer"}, ["action"])
	} == {"Delete"}


def test_what_is_about_another_client_by_now_stays(interaction, make_client, erased_after):
	other = make_client("Bert Other", "bert.other@client.example")
	moved = {
		"party": other.party,
		"party_name": "Bert Other",
		"contact": other.contact,
		"summary": "Bert asks",
	}
	run = erased_after(lambda: frappe.db.set_value(INTERACTION, interaction, moved))
	assert frappe.db.get_value(INTERACTION, interaction, ["party", "summary"]) == (other.party, "Bert asks")
	kept = item(run, INTERACTION, interaction)
	assert (kept.action, kept.state) == (
		"Keep",
		runs.ITEM_KEPT,
	) and "no longer about the client" in kept.reason


def test_an_accounting_document_of_after_the_plan_keeps_the_customer(client, erased_after):
	entry = frappe.new_doc("GL Entry")
	entry.update({"party_type": "Customer", "party": client.party})
	entry.name = frappe.generate_hash()
	run = erased_after(entry.db_insert)
	assert item(run, "Customer", client.party).action == "Mask"
	assert frappe.db.get_value("GL Entry", entry.name, "party") == client.party
	assert frappe.db.exists("Customer", client.party)


def test_a_hold_that_was_released_after_the_plan_keeps_nothing(client, interaction, erased_after):
	hold = {"doctype": "Legal Hold", "hold_on": "Interaction", "client_interaction": interaction}
	hold = frappe.get_doc({**hold, "reason": "A claim"}).insert()
	erased_after(lambda: hold.release("Settled"))
	assert frappe.db.get_value(INTERACTION, interaction, "party") is None


def test_what_comes_while_the_run_goes_on_goes_as_well(client, message, log, erased_after, monkeypatch):
	came, erase = [], records.erase

	def slowly(doctype, action, names):
		erase(doctype, action, names)
		if doctype == "Contact":
			came.append(message(log(summary="Who is this?").name))

	monkeypatch.setattr(records, "erase", slowly)
	run = erased_after(lambda: None)
	assert len(came) == 1 and not frappe.db.exists("Communication", came[0])
	assert item(run, "Communication", came[0]).reason.endswith(LATE)


@pytest.fixture
def officer(make_user):
	return make_user(procedure.COMPLIANCE_OFFICER)


def on_hold(**on):
	return frappe.get_doc({"doctype": "Legal Hold", "reason": "A claim", **on}).insert()


def state_of(run) -> tuple:
	"""How the run stands, and the request."""
	return run.reload().status, frappe.db.get_value(requests.REQUEST, run.request, "status")


def test_a_hold_between_the_approval_and_the_start_stops_the_run_before_anything_is_erased_or_told(
	client, interaction, approve_erasure, officer, as_user
):
	run = frappe.get_doc(runs.RUN, approve_erasure(client))
	hold = on_hold(hold_on="Client", party_type="Customer", party=client.party)
	runs.work(run.name)
	assert state_of(run) == (runs.APPROVED, "Open")
	assert hold.name in run.error and not run.started_on
	assert frappe.db.get_value(INTERACTION, interaction, "summary") == f"{NAME} asks"
	with as_user(officer):
		runs_api.discard_run(run.name)
		runs.work(run.name)
		assert state_of(run) == (runs.DISCARDED, "Open") and not run.secret
		another = requests.plan_erasure(run.request)
	runs.work(another)
	assert not frappe.db.get_value(runs.RUN, another, "planned_count")


def test_what_is_discarded_as_it_begins_erases_nothing(client, interaction, approve_erasure, monkeypatch):
	run = frappe.get_doc(runs.RUN, approve_erasure(client))
	begin = erasure.begin

	def discarded(doc):
		begin(doc)
		frappe.db.set_value(runs.RUN, doc.name, "status", runs.DISCARDED)

	monkeypatch.setattr(erasure, "begin", discarded)
	monkeypatch.setattr(frappe.db, "rollback", lambda **_save_point: None)
	runs.work(run.name)
	assert state_of(run) == (runs.DISCARDED, "Open")
	assert frappe.db.get_value(INTERACTION, interaction, "summary") == f"{NAME} asks"


def test_what_has_begun_to_erase_is_not_discarded(client, approve_erasure, officer, as_user):
	run = frappe.get_doc(runs.RUN, approve_erasure(client))
	run.db_set({"status": runs.FAILED, "started_on": frappe.utils.now()})
	with as_user(officer), pytest.raises(ActionNotPossibleError, match="not possible now"):
		runs_api.discard_run(run.name)


@pytest.mark.parametrize("stays", ["held", "its client is held", "failed"])
def test_a_client_is_not_told_that_all_is_gone_if_something_stays(
	stays, client, interaction, approve_erasure, officer, as_user, monkeypatch
):
	run = frappe.get_doc(runs.RUN, approve_erasure(client))
	erase = records.erase

	def erase_some(doctype, action, names):
		if doctype != INTERACTION:
			return erase(doctype, action, names)
		if stays == "held":
			on_hold(hold_on="Interaction", client_interaction=interaction)
			raise RecordIsKeptError("Held")
		if stays == "failed":
			raise ValueError("Disk")
		on_hold(hold_on="Client", party_type="Customer", party=client.party)

	with monkeypatch.context() as meanwhile:
		meanwhile.setattr(records, "erase", erase_some)
		runs.work(run.name)
	assert state_of(run) == (runs.RUNNING, "Open")
	assert "the client is not told yet" in run.error
	assert frappe.db.exists("Contact", client.contact)
	with as_user(officer):
		requests.answer_request(run.request, "Some of it must stay", otherwise="Letter of today")
		runs_api.resume_run(run.name)
	runs.work(run.name)
	assert state_of(run) == (runs.FINISHED, "Answered")


def test_what_the_client_knows_to_be_gone_cannot_be_held_any_more(
	client, make_client, approve_erasure, monkeypatch
):
	run = frappe.get_doc(runs.RUN, approve_erasure(client))
	other = make_client("Vole Brulee", "vole.brulee@client.example")
	tell, placed = answering.tell, []

	def tell_and_hold(run):
		tell(run)
		if not placed:
			placed.append(on_hold(hold_on="Client", party_type="Customer", party=other.party))
			for on in (("Customer", client.party), ("Contact", client.contact)):
				with pytest.raises(ActionNotPossibleError, match="has been told"):
					told.require_not_told(on)
			with pytest.raises(ActionNotPossibleError, match="has been told"):
				on_hold(hold_on="Client", party_type="Customer", party=client.party)

	monkeypatch.setattr(answering, "tell", tell_and_hold)
	runs.work(run.name)
	assert state_of(run) == (runs.FINISHED, "Answered")
	assert not frappe.db.exists("Contact", client.contact)
	assert not frappe.db.exists("Customer", client.party)
	told.require_not_told(("Customer", client.party))  # the run is done


def test_a_hold_that_was_placed_while_the_run_waited_to_tell_is_seen(client, approve_erasure, monkeypatch):
	run = frappe.get_doc(runs.RUN, approve_erasure(client))
	lock, waited = answering.transactions.lock, []

	def hold_first(doctype, name):
		if doctype == runs.RUN and not waited:
			waited.append(name)
			on_hold(hold_on="Client", party_type="Customer", party=client.party)
		lock(doctype, name)

	with monkeypatch.context() as meanwhile:
		meanwhile.setattr(answering.transactions, "lock", hold_first)
		answering.sealed.put(run.name, kept=0)
		with pytest.raises(ActionNotPossibleError, match="the client is not told yet"):
			answering.tell(run)
	assert state_of(run)[1] == "Open"


def test_what_an_erasure_leaves_of_the_request_is_in_the_language_of_the_site(client, approve_erasure):
	run = frappe.get_doc(runs.RUN, approve_erasure(client))
	frappe.db.set_value("User", run.planned_by, "language", "de")
	runs.work(run.name)
	left = frappe.db.get_value(requests.REQUEST, run.request, ["party_name", "answer"])
	assert left == ("Anonymised", "Erased. The certificate is in the erasure run.")
