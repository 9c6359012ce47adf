"""Writing interactions, by users and programs: details, level, responsibility, history (D-2, F-2, M-1)."""

import json

import frappe
import pytest
from frappe.client import insert as client_insert
from frappe.client import save as client_save
from frappe.client import set_value as client_set_value
from frappe.core.doctype.data_import.importer import INSERT, UPDATE
from frappe.desk.doctype.notification_log import notification_log
from frappe.desk.form.assign_to import add as assign
from frappe.desk.form.assign_to import remove as unassign
from frappe.utils import add_days, now_datetime

from client_comms import api, clock
from client_comms.client_interactions import form_data
from client_comms.communication_governance import matrix as matrices
from client_comms.exceptions import (
	ClearanceMissingError,
	EventsAreAppendOnlyError,
	MissingDetailsError,
	NoMatrixInForceError,
	NotResponsibleError,
	StatusFollowsEventsError,
)
from client_comms.setup import install

INTERACTION = "Client Interaction"
MONDAY = "2026-11-23 10:00:00"


@pytest.fixture
def fiona(make_user):
	return make_user("Frontline Staff")


@pytest.fixture
def case(inquiry, fiona):
	return inquiry(responsible_staff=fiona)


def refusal(error):
	return frappe.utils.strip_html(str(error.value).replace("<br>", "\n"))


def kinds(doc):
	return [row.event for row in frappe.get_doc(INTERACTION, doc.name).events]


# --- details (D-2) ------------------------------------------------------------------------------


@pytest.mark.clause("D-2")
@pytest.mark.parametrize(
	("missing", "messages"),
	[
		({"party": None, "party_type": None}, ["Choose the client with whom the interaction took place."]),
		({"summary": " \n"}, ["Enter a summary of the discussion."]),
		(
			{"responsible_staff": None},
			["Choose the staff member who is responsible for the interaction."],
		),
		(
			{"party": None, "summary": None, "responsible_staff": ""},
			[
				"Choose the client with whom the interaction took place.",
				"Enter a summary of the discussion.",
				"Choose the staff member who is responsible for the interaction.",
			],
		),
	],
)
def test_a_log_says_what_is_missing(inquiry, fiona, missing, messages):
	before = frappe.db.count(INTERACTION)
	with pytest.raises(MissingDetailsError) as error:
		inquiry(**{"responsible_staff": fiona, **missing})
	assert refusal(error).splitlines() == messages
	assert frappe.db.count(INTERACTION) == before


@pytest.mark.clause("D-2")
@pytest.mark.parametrize("fieldname", ["communication_type", "channel", "subject"])
def test_mandatory_fields_are_named(case, fieldname):
	label = case.meta.get_label(fieldname)
	copy = frappe.copy_doc(case, ignore_no_copy=False)
	copy.set(fieldname, None)
	with pytest.raises(frappe.MandatoryError) as error:
		copy.insert()
	assert fieldname in str(error.value) or label in str(error.value)


@pytest.mark.clause("D-2")
def test_the_date_cannot_be_removed_or_lie_in_the_future(case):
	case.occurred_on = None
	with pytest.raises(MissingDetailsError, match="Enter the date and time"):
		case.save()
	case.reload()
	case.occurred_on = add_days(now_datetime(), 1)
	with pytest.raises(frappe.ValidationError, match="is in the future"):
		case.save()
	case.reload()
	case.occurred_on = "yesterday-ish"
	with pytest.raises(frappe.ValidationError, match="is not a date and time"):
		case.save()


@pytest.mark.clause("D-2")
def test_a_computer_whose_clock_is_a_little_ahead_logs_what_is_now(case, clock_at):
	def logged(at):
		copy = frappe.copy_doc(case, ignore_no_copy=False)
		copy.occurred_on = f"2026-11-24 {at}"
		return str(copy.insert().occurred_on)[11:]

	with clock_at("2026-11-24 10:00"):
		assert [logged(at) for at in ("09:59:00", "10:00:01", "10:05:00")] == [
			"09:59:00",
			"10:00:00",
			"10:00:00",
		]
		with pytest.raises(frappe.ValidationError, match="is in the future"):
			logged("10:05:01")


@pytest.mark.clause("D-2")
def test_an_interaction_of_this_very_moment_is_not_in_the_future(case, fiona):
	copy = frappe.copy_doc(case, ignore_no_copy=False)
	copy.occurred_on = clock.now().replace(microsecond=999999)
	assert copy.insert().occurred_on.microsecond == 0


@pytest.mark.clause("D-2")
def test_a_client_once_known_cannot_be_removed(case):
	case.update({"party_type": None, "party": None})
	with pytest.raises(MissingDetailsError, match="Choose the client"):
		case.save()


@pytest.mark.clause("D-2")
def test_the_client_follows_the_contact(inquiry, fiona):
	customer = frappe.get_doc({"doctype": "Customer", "customer_name": "Client A"}).insert()
	contact = frappe.get_doc(
		{
			"doctype": "Contact",
			"first_name": "Anna",
			"links": [{"link_doctype": "Customer", "link_name": customer.name}],
		}
	).insert()
	doc = inquiry(responsible_staff=fiona, party_type=None, party=None, contact=contact.name)
	assert (doc.party_type, doc.party, doc.party_name) == ("Customer", customer.name, "Client A")


# --- responsibility -----------------------------------------------------------------------------


@pytest.mark.clause("M-1")
def test_responsible_staff_hold_the_responsible_role(inquiry, make_user, set_settings):
	adam = make_user("Account Manager", first_name="Adam")
	for holder in frappe.get_all("Has Role", {"role": "Frontline Staff", "parenttype": "User"}, pluck="name"):
		frappe.db.delete("Has Role", holder)
	told = "Adam cannot be responsible for Initial Inquiry, because the matrix requires the role Frontline Staff."
	with pytest.raises(NotResponsibleError) as error:
		inquiry(responsible_staff=adam)
	assert refusal(error) == f"{told} No user has this role. Ask a System Manager to assign it."
	for name in ("Fiona", "Fred", "Fritz", "Frida", "Falk", "Frauke"):
		make_user("Frontline Staff", first_name=name)
	with pytest.raises(NotResponsibleError) as error:
		inquiry(responsible_staff=adam)
	assert refusal(error) == f"{told} Choose someone who has it, such as Falk, Fiona, Frauke, Fred, Frida."
	set_settings(responsible_party_mode="Warn")
	frappe.clear_messages()
	assert inquiry(responsible_staff=adam).responsible_staff == adam
	assert "cannot be responsible" in str(frappe.get_message_log())
	set_settings(responsible_party_mode="Off")
	frappe.clear_messages()
	inquiry(responsible_staff=adam)
	assert not frappe.get_message_log()


@pytest.mark.clause("M-1")
def test_responsible_staff_are_cleared_for_the_level_whatever_the_mode(
	inquiry, make_user, fiona, set_settings
):
	set_settings(responsible_party_mode="Off")
	with pytest.raises(ClearanceMissingError):
		inquiry("Feedback/Complaint", responsible_staff=fiona)
	with pytest.raises(ClearanceMissingError, match="disabled"):
		inquiry(responsible_staff=make_user("Frontline Staff", enabled=0))


@pytest.mark.clause("F-2")
def test_a_new_responsible_person_is_in_the_history(case, make_user):
	other = make_user("Frontline Staff")
	before = case.responsible_staff
	case.responsible_staff = other
	case.save()
	assert case.events[-1].event == "Reassigned" and case.events[-1].note == f"{before} → {other}"


# --- the matrix in force (M-1, T-4) -------------------------------------------------------------


@pytest.fixture
def version():
	"""Submit a matrix version like the one in force, with another level for Initial Inquiry."""

	def make(level, effective_from, company=None, **rule):
		doc = frappe.copy_doc(
			frappe.get_last_doc("Communication Matrix", {"docstatus": 1}, order_by="creation asc")
		)
		doc.update({"company": company, "effective_from": effective_from, "version_label": level})
		row = next(row for row in doc.rules if row.communication_type == "Initial Inquiry")
		row.update({"confidentiality_level": level, **rule})
		doc.insert()
		doc.submit()
		return doc.name

	return make


@pytest.fixture
def company():
	return frappe.db.get_value("Company", {})


@pytest.fixture
def susan(make_user, set_settings):
	"""A user with clearance for every level, but without a responsible role."""
	set_settings(responsible_party_mode="Off")
	return make_user("Customer Support")


@pytest.mark.clause("M-1", "T-4")
def test_the_latest_version_effective_at_the_moment_governs(inquiry, version, susan):
	old = inquiry(responsible_staff=susan).matrix
	new = version("Confidential", MONDAY)
	assert inquiry(responsible_staff=susan, at="2026-11-23 09:59:59").matrix == old
	doc = inquiry(responsible_staff=susan, at=MONDAY)
	assert (doc.matrix, doc.confidentiality_level) == (new, "Confidential")


@pytest.mark.clause("M-1", "T-4")
def test_the_companys_own_version_beats_a_later_one_for_all(inquiry, version, susan, company):
	own = version("Sensitive", "2026-11-01 00:00:00", company=company)
	version("Confidential", "2026-11-20 00:00:00")
	doc = inquiry(responsible_staff=susan)
	assert (doc.matrix, doc.confidentiality_level) == (own, "Sensitive")
	assert matrices.in_force("Another Company", doc.occurred_on) != own


@pytest.mark.clause("M-1", "T-4")
def test_the_shipped_version_is_for_all_companies():
	assert frappe.defaults.get_global_default("company"), "Frappe fills in no company, so this shows nothing"
	frappe.db.delete("Communication Matrix")
	install.make_matrix()
	(company,) = frappe.get_all("Communication Matrix", pluck="company")
	assert not company


@pytest.mark.clause("M-1", "T-4")
def test_a_draft_or_cancelled_version_governs_nothing(inquiry, version, susan):
	old = inquiry(responsible_staff=susan).matrix
	name = version("Confidential", "2026-11-01 00:00:00")
	frappe.get_doc("Communication Matrix", name).cancel()
	assert inquiry(responsible_staff=susan).matrix == old
	amended = frappe.copy_doc(frappe.get_doc("Communication Matrix", name))
	amended.update({"amended_from": name, "docstatus": 0})
	amended.insert()
	assert inquiry(responsible_staff=susan).matrix == old
	amended.submit()
	assert inquiry(responsible_staff=susan).matrix == amended.name


@pytest.mark.clause("M-1", "T-4")
def test_an_interaction_keeps_the_version_it_was_governed_by(inquiry, version, susan):
	doc = inquiry(responsible_staff=susan)
	old = doc.matrix
	version("Sensitive", "2026-11-01 00:00:00", acknowledge_within_days=5, respond_within_days=9)
	doc.matrix = frappe.get_last_doc("Communication Matrix").name
	doc.save()
	assert (doc.matrix, doc.confidentiality_level) == (old, "Standard")
	frappe.get_doc("Communication Matrix", old).cancel()
	doc.reload()
	doc.summary = "Anna called again."
	doc.save()
	assert doc.matrix == old


@pytest.mark.clause("M-1")
def test_before_any_version_nothing_can_be_logged(inquiry, susan):
	with pytest.raises(NoMatrixInForceError, match="Submit one that is effective"):
		inquiry(responsible_staff=susan, at="2020-01-06 10:00")


@pytest.mark.clause("M-1")
def test_a_type_without_a_rule_is_refused(inquiry, susan):
	frappe.get_doc({"doctype": "Communication Type", "type_name": "Site Visit"}).insert()
	with pytest.raises(frappe.ValidationError, match="has no rule for"):
		inquiry("Site Visit", responsible_staff=susan)


# --- levels -------------------------------------------------------------------------------------


@pytest.mark.clause("M-1", "D-5")
def test_a_new_record_may_be_stricter_than_the_matrix_never_looser(inquiry, susan):
	assert (
		inquiry(responsible_staff=susan, confidentiality_level="Sensitive").confidentiality_level
		== "Sensitive"
	)
	doc = inquiry("Feedback/Complaint", responsible_staff=susan, confidentiality_level="Standard")
	assert doc.confidentiality_level == "Sensitive"


@pytest.mark.clause("M-1", "D-5")
def test_raising_is_free_and_lowering_needs_a_reason(inquiry, susan, as_user):
	doc = inquiry(responsible_staff=susan)
	with as_user(susan):
		doc.confidentiality_level = "Confidential"
		doc.save()
		doc.confidentiality_level = "Standard"
		with pytest.raises(MissingDetailsError, match="Give a reason"):
			doc.save()
		doc.reload()
		doc.update({"confidentiality_level": "Standard", "level_change_reason": "Nothing private in it."})
		doc.save()
	assert doc.events[-1].note == "Confidential → Standard: Nothing private in it."
	assert doc.level_change_reason is None
	assert kinds(doc)[-2:] == ["Level Changed", "Level Changed"]


@pytest.mark.clause("M-1", "D-5")
def test_lowering_needs_clearance_for_both_levels(inquiry, susan, make_user, as_user):
	doc = inquiry(responsible_staff=susan, confidentiality_level="Confidential")
	adam = make_user("Account Manager")
	with as_user(susan):
		doc.reload()
		doc.confidentiality_level = "Sensitive"
		doc.save()
	with as_user(adam), pytest.raises(frappe.PermissionError):
		doc = frappe.get_doc(INTERACTION, doc.name)
		doc.update({"confidentiality_level": "Standard", "level_change_reason": "because"})
		doc.save()


@pytest.mark.clause("M-1", "D-5")
def test_a_stricter_type_raises_the_level_and_a_looser_one_keeps_it(inquiry, susan):
	doc = inquiry(responsible_staff=susan)
	doc.communication_type = "Feedback/Complaint"
	doc.save()
	assert doc.confidentiality_level == "Sensitive"
	assert kinds(doc)[-2:] == ["Type Changed", "Level Changed"]
	doc.communication_type = "Initial Inquiry"
	doc.save()
	assert doc.confidentiality_level == "Sensitive"


# --- the history is append-only, the status follows it ------------------------------------------


def tamper(doc, change):
	doc = frappe.get_doc(INTERACTION, doc.name)
	change(doc)
	return doc


CHANGES = {
	"added": lambda doc: doc.append("events", {"event": "Answered", "at": MONDAY}),
	"added by dict": lambda doc: doc.update({"events": [*doc.events, {"event": "Answered", "at": MONDAY}]}),
	"changed": lambda doc: doc.events[0].update({"event": "Answered"}),
	"re-dated": lambda doc: doc.events[-1].update({"at": "2026-11-30 10:00"}),
	"annotated": lambda doc: doc.events[0].update({"note": "all is well"}),
	"disowned": lambda doc: doc.events[0].update({"by_user": "Guest"}),
	"removed": lambda doc: doc.events.pop(),
	"emptied": lambda doc: doc.set("events", []),
	"reordered": lambda doc: doc.events.reverse(),
	"replaced": lambda doc: doc.events[0].update({"name": None}),
}


@pytest.mark.clause("D-2")
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_history_is_not_edited_by_saving(case, change):
	with pytest.raises(EventsAreAppendOnlyError):
		tamper(case, change).save()
	assert kinds(case) == ["Logged", "Received"]


@pytest.mark.clause("D-2")
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_history_is_not_edited_through_the_api(case, fiona, as_user, change):
	sent = tamper(case, change).as_dict(convert_dates_to_str=True)
	sent["flags"] = {"by_the_app": True, "from_intake": True, "ignore_validate": True}
	with as_user(fiona), pytest.raises(EventsAreAppendOnlyError):
		client_save(json.dumps(sent, default=str))
	assert kinds(case) == ["Logged", "Received"]


@pytest.mark.clause("D-2")
def test_a_save_after_an_action_on_the_same_object_is_checked_like_any_other(case, clock_at):
	with clock_at("2026-11-23 11:00"):
		case.record("Acknowledged")
	case.append("events", {"event": "Answered", "at": MONDAY})
	with pytest.raises(EventsAreAppendOnlyError):
		case.save()
	case.reload()
	case.summary = None
	with pytest.raises(MissingDetailsError):
		case.save()


@pytest.mark.clause("D-2")
def test_a_failed_action_leaves_no_mark_on_the_object(case, clock_at, monkeypatch):
	monkeypatch.setattr(type(case), "on_update", lambda self: frappe.throw("no"))
	with clock_at("2026-11-23 11:00"), pytest.raises(frappe.ValidationError):
		case.record("Acknowledged")
	assert not case.flags.by_the_app


@pytest.mark.clause("D-2")
@pytest.mark.parametrize("source", [("Event", "gone"), ("DocType of an App That Is Gone", "gone")])
def test_it_is_saved_after_what_its_history_tells_of_is_gone(case, source):
	row = frappe.db.get_value("Interaction Event", {"parent": case.name})
	gone = dict(zip(("source_doctype", "source_name"), source, strict=True))
	frappe.db.set_value("Interaction Event", row, gone)
	case.reload()
	case.summary = "The client called once more."
	case.save()
	case.reload().confidentiality_level = "Sensitive"
	case.save_by_app()


def test_the_history_is_not_reached_by_its_rows(case, fiona, as_user):
	row = case.events[0].name
	with as_user(fiona):
		with pytest.raises(EventsAreAppendOnlyError):
			client_set_value("Interaction Event", row, "note", "all is well")
		with pytest.raises(EventsAreAppendOnlyError):
			client_insert(
				{
					"doctype": "Interaction Event",
					"parenttype": INTERACTION,
					"parent": case.name,
					"parentfield": "events",
					"event": "Answered",
					"at": MONDAY,
				}
			)
	alone = frappe.get_doc("Interaction Event", row)
	alone.note = "all is well"
	with pytest.raises(EventsAreAppendOnlyError):
		alone.save()
	with pytest.raises(EventsAreAppendOnlyError):
		frappe.delete_doc("Interaction Event", row)
	assert kinds(case) == ["Logged", "Received"]


@pytest.mark.clause("D-2")
@pytest.mark.parametrize("status", ["Acknowledged", "Answered", "Closed"])
def test_the_status_is_never_typed(case, fiona, as_user, status):
	with as_user(fiona), pytest.raises(StatusFollowsEventsError):
		client_set_value(INTERACTION, case.name, "status", status)
	assert frappe.db.get_value(INTERACTION, case.name, "status") == "Open"


@pytest.mark.clause("D-2")
@pytest.mark.parametrize(
	("given", "error"),
	[
		({"events": [{"event": "Answered", "at": MONDAY}]}, EventsAreAppendOnlyError),
		({"status": "Closed"}, StatusFollowsEventsError),
	],
)
def test_a_new_record_brings_no_history_of_its_own(inquiry, fiona, given, error):
	with pytest.raises(error):
		inquiry(responsible_staff=fiona, **given)


@pytest.mark.clause("D-2")
def test_what_the_clocks_compute_is_never_taken_from_a_request(inquiry, fiona, set_calendar):
	set_calendar(["09:00-17:00"])
	typed = {
		"acknowledge_by": "2030-01-01 00:00:00",
		"respond_by": "2030-01-01 00:00:00",
		"acknowledge_status": "Met",
		"respond_status": "Met",
		"next_deadline": "2030-01-01 00:00:00",
		"next_check_at": None,
		"clock_state": "Stopped",
		"breached": 1,
		"matrix": None,
	}
	doc = inquiry(responsible_staff=fiona, **typed)

	def check():
		stored = frappe.get_doc(INTERACTION, doc.name)
		assert str(stored.acknowledge_by) == "2026-11-24 17:00:00"
		assert str(stored.next_check_at) == "2026-11-24 13:15:00"  # the warning, at 75 % of 15 working hours
		assert (stored.respond_status, stored.clock_state, stored.breached) == ("Running", "Running", 0)
		assert stored.matrix == doc.matrix is not None

	check()
	with_clock = frappe.get_doc(INTERACTION, doc.name)
	with_clock.update(typed)
	with clock.moved_to(MONDAY):
		with_clock.save()
	check()


# --- Data Import --------------------------------------------------------------------------------


def import_rows(import_type, *rows):
	"""Import through Frappe's importer; returns the log with the result of each row."""
	from frappe.core.doctype.data_import.importer import Importer

	header = list(rows[0])
	lines = [header, *([row[key] for key in header] for row in rows)]
	content = "\n".join(",".join(f'"{value}"' for value in line) for line in lines)
	file = frappe.get_doc(
		{"doctype": "File", "file_name": "import.csv", "content": content, "is_private": 1}
	).insert()
	data_import = frappe.get_doc(
		{
			"doctype": "Data Import",
			"reference_doctype": INTERACTION,
			"import_type": import_type,
			"import_file": file.file_url,
			"submit_after_import": 0,
			"mute_emails": 1,
		}
	).insert()
	Importer(INTERACTION, data_import=data_import).import_data()
	return frappe.get_all(
		"Data Import Log", {"data_import": data_import.name}, ["success", "messages", "exception"]
	)


@pytest.fixture
def importing():
	"""Data Import asks the role permission to import, which an administrator gives."""
	frappe.get_meta(INTERACTION).allow_import = 1
	frappe.db.commit()  # the importer rolls back what fails
	yield
	# Frappe stores this log in a table that is not transactional.
	frappe.db.delete("Data Import Log", {"data_import": ("like", f"{INTERACTION} Import%")})


@pytest.mark.clause("D-2")
def test_an_import_cannot_rewrite_history_or_status(case, importing):
	(log,) = import_rows(UPDATE, {"ID": case.name, "Status": "Closed"})
	assert not log.success and "status cannot be edited" in log.messages
	(log,) = import_rows(
		UPDATE,
		{
			"ID": case.name,
			"ID (History)": case.events[0].name,
			"Event (History)": "Answered",
			"At (History)": MONDAY,
		},
	)
	assert kinds(case) == ["Logged", "Received"]


@pytest.mark.clause("D-2")
def test_an_import_logs_like_anyone(case, importing, fiona):
	row = {
		"Company": case.company,
		"Communication Type": "Initial Inquiry",
		"Channel": "Phone",
		"Direction": "Inbound",
		"Occurred On": "2026-11-20 10:00:00",
		"Subject": "Imported",
		"Summary": "Imported from the old system.",
		"Responsible Staff": fiona,
		"Party Type": "Customer",
		"Party": case.party,
	}
	labels = {df.fieldname: df.label for df in case.meta.fields}
	row = {labels[frappe.scrub(key)]: value for key, value in row.items()}
	(log,) = import_rows(INSERT, row)
	assert log.success, log
	doc = frappe.get_last_doc(INTERACTION, {"subject": "Imported"})
	assert kinds(doc) == ["Logged", "Received"] and doc.matrix
	(log,) = import_rows(INSERT, {**row, "Subject": "Incomplete", labels["summary"]: ""})
	assert not log.success and "Enter a summary of the discussion" in log.messages


# --- copies -------------------------------------------------------------------------------------


def test_a_duplicate_starts_clean(case, fiona, clock_at):
	case.append("action_items", {"description": "Call back", "assigned_to": fiona})
	case.save()
	with clock_at("2026-11-23 11:00"):
		api.answer(case.name)
		frappe.db.set_value(INTERACTION, case.name, "breached", 1)
	copy = frappe.copy_doc(frappe.get_doc(INTERACTION, case.name), ignore_no_copy=False)
	copy.occurred_on = clock.now()
	copy.insert()
	assert (copy.status, copy.breached, copy.respond_status) == ("Open", 0, "Running")
	assert kinds(copy) == ["Logged", "Received"]
	assert not copy.action_items and not copy.evidence


# --- action items and ToDos (F-2) ---------------------------------------------------------------


@pytest.fixture
def item(case, fiona, make_user):
	"""(interaction, action item, ToDo, a colleague)"""
	case.append("action_items", {"description": "Call back", "assigned_to": fiona, "due_on": "2026-11-27"})
	case.save()
	row = case.action_items[0]
	return case, row, frappe.get_doc("ToDo", row.todo), make_user("Frontline Staff")


def row_of(case):
	(row,) = frappe.get_doc(INTERACTION, case.name).action_items
	return row


@pytest.mark.clause("F-2")
def test_an_action_item_is_a_todo(item, fiona):
	case, _row, todo, _colleague = item
	assert (todo.allocated_to, str(todo.date), todo.status) == (fiona, "2026-11-27", "Open")
	assert (todo.reference_type, todo.reference_name, todo.description) == (
		INTERACTION,
		case.name,
		"Call back",
	)


@pytest.mark.clause("F-2")
def test_the_todo_follows_its_item(item):
	case, row, todo, colleague = item
	row.update({"assigned_to": colleague, "due_on": "2026-11-30", "description": "Write", "status": "Closed"})
	case.save()
	todo.reload()
	assert (todo.allocated_to, str(todo.date), todo.description, todo.status) == (
		colleague,
		"2026-11-30",
		"Write",
		"Closed",
	)
	assert frappe.db.count("ToDo", {"reference_name": case.name}) == 1


@pytest.mark.clause("F-2")
def test_removing_an_item_cancels_its_todo(item):
	case, _row, todo, _colleague = item
	case.set("action_items", [])
	case.save()
	todo.reload()
	assert todo.status == "Cancelled"


@pytest.mark.clause("F-2")
@pytest.mark.parametrize("status", ["Closed", "Cancelled"])
def test_the_item_follows_its_todo_and_back(item, fiona, as_user, status):
	case, _row, todo, _colleague = item
	for each in (status, "Open"):
		with as_user(fiona):
			todo.reload()
			todo.status = each
			todo.save()
		assert row_of(case).status == each


@pytest.mark.clause("F-2")
def test_a_form_opened_before_the_todo_was_closed_does_not_open_it_again(item, fiona, as_user):
	case, _row, todo, _colleague = item
	stale = frappe.get_doc(INTERACTION, case.name)
	with as_user(fiona):
		todo.status = "Closed"
		todo.save()
	with pytest.raises(frappe.TimestampMismatchError):
		stale.save()
	assert row_of(case).status == "Closed"


@pytest.mark.clause("F-2")
def test_giving_the_todo_to_a_colleague_gives_them_the_item(item):
	case, _row, todo, colleague = item
	todo.update({"allocated_to": colleague, "date": "2026-12-01"})
	todo.save()
	assert (row_of(case).assigned_to, str(row_of(case).due_on)) == (colleague, "2026-12-01")
	frappe.get_doc(INTERACTION, case.name).save()
	todo.reload()
	assert todo.allocated_to == colleague


@pytest.mark.clause("F-2")
def test_a_todo_is_not_given_to_someone_without_clearance(item, make_user, fiona):
	case, _row, todo, _colleague = item
	todo.allocated_to = make_user("Sales User")
	with pytest.raises(ClearanceMissingError):
		todo.save()
	assert row_of(case).assigned_to == fiona


@pytest.mark.clause("F-2")
def test_deleting_the_todo_cancels_the_item(item):
	case, _row, todo, _colleague = item
	todo.delete()
	assert (row_of(case).status, row_of(case).todo) == ("Cancelled", None)
	frappe.get_doc(INTERACTION, case.name).save()
	assert not frappe.db.exists("ToDo", {"reference_name": case.name})


@pytest.mark.clause("F-2")
def test_an_assignment_in_the_desk_is_an_action_item(case, make_user, monkeypatch):
	monkeypatch.setattr(notification_log, "send_notification_email", lambda doc: None)  # no mail account here
	colleague = make_user("Frontline Staff")
	assign({"doctype": INTERACTION, "name": case.name, "assign_to": [colleague], "description": "Call back"})
	assert (row_of(case).assigned_to, row_of(case).status) == (colleague, "Open")
	unassign(INTERACTION, case.name, colleague)
	assert row_of(case).status == "Cancelled"


@pytest.mark.clause("F-2")
def test_deleting_the_interaction_deletes_its_todos(item):
	case, _row, todo, _colleague = item
	frappe.delete_doc(INTERACTION, case.name)
	assert not frappe.db.exists("ToDo", todo.name)


@pytest.mark.clause("F-2")
def test_an_item_never_takes_over_another_todo(item, fiona, as_user):
	case, _row, todo, _colleague = item
	private = frappe.get_doc(
		{"doctype": "ToDo", "description": "Private", "allocated_to": "Administrator"}
	).insert()
	with as_user(fiona):
		case.reload()
		case.action_items[0].todo = private.name
		case.append("action_items", {"description": "Mine", "assigned_to": fiona, "todo": private.name})
		case.save()
	private.reload()
	assert (private.description, private.allocated_to) == ("Private", "Administrator")
	assert case.action_items[0].todo == todo.name


@pytest.mark.clause("F-2")
def test_an_assignee_is_cleared_for_the_level(case, make_user):
	case.append("action_items", {"description": "Call back", "assigned_to": make_user("Sales User")})
	with pytest.raises(ClearanceMissingError):
		case.save()


# --- what governs: messages of its own documents ------------------------------------------------


def matrix_with(**tables):
	doc = frappe.copy_doc(frappe.get_last_doc("Communication Matrix", {"docstatus": 1}))
	for table, rows in tables.items():
		for row in rows:
			doc.append(table, row)
	return doc


INQUIRY = {"communication_type": "Initial Inquiry", "confidentiality_level": "Standard"}


@pytest.mark.clause("M-1")
@pytest.mark.parametrize(
	("doc", "message"),
	[
		(lambda: matrix_with(rules=[INQUIRY]), "already has a rule"),
		(
			lambda: matrix_with(
				documentation=[{"communication_type": "Site Visit", "documentation_method": "CRM Log"}]
			),
			"has no rule in this version",
		),
		(
			lambda: matrix_with(parties=[{"communication_type": "Initial Inquiry", "party": "Role"}]),
			"choose the role that is responsible",
		),
		(
			lambda: matrix_with(
				rules=[{"communication_type": "Site Visit", "confidentiality_level": "Standard"}]
			),
			"has no responsible party",
		),
		(
			lambda: matrix_with(
				rules=[
					{
						"communication_type": "Site Visit",
						"confidentiality_level": "Standard",
						"acknowledge_within_days": 3,
						"respond_within_days": 2,
					}
				]
			),
			"acknowledged after it is answered",
		),
	],
	ids=["twice", "no rule", "no role", "nobody", "reversed"],
)
def test_a_matrix_that_contradicts_itself_is_refused(doc, message):
	frappe.get_doc({"doctype": "Communication Type", "type_name": "Site Visit"}).insert()
	with pytest.raises(frappe.ValidationError, match=message):
		doc().insert()


@pytest.mark.parametrize(
	("doctype", "name", "change", "message"),
	[
		("Confidentiality Level", "Standard", {"rank": 0}, "Rank must be 1 or higher"),
		("Confidentiality Level", "Standard", {"rank": 30}, "already has rank"),
		(
			"Confidentiality Level",
			"Standard",
			{"clearances": [{"role": "Sales User", "can_read": 1}, {"role": "Sales User", "can_read": 1}]},
			"already has a clearance row",
		),
		(
			"Confidentiality Level",
			"Standard",
			{"clearances": [{"role": "Sales User", "can_write": 1}]},
			"cannot do anything without Read",
		),
		("Response Calendar", None, {"hours": []}, ""),
		("Response Calendar", None, {"time_zone": "Europe/Atlantis"}, "Europe/Atlantis"),
		(
			"Response Calendar",
			None,
			{
				"hours": [
					{"weekday": "Monday", "start_time": "09:00", "end_time": "12:00"},
					{"weekday": "Monday", "start_time": "11:00", "end_time": "17:00"},
				]
			},
			"overlap",
		),
		("Client Comms Settings", None, {"own_email_domains": "not a domain"}, "is not a domain"),
	],
)
def test_settings_that_make_no_sense_are_refused(doctype, name, change, message):
	if doctype == "Client Comms Settings":
		doc = frappe.get_doc(doctype)
	else:
		doc = frappe.get_doc(doctype, name) if name else frappe.get_last_doc(doctype)
	doc.update(change)
	with pytest.raises(frappe.ValidationError, match=message) as error:
		doc.save()
	assert str(error.value).strip()


def test_own_domains_are_tidied(set_settings):
	settings = set_settings(own_email_domains="@Nordlicht.example\n\n nordlicht.example \nnordlicht.test")
	assert settings.own_email_domains == "nordlicht.example\nnordlicht.test"


@pytest.mark.clause("T-1")
def test_a_training_counts_until_it_runs_out(fiona):
	training = frappe.get_last_doc("SOP Training")
	record = {"doctype": "SOP Training Record", "user": fiona, "training": training.name}
	doc = frappe.get_doc({**record, "completed_on": "2026-02-28"}).insert()
	assert str(doc.valid_until) == "2027-02-28"
	with pytest.raises(frappe.ValidationError, match="not in the future"):
		frappe.get_doc({**record, "completed_on": add_days(now_datetime(), 2)}).insert()


def test_a_reply_goes_to_the_contact_or_else_to_the_first_address_of_the_client(inquiry, susan):
	case = inquiry(responsible_staff=susan)
	assert case.client_email() is None
	for number in (1, 2):
		contact = frappe.get_doc(
			{
				"doctype": "Contact",
				"first_name": f"Person {number}",
				"email_ids": [{"email_id": f"person{number}@reply.example", "is_primary": 1}],
				"links": [{"link_doctype": case.party_type, "link_name": case.party}],
			}
		).insert()
	assert case.client_email() == "person1@reply.example"
	case.contact = contact.name
	assert case.client_email() == "person2@reply.example"


def test_a_reply_is_not_proposed_to_an_address_that_has_unsubscribed(inquiry, susan):
	case = inquiry(responsible_staff=susan)
	contact = frappe.get_doc(
		{
			"doctype": "Contact",
			"first_name": "Person",
			"email_ids": [
				{"email_id": "left@reply.example", "is_primary": 1},
				{"email_id": "other@reply.example"},
			],
			"links": [{"link_doctype": case.party_type, "link_name": case.party}],
		}
	).insert()
	case.contact = contact.name
	left = {"doctype": "Email Unsubscribe", "email": "left@reply.example"}
	here = frappe.get_doc({**left, "reference_doctype": case.doctype, "reference_name": case.name}).insert()
	assert case.client_email() == "other@reply.example"
	here.delete()
	frappe.get_doc({**left, "global_unsubscribe": 1}).insert()
	assert case.client_email() == "other@reply.example"
	frappe.get_doc({**left, "email": "other@reply.example", "global_unsubscribe": 1}).insert()
	assert case.client_email() == "left@reply.example"


@pytest.mark.clause("D-5")
def test_the_search_bar_finds_interactions_that_may_be_read(inquiry, susan, as_user, make_user):
	from frappe.utils import global_search as frappe_search

	from client_comms.enforcement.methods import global_search

	for other in ("Heat pump", "Garage", "Cellar"):  # a word of half of all rows is not found
		inquiry(responsible_staff=susan, subject=other)
	case = inquiry(responsible_staff=susan, subject="Zephyrdach")
	frappe_search.rebuild_for_doctype(case.doctype)
	with as_user(susan):
		assert [row.name for row in global_search.search(text="Zephyrdach")] == [case.name]
	case.db_set({"confidentiality_level": "Sensitive"})
	with as_user(make_user("Frontline Staff")):
		assert global_search.search(text="Zephyrdach") == []


def test_a_printed_interaction_reads_like_its_form(case, susan):
	"""Notes of the history are stored for the ledger; what does not concern an inquiry is not printed as nought."""
	case.record("Warned", note="respond 2026-11-24 17:00:00 → fiona@example.com")
	case.record("Level Changed", note="Standard → Confidential: She asked for it")
	case.record("Reassigned", note=f"{susan} → former@example.com")
	html = frappe.get_print(INTERACTION, case.name)
	due = frappe.format("2026-11-24 17:00:00", "Datetime")
	assert f"Answer {due} → fiona@example.com" in html
	assert "Standard → Confidential: She asked for it" in html
	assert f"{frappe.utils.get_fullname(susan)} → former@example.com" in html
	assert "Redress Amount" not in html and "Rating" not in html


@pytest.mark.clause("M-1")
def test_a_responsible_role_that_cannot_open_its_interactions_is_pointed_out():
	def warnings(role, level):
		frappe.clear_messages()
		doc = matrix_with()
		doc.docstatus = 0
		next(row for row in doc.parties if row.communication_type == "Initial Inquiry").role = role
		next(
			row for row in doc.rules if row.communication_type == "Initial Inquiry"
		).confidentiality_level = level
		doc.run_method("validate")
		return " ".join(frappe.as_unicode(each.get("message")) for each in frappe.get_message_log())

	assert "without access" not in warnings("Frontline Staff", "Standard").lower()
	assert "has no clearance for <b>Sensitive</b>" in warnings("Frontline Staff", "Sensitive").replace(
		"<strong>", "<b>"
	).replace("</strong>", "</b>")
	role = frappe.get_doc({"doctype": "Role", "role_name": "Test Concierge", "desk_access": 1}).insert().name
	assert "has no clearance" in warnings(role, "Standard")
	level = frappe.get_doc("Confidentiality Level", "Standard")
	level.append("clearances", {"role": role, "can_read": 1})
	level.save()
	assert "Role Permissions Manager" in warnings(role, "Standard")


# --- the form -------------------------------------------------------------------------------------


@pytest.mark.clause("D-5")
@pytest.mark.parametrize(
	("roles", "expected"),
	[(("Frontline Staff", "Sales User"), ["party", "contact"]), (("Compliance Officer",), [])],
)
def test_the_form_knows_which_records_of_the_client_its_reader_can_open(
	roles, expected, log, make_client, make_user, as_user
):
	doc = log(**make_client("Anna", "anna@client.example"))
	with as_user(make_user(*roles)):
		frappe.clear_messages()
		form_data.show(doc)
	assert doc.get_onload("opens") == expected
	assert not frappe.local.message_log


@pytest.mark.clause("D-5")
@pytest.mark.parametrize(
	("applicable_for", "expected"),
	[(None, ["contact"]), ("Customer", ["contact"]), ("Quotation", ["party", "contact"])],
)
def test_a_client_whom_user_permissions_exclude_cannot_be_opened(
	applicable_for, expected, log, make_client, make_user, as_user
):
	"""The interaction itself may be open all the same, such as to its responsible staff."""
	doc, other = log(**make_client("Anna", "anna@client.example")), make_client("Bert", "bert@client.example")
	user = make_user("Frontline Staff", "Sales User")
	permission = {"doctype": "User Permission", "user": user, "allow": "Customer", "for_value": other.party}
	permission |= {"apply_to_all_doctypes": int(not applicable_for), "applicable_for": applicable_for}
	frappe.get_doc(permission).insert()
	with as_user(user):
		form_data.show(doc)
	assert doc.get_onload("opens") == expected
