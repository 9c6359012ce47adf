"""Paper files: where they are, who holds them, who can see them, and what an inventory finds (D-6)."""

import frappe
import pytest

from client_comms import api, procedure
from client_comms.client_interactions import custody
from client_comms.exceptions import EventsAreAppendOnlyError, StatusFollowsEventsError

pytestmark = pytest.mark.clause("D-6")


@pytest.fixture
def cabinets(site):
	"""Site, room and two cabinets."""

	def make(name, kind, parent=None):
		return frappe.get_doc(
			{
				"doctype": "Physical Location",
				"location_name": name,
				"location_type": kind,
				"is_group": kind != "Cabinet",
				"parent_physical_location": parent,
			}
		).insert()

	make("Berlin", "Site")
	make("Archive", "Room", "Berlin")
	return [make(name, "Cabinet", "Archive").name for name in ("Cabinet A", "Cabinet B")]


@pytest.fixture
def staff(make_user):
	return frappe._dict(
		agent=make_user(procedure.CUSTOMER_SUPPORT),
		other=make_user(procedure.CUSTOMER_SUPPORT),
		frontline=make_user(procedure.FRONTLINE_STAFF),
		manager=make_user(procedure.CUSTOMER_SUPPORT_MANAGER),
	)


@pytest.fixture
def complaint(log, staff):
	return log(procedure.FEEDBACK, responsible_staff=staff.agent)


@pytest.fixture
def register(cabinets, staff):
	def make(*interactions, **fields):
		return frappe.get_doc(
			{
				"doctype": "Physical File",
				"title": "Contract",
				"location": cabinets[0],
				"custodian": staff.agent,
				"confidentiality_level": procedure.STANDARD,
				"interactions": [{"interaction": doc.name} for doc in interactions],
				**fields,
			}
		).insert()

	return make


def test_a_file_is_as_confidential_as_its_strictest_interaction(register, complaint, log, staff, as_user):
	file = register(log(), complaint)
	assert file.confidentiality_level == procedure.SENSITIVE
	for user, allowed in (
		(staff.agent, True),
		(staff.manager, True),
		(staff.other, False),
		(staff.frontline, False),
	):
		with as_user(user):
			assert bool(frappe.has_permission("Physical File", "read", doc=file.name)) is allowed, user
			assert (file.name in frappe.get_list("Physical File", pluck="name")) is allowed, user
			if not allowed:
				with pytest.raises(frappe.DoesNotExistError, match="can see"):
					api.physical_file(file.label_code)


def test_without_interactions_its_own_level_decides(register, staff, as_user):
	open_file = register()
	closed = register(confidentiality_level=procedure.SENSITIVE)
	for user, expected in (
		(staff.frontline, {open_file.name}),
		(staff.agent, {open_file.name, closed.name}),  # the custodian
		(staff.other, {open_file.name}),
		(staff.manager, {open_file.name, closed.name}),
	):
		with as_user(user):
			listed = set(frappe.get_list("Physical File", pluck="name"))
			asked = {
				name
				for name in (open_file.name, closed.name)
				if frappe.has_permission("Physical File", "read", doc=name)
			}
		assert listed & {open_file.name, closed.name} == asked == expected, user


def test_raising_an_interaction_raises_the_file(register, log, staff, as_user):
	inquiry = log(responsible_staff=staff.frontline)
	file = register(inquiry)
	doc = frappe.get_doc(inquiry.doctype, inquiry.name)
	doc.confidentiality_level = procedure.SENSITIVE
	doc.save_by_app()
	with as_user(staff.other):
		assert not frappe.has_permission("Physical File", "read", doc=file.name)
		assert file.name not in frappe.get_list("Physical File", pluck="name")
	assert frappe.db.get_value("Physical File", file.name, "confidentiality_level") == procedure.SENSITIVE


def test_no_one_files_something_under_what_they_may_not_read(register, complaint, staff, as_user, cabinets):
	with as_user(staff.other), pytest.raises(frappe.PermissionError):
		register(complaint)


def test_out_by_its_label_late_and_back(register, staff, as_user, clock_at, cabinets):
	file = register(label_code="4711")
	with clock_at("2026-11-23 10:00"), as_user(staff.agent):
		shown = api.check_out_file("4711", staff.other, "Meeting with the client", "2026-11-25")
		assert (shown["state"], shown["custodian"], shown["due_back"]) == (
			"Checked Out",
			staff.other,
			"2026-11-25",
		)
		with pytest.raises(frappe.ValidationError, match="requires one of these states"):
			api.check_out_file("4711", staff.other, "Again")

	def told(day):
		with clock_at(f"{day} 06:00"):
			before = set(frappe.get_all("Notification Log", pluck="name"))
			custody.remind()
			new = {"document_name": file.name, "name": ("not in", [*before, ""])}
			return set(frappe.get_all("Notification Log", new, pluck="for_user"))

	assert told("2026-11-25") == set()
	assert {staff.other, staff.manager} <= told("2026-11-26")
	assert told("2026-11-27") == set()
	assert staff.other in told("2026-12-03")
	with clock_at("2026-12-04 09:00"), as_user(staff.other):
		shown = api.check_in_file("4711", cabinets[1])
		assert (shown["state"], shown["location"], shown["due_back"]) == ("In Place", cabinets[1], None)
	file.reload()
	assert [row.movement for row in file.movements] == ["Registered", "Checked Out", "Checked In"]
	assert [row.moved_by for row in file.movements[1:]] == [staff.agent, staff.other]


def test_a_file_goes_to_no_one_who_may_not_read_it(register, complaint, staff, as_user):
	file = register(complaint)
	with as_user(staff.agent), pytest.raises(frappe.PermissionError, match="cannot read this file"):
		api.check_out_file(file.label_code, staff.frontline, "Copying")


def test_movements_are_only_added(register, staff):
	file = register()
	file.check_out(staff.other, "Meeting")
	for change, error in (
		(lambda doc: doc.movements[0].update({"reason": "Other"}), EventsAreAppendOnlyError),
		(lambda doc: doc.set("movements", doc.movements[:1]), EventsAreAppendOnlyError),
		(lambda doc: doc.append("movements", {"movement": "Found"}), EventsAreAppendOnlyError),
		(lambda doc: doc.update({"custodian": staff.agent}), StatusFollowsEventsError),
		(lambda doc: doc.update({"state": "In Place"}), StatusFollowsEventsError),
	):
		doc = frappe.get_doc(file.doctype, file.name)
		change(doc)
		with pytest.raises(error):
			doc.save()


@pytest.mark.parametrize(
	("arguments", "message"),
	[
		({"reason": " "}, "Give a reason"),
		({"due_back": "2020-01-01"}, "cannot be in the past"),
	],
)
def test_a_check_out_that_makes_no_sense_is_refused(register, staff, as_user, arguments, message):
	file = register()
	with as_user(staff.agent), pytest.raises(frappe.ValidationError, match=message):
		api.check_out_file(
			**{"label_code": file.label_code, "custodian": staff.other, "reason": "x", **arguments}
		)


def test_an_inventory_finds_the_missing_one(register, staff, as_user, cabinets):
	there, gone, out = (register(label_code=code) for code in ("A1", "A2", "A3"))
	elsewhere = register(label_code="B1", location=cabinets[1])
	out.check_out(staff.other, "Meeting")
	with as_user(staff.manager):
		inventory = frappe.get_doc(
			{"doctype": "Physical Inventory", "location": cabinets[0], "scanned": "A1\nB1\nX9\n"}
		).insert()
		assert {row.label_code: row.result for row in inventory.files} == {
			"A1": "Found",
			"A2": "Missing",
			"A3": "Checked Out",
			"B1": "Belongs Elsewhere",
			"X9": "Unknown Label",
		}
		inventory.submit()
	assert inventory.missing == 1
	assert frappe.db.get_value("Physical File", gone.name, "state") == "Missing"
	todo = frappe.get_last_doc("ToDo", {"reference_name": gone.name})
	assert (todo.allocated_to, todo.status) == (staff.agent, "Open")
	due = frappe.db.get_value("Physical Location", cabinets[0], "next_inventory_on")
	assert due == frappe.utils.add_years(frappe.utils.getdate(), 1)
	with as_user(staff.agent):
		assert api.check_in_file("A2")["state"] == "In Place"
	assert there.name and elsewhere.name


def test_what_an_inventory_finds_again_is_in_its_place(register, staff, as_user, cabinets):
	lost, out = register(label_code="A1"), register(label_code="A2")
	elsewhere = register(label_code="B1", location=cabinets[1])
	lost.report_missing("Not in the cabinet")
	out.check_out(staff.other, "Meeting")
	with as_user(staff.manager):
		frappe.get_doc(
			{"doctype": "Physical Inventory", "location": cabinets[0], "scanned": "A1\nA2\nB1"}
		).insert().submit()
	for file, movement in ((lost, "Found"), (out, "Checked In")):
		file.reload()
		assert (file.state, file.custodian, file.movements[-1].movement) == (
			"In Place",
			staff.manager,
			movement,
		)
	todo = frappe.get_last_doc("ToDo", {"reference_name": elsewhere.name})
	assert todo.allocated_to == staff.agent and cabinets[1] in todo.description


def test_what_was_missing_and_is_found_elsewhere_is_with_who_found_it(register, staff, as_user, cabinets):
	lost = register(label_code="B1", location=cabinets[1])
	lost.report_missing("Not in the cabinet")
	with as_user(staff.manager):
		inventory = frappe.get_doc(
			{"doctype": "Physical Inventory", "location": cabinets[0], "scanned": "B1"}
		).insert()
		inventory.submit()
	lost.reload()
	assert [row.result for row in inventory.files] == ["Belongs Elsewhere"]
	assert (lost.state, lost.custodian, lost.location) == ("Checked Out", staff.manager, cabinets[1])
	last = lost.movements[-1]
	assert (last.movement, last.reason) == ("Found", f"Found in inventory {inventory.name} of {cabinets[0]}")
	assert cabinets[1] in frappe.get_last_doc("ToDo", {"reference_name": lost.name}).description
	with as_user(staff.manager):
		assert api.check_in_file("B1")["state"] == "In Place"


@pytest.mark.parametrize(("number", "state"), [(0, "In Place"), (1, "Checked Out")])
def test_a_destroyed_file_that_an_inventory_finds_exists_again(
	number, state, register, staff, as_user, cabinets, make_user
):
	officer = make_user("Compliance Officer", "Sales User")
	gone = register(label_code="Z1", location=cabinets[number])
	gone.destroy("Shredded")
	with as_user(staff.manager):
		inventory = frappe.get_doc(
			{"doctype": "Physical Inventory", "location": cabinets[0], "scanned": "Z1"}
		).insert()
		inventory.submit()
	assert [row.result for row in inventory.files] == ["Recorded as Destroyed"]
	gone.reload()
	assert (gone.state, gone.custodian, gone.location) == (state, staff.manager, cabinets[number])
	assert [row.movement for row in gone.movements][-2:] == ["Destroyed", "Found"], "the history has both"
	todo = frappe.get_last_doc("ToDo", {"reference_name": gone.name})
	assert "recorded as destroyed" in todo.description and todo.allocated_to == staff.manager
	told = {"document_type": gone.doctype, "document_name": gone.name}
	assert frappe.db.exists("Notification Log", {**told, "for_user": officer})
	assert not frappe.db.exists("Notification Log", {**told, "for_user": staff.frontline})
	with as_user(staff.manager):
		if state == "Checked Out":
			api.check_in_file("Z1")
		assert api.destroy_file("Z1", "Shredded, seen by two")["state"] == "Destroyed"


def test_a_destroyed_file_that_turns_up_is_checked_in_by_its_label(register, staff, as_user):
	gone = register(label_code="Z2")
	gone.destroy("Shredded")
	with as_user(staff.agent):
		assert api.check_in_file("Z2")["state"] == "In Place"
	assert gone.reload().movements[-1].movement == "Found"
	assert frappe.db.exists("Notification Log", {"document_name": gone.name, "for_user": staff.manager})


def test_a_wrong_inventory_is_put_right_by_another_one(register, staff, as_user, cabinets, make_user):
	"""It cannot be cancelled: its files would stay missing, and the history of their places says that they were."""
	file = register(label_code="A1")
	count = {"doctype": "Physical Inventory", "location": cabinets[0]}
	with as_user(staff.manager):
		wrong = frappe.get_doc(count).insert()
		wrong.submit()
	with as_user(make_user("Compliance Officer", "Sales User")), pytest.raises(frappe.PermissionError):
		frappe.get_doc("Physical Inventory", wrong.name).cancel()
	with pytest.raises(frappe.ValidationError, match=f"Count <strong>{cabinets[0]}</strong> again"):
		frappe.get_doc("Physical Inventory", wrong.name).cancel()
	assert file.reload().state == "Missing"
	with as_user(staff.manager):
		frappe.get_doc({**count, "scanned": "A1"}).insert().submit()
	assert file.reload().state == "In Place"


def test_who_counts_a_closed_file_does_not_become_its_custodian(register, staff, cabinets):
	"""A custodian reads the file; counting opens it to no one."""
	closed = register(label_code="A1", confidentiality_level=procedure.SENSITIVE)
	closed.check_out(staff.agent, "Meeting")
	frappe.get_doc(
		{
			"doctype": "Physical Inventory",
			"location": cabinets[0],
			"counted_by": staff.other,
			"scanned": "A1",
		}
	).insert().submit()
	closed.reload()
	assert (closed.state, closed.custodian) == ("In Place", staff.agent)
	assert not frappe.has_permission("Physical File", "read", doc=closed.name, user=staff.other)


def test_a_file_from_the_scanner_to_the_inventory(register, staff, as_user, clock_at, cabinets):
	"""Checked out by its label, late, reminded of, back; then the inventory finds another one missing."""
	late, there, gone = (register(label_code=code) for code in ("C1", "C2", "C3"))
	with clock_at("2026-11-23 10:00"), as_user(staff.agent):
		api.check_out_file(" C1 ", staff.other, "Meeting with the client", "2026-11-24")
	with clock_at("2026-11-25 06:00"):
		custody.remind()
	assert frappe.db.exists("Notification Log", {"document_name": late.name, "for_user": staff.other})
	with clock_at("2026-11-26 09:00"), as_user(staff.other):
		api.check_in_file("C1")
	out, back = frappe.get_doc("Physical File", late.name).movements[1:]
	assert (str(out.due_back), str(back.moved_at)) == ("2026-11-24", "2026-11-26 09:00:00")
	with clock_at("2026-11-27 09:00"), as_user(staff.manager):
		inventory = frappe.get_doc(
			{"doctype": "Physical Inventory", "location": "Berlin", "scanned": "C1\nC2"}
		).insert()
		inventory.submit()
	results = {row.label_code: row.result for row in inventory.files}
	assert (results["C1"], results["C2"], results["C3"]) == ("Found", "Found", "Missing")
	assert frappe.db.get_value("Physical File", gone.name, "state") == "Missing"
	assert frappe.db.get_value("Physical File", there.name, "state") == "In Place"


def test_an_inventory_of_a_room_counts_its_cabinets(register, cabinets):
	register(label_code="A1")
	register(label_code="B1", location=cabinets[1])
	inventory = frappe.get_doc(
		{"doctype": "Physical Inventory", "location": "Archive", "scanned": "A1\nB1"}
	).insert()
	assert {row.result for row in inventory.files} == {"Found"}


def test_a_site_is_counted_within_a_year_with_what_it_contains(cabinets):
	def planned(name):
		return frappe.db.get_value("Physical Location", name, "next_inventory_on")

	in_a_year = frappe.utils.add_years(frappe.utils.getdate(), 1)
	assert [planned(name) for name in ("Berlin", "Archive", cabinets[0])] == [in_a_year, None, None]
	frappe.db.set_value("Physical Location", cabinets[0], "next_inventory_on", "2026-12-24")
	frappe.get_doc(
		{"doctype": "Physical Inventory", "location": "Berlin", "counted_on": "2026-11-20"}
	).insert().submit()
	assert [str(planned(name)) for name in ("Berlin", "Archive", cabinets[0])] == [
		"2027-11-20",
		"None",
		"2027-11-20",
	]


def test_a_file_that_is_evidence_belongs_to_the_interaction(register, inquiry, staff, as_user):
	"""It is as confidential, and no one makes evidence of a file that they cannot write."""
	complaint = inquiry(procedure.FEEDBACK, responsible_staff=staff.agent)
	file, closed = register(), register(confidentiality_level=procedure.SENSITIVE, custodian=staff.manager)

	def link(name):
		doc = frappe.get_doc(complaint.doctype, complaint.name)
		doc.append("evidence", {"documentation_method": "Escalation Report", "physical_file": name})
		doc.save()

	with as_user(staff.agent):
		link(file.name)
		with pytest.raises(frappe.PermissionError):
			link(closed.name)
	file.reload()
	assert [row.interaction for row in file.interactions] == [complaint.name]
	assert file.confidentiality_level == procedure.SENSITIVE
	with as_user(staff.other):
		assert file.name not in frappe.get_list("Physical File", pluck="name")
		assert not frappe.has_permission("Physical File", "read", doc=file.name)


def test_yearly_inventories_are_reminded_of(cabinets, staff, clock_at):
	frappe.db.set_value(
		"Physical Location", cabinets[0], {"next_inventory_on": "2026-11-23", "responsible": staff.manager}
	)
	for day, times in (
		("2026-11-22", 0),
		("2026-11-24", 1),  # the scheduler was off on the 23rd
		("2026-11-25", 1),
		("2026-11-30", 2),
		("2026-12-09", 3),  # and on the 7th and 8th
	):
		with clock_at(f"{day} 06:00"):
			custody.remind()
		told = frappe.db.count("Notification Log", {"document_name": cabinets[0], "for_user": staff.manager})
		assert told == times, day


def test_the_label_has_a_code_to_scan_and_nothing_of_the_client(register, staff, as_user):
	file = register(label_code="4711", party_type="Customer", party=a_customer())
	with as_user(staff.agent):
		html = frappe.get_print("Physical File", file.name, "Physical File Label", no_letterhead=1)
	assert "data:image/svg+xml;base64," in html and "4711" in html
	_head, _sep, body = html.partition("</head>")
	assert file.party_name and file.party_name not in html and file.title not in body


def a_customer():
	return frappe.get_doc({"doctype": "Customer", "customer_name": "Zacharias Paperman"}).insert().name
