"""Who can see consents, identity checks and disclosures; their reports; timely renewal (P-1 to P-3, C-2)."""

from datetime import timedelta

import frappe
import pytest

from client_comms import api, clock
from client_comms.client_interactions import dashboards, reporting
from client_comms.client_privacy import disclosures, links, renewals
from client_comms.client_privacy.doctype.client_consent.client_consent import ClientConsent
from client_comms.client_privacy.report.channel_deviations import channel_deviations
from client_comms.client_privacy.report.disclosure_register import disclosure_register
from client_comms.enforcement.methods import counts, exports, query_report

pytestmark = pytest.mark.clause("P-1", "P-2", "P-3", "C-2")

PURPOSE = "Sharing with a Third Party"
DISCLOSURE, CONSENT, VERIFICATION = "Client Disclosure", "Client Consent", "Identity Verification"
LINK = links.LINK


@pytest.fixture
def clients(site, adviser):
	"""Two customers, and a third party."""
	return [
		site.get_doc({"doctype": "Customer", "customer_name": name}).insert().name
		for name in ("Anna Client", "Bert Client")
	]


def give(party, **fields):
	return frappe.get_doc(
		{
			"doctype": CONSENT,
			"party_type": "Customer",
			"party": party,
			"purpose": PURPOSE,
			"third_party": "Adviser",
			"collected_through": "Phone",
			**fields,
		}
	).insert()


def verify(party):
	return frappe.get_doc(
		{
			"doctype": VERIFICATION,
			"party_type": "Customer",
			"party": party,
			"method": "Document Seen",
			"result": "Confirmed",
		}
	).insert()


def send_link(party, **fields):
	name, _address = links.make(
		links.PREFERENCES, party_type="Customer", party=party, sent_to="anna@client.example", **fields
	)
	return frappe.get_doc(LINK, name)


def disclose(doc, **fields):
	"""An entry of the register about an interaction."""
	disclosures.enter(
		{
			"disclosed_on": clock.now(),
			"disclosed_by": frappe.session.user,
			"outcome": "Sent",
			"recipient": "eve@adviser.example",
			"recipient_kind": "Third Party",
			"third_party": "Adviser",
			"channel": "Email",
			"party_type": doc.party_type,
			"party": doc.party,
			"description": "Solar roof",
			"confidentiality_level": doc.confidentiality_level,
			"client_interaction": doc.name,
			"basis": "Consent",
			**fields,
		}
	)
	return frappe.get_last_doc(DISCLOSURE, {"client_interaction": doc.name})


# --- who sees what ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
	("communication_type", "role", "reads"),
	[
		("Initial Inquiry", "Account Manager", True),
		("Service Update", "Account Manager", True),
		("Feedback/Complaint", "Account Manager", False),
		("Feedback/Complaint", "Customer Support", False),
		("Feedback/Complaint", "Customer Support Manager", True),
		("Feedback/Complaint", "Compliance Officer", True),
	],
)
def test_an_entry_is_as_confidential_as_its_interaction(
	clients, log, make_user, as_user, communication_type, role, reads
):
	entry = disclose(log(communication_type, party_type="Customer", party=clients[0]))
	with as_user(make_user(role)):
		assert bool(frappe.get_list(DISCLOSURE, {"name": entry.name})) == reads
		assert bool(frappe.has_permission(DISCLOSURE, "read", doc=entry.name)) == reads
		_columns, rows, _message = disclosure_register.execute({})
		assert [row.name for row in rows] == ([entry.name] if reads else [])


def test_reclassifying_hides_the_entry_and_does_not_rewrite_it(clients, log, make_user, as_user):
	update = log("Service Update", party_type="Customer", party=clients[0])
	entry = disclose(update)
	update.reload()
	update.confidentiality_level = "Sensitive"
	update.save()
	assert frappe.db.get_value(DISCLOSURE, entry.name, "confidentiality_level") == "Confidential"
	with as_user(make_user("Account Manager")):
		assert not frappe.get_list(DISCLOSURE, {"name": entry.name})


@pytest.mark.parametrize(
	("status", "label", "what"),
	[("Given", "Given On", "the consent"), ("Refused", "Refused On", "the answer")],
)
def test_what_the_client_says_is_recorded_once_they_have_said_it(clients, status, label, what):
	tomorrow = clock.now() + timedelta(days=1)
	with pytest.raises(frappe.ValidationError, match=f"{label}.* is in the future. Record {what}"):
		give(clients[0], status=status, given_on=tomorrow, notice_text="I agree.")
	made = give(clients[0], status=status, given_on=clock.now() - timedelta(days=1), notice_text="I agree.")
	assert [(row.event, row.valid_until is None) for row in made.events] == [(status, status == "Refused")]


def test_consents_are_for_users_who_can_see_the_client(clients, make_user, as_user):
	anna, bert = clients
	records = {party: (give(party), verify(party), send_link(party)) for party in clients}
	for roles in (("Account Manager",), ("Account Manager", "Sales User")):
		user = make_user(*roles)
		with as_user(user):
			assert {len(frappe.get_list(doctype)) for doctype in (CONSENT, VERIFICATION, LINK)} == {2}
		frappe.get_doc(
			{"doctype": "User Permission", "user": user, "allow": "Customer", "for_value": anna}
		).insert()
		with as_user(user):
			for index, doctype in enumerate((CONSENT, VERIFICATION, LINK)):
				assert frappe.get_list(doctype, pluck="name") == [records[anna][index].name]
				assert frappe.has_permission(doctype, "read", doc=records[anna][index].name)
				assert not frappe.has_permission(doctype, "read", doc=records[bert][index].name)
			with pytest.raises(frappe.PermissionError):
				give(bert, purpose="Marketing", third_party=None)


def test_what_keeps_a_client_keeps_their_consents(clients, make_user, as_user):
	"""A User Permission on something else, here the territory, also restricts the client."""
	territories = [
		frappe.get_doc({"doctype": "Territory", "territory_name": name}).insert().name
		for name in ("Test North", "Test South")
	]
	for party, territory in zip(clients, territories, strict=True):
		frappe.db.set_value("Customer", party, "territory", territory)
		give(party)
	user = make_user("Account Manager", "Sales User")
	frappe.get_doc(
		{"doctype": "User Permission", "user": user, "allow": "Territory", "for_value": territories[0]}
	).insert()
	with as_user(user):
		assert frappe.get_list(CONSENT, pluck="party") == [clients[0]]


@pytest.mark.parametrize("strict", [0, 1])
def test_what_keeps_a_client_keeps_their_records_from_users_without_a_role_for_it(
	clients, make_user, as_user, strict
):
	"""Lists and forms agree: link fields of the client count as well, here the territory of a Customer and the company of a Lead."""
	north, south = (
		frappe.get_doc({"doctype": "Territory", "territory_name": name}).insert().name
		for name in ("Test North", "Test South")
	)
	anna, bert = clients
	frappe.db.set_value("Customer", anna, "territory", north)
	frappe.db.set_value("Customer", bert, "territory", south)
	without = frappe.get_doc({"doctype": "Customer", "customer_name": "Cleo Client"}).insert().name
	frappe.db.set_value("Customer", without, "territory", None)
	given = {party: (give(party), verify(party), send_link(party)) for party in (*clients, without)}
	held = {
		party: frappe.get_doc(
			{
				"doctype": "Legal Hold",
				"hold_on": "Client",
				"party_type": "Customer",
				"party": party,
				"reason": "Claim",
			}
		).insert()
		for party in given
	}
	user = make_user("Compliance Officer")
	frappe.get_doc(
		{"doctype": "User Permission", "user": user, "allow": "Territory", "for_value": north}
	).insert()
	if strict:
		frappe.db.set_single_value("System Settings", "apply_strict_user_permissions", 1)
	entry = {"reference_doctype": "Customer", "reference_name": ("in", list(given))}
	with as_user(user):
		assert not frappe.has_permission("Customer", "read")
		for index, doctype in enumerate((CONSENT, VERIFICATION, LINK, "Legal Hold")):
			docs = {party: (*given[party], held[party])[index] for party in given}
			opened = {p for p, doc in docs.items() if frappe.has_permission(doctype, "read", doc=doc.name)}
			assert opened == ({anna} if strict else {anna, without}), doctype
			assert {*frappe.get_list(doctype, {"party": ("in", list(given))}, pluck="party")} == opened, (
				doctype
			)
		assert {*frappe.get_list("Compliance Ledger Entry", entry, pluck="reference_name")} == opened


def connected(doctype, name):
	"""The app's numbers on the form's dashboard."""
	found = counts.get_open_count(doctype, name)["count"]["external_links_found"]
	return {x["doctype"]: x["count"] for x in found if x["doctype"] in dashboards.ABOUT_CLIENTS}


@pytest.mark.parametrize(
	"party_type", ["Customer", "Lead", "Prospect", "Supplier", "Contact", "Client Interaction"]
)
def test_what_is_on_record_is_among_the_connections(party_type):
	groups = frappe.get_meta(party_type).get_dashboard_data().transactions
	# Requests about data lead to the conversation in which they were entered.
	made_here = ["Data Subject Request"] if party_type == "Client Interaction" else []
	assert [g["items"] for g in groups if g.get("label") == "Privacy"] == [
		[*dashboards.ABOUT_CLIENTS, *made_here]
	]


def test_connections_are_counted_by_client(clients, log, make_user, as_user):
	anna, bert = clients
	contact = frappe.get_doc({"doctype": "Contact", "first_name": "Anna"}).insert().name
	complaint = log("Feedback/Complaint", party_type="Customer", party=anna)
	about = {"contact": contact, "client_interaction": complaint.name}
	for record in (give(anna), verify(anna), send_link(anna, **about), disclose(complaint)):
		record.db_set(about)
	give(bert)
	for doctype, name in (("Customer", anna), ("Contact", contact), (complaint.doctype, complaint.name)):
		assert connected(doctype, name) == dict.fromkeys(dashboards.ABOUT_CLIENTS, 1), doctype
	assert connected("Customer", bert) == {**dict.fromkeys(dashboards.ABOUT_CLIENTS, 0), CONSENT: 1}

	user = make_user("Account Manager", "Sales User")
	with as_user(user):  # who has no clearance for the complaint
		assert connected("Customer", anna) == {**dict.fromkeys(dashboards.ABOUT_CLIENTS, 1), DISCLOSURE: 0}
	frappe.get_doc(
		{"doctype": "User Permission", "user": user, "allow": "Customer", "for_value": bert}
	).insert()
	with as_user(user):
		assert connected("Contact", contact) == dict.fromkeys(dashboards.ABOUT_CLIENTS, 0)


# --- reports ----------------------------------------------------------------------------------------


def test_the_register_by_client_recipient_third_party_and_period(clients, log):
	updates = [log("Service Update", party_type="Customer", party=party) for party in clients]
	entries = [disclose(updates[0]), disclose(updates[1], recipient="bert@client.example", third_party=None)]

	def found(**filters):
		return {row.name for row in disclosure_register.execute(filters)[1]}

	names = [entry.name for entry in entries]
	assert found() == set(names)
	assert found(party_type="Customer", party=clients[1]) == {names[1]}
	assert found(recipient="adviser") == found(third_party="Adviser") == {names[0]}
	tomorrow = clock.now().date() + timedelta(days=1)
	assert found(from_date=tomorrow, to_date=tomorrow) == set()
	columns = disclosure_register.execute({})[0]
	assert {"party_name", "basis", "consent"} <= {each["fieldname"] for each in columns}


def test_the_register_speaks_the_users_language(clients, log, monkeypatch):
	"""Also in a file that is exported from it."""
	disclose(log("Service Update", party_type="Customer", party=clients[0]))
	monkeypatch.setattr(frappe.local, "lang", "de")
	(row,) = disclosure_register.execute({"party_type": "Customer", "party": clients[0]})[1]
	assert (row.recipient_kind, row.basis, row.outcome) == ("Dritter", "Einwilligung", "Gesendet")


def test_deviations_from_the_preferred_channel(clients, log):
	update = log("Service Update", party_type="Customer", party=clients[0])
	disclose(update)
	disclose(update, channel="Phone", preferred_channel="Email", reason="It was urgent")
	_columns, rows, _message, chart = channel_deviations.execute({})
	assert [(row.channel, row.preferred_channel, row.reason) for row in rows] == [
		("Phone", "Email", "It was urgent")
	]
	assert chart["data"]["datasets"][0]["values"] == [1]


def test_reports_show_the_newest_rows_and_say_that_there_are_more(clients, log, monkeypatch):
	"""A register of years has millions of entries; an export that leaves some out would look whole."""
	update = log("Service Update", party_type="Customer", party=clients[0])
	for days in (3, 1, 2):
		entry = disclose(update, channel="Phone", preferred_channel="Email", reason=f"{days} days ago")
		at = clock.now() - timedelta(days=days)
		frappe.db.set_value(entry.doctype, entry.name, "disclosed_on", at, update_modified=False)
	for report in (disclosure_register, channel_deviations):
		monkeypatch.setattr(reporting, "MOST_ROWS", 3)
		_columns, rows, message, *_chart = report.execute({})
		assert len(rows) == 3 and not message
		monkeypatch.setattr(reporting, "MOST_ROWS", 2)
		_columns, rows, message, *_chart = report.execute({})
		assert [row.reason for row in rows] == ["1 days ago", "2 days ago"]
		assert message == "Only the newest 2 are shown. Choose a shorter period to see others."
		with exports.exporting(), pytest.raises(frappe.ValidationError, match="shorter period"):
			report.execute({})
		monkeypatch.setattr(reporting, "MOST_ROWS", 3)
		with exports.exporting():
			assert len(report.execute({})[1]) == 3


@pytest.mark.parametrize(
	("report", "filters"),
	[
		("Disclosure Register", {}),
		("Channel Deviations", {}),
		("Late Logs", {}),
		*(("Review Results", {"group_by": by}) for by in ("Staff", "Month", "Criterion", "Agreement")),
	],
)
def test_no_report_lists_without_a_limit(report, filters, monkeypatch):
	listed = frappe.get_list

	def with_limit(*args, **kwargs):
		# What Frappe and the app look up for themselves is bounded by names.
		if not kwargs.get("ignore_permissions"):
			assert kwargs.get("limit") or kwargs.get("limit_page_length"), f"{args} {kwargs}"
		return listed(*args, **kwargs)

	monkeypatch.setattr(frappe, "get_list", with_limit)
	query_report.run(report, filters=filters)


@pytest.mark.parametrize("report", [disclosure_register, channel_deviations])
def test_who_passed_something_on_stands_by_name_with_the_user_as_proof(report, log, make_user):
	user = make_user("Account Manager", first_name="Tom", last_name="Brandt")
	about_client = {"recipient_kind": "Client", "third_party": None, "basis": "Own Information"}
	disclose(log("Initial Inquiry"), disclosed_by=user, preferred_channel="Phone", **about_client)
	columns, rows, *_others = report.execute({})
	shown = {column["label"]: column["fieldname"] for column in columns}
	assert (rows[0][shown["Disclosed By"]], rows[0][shown["User"]]) == ("Tom Brandt", user)


def test_the_newest_entries_of_the_register_are_found_by_an_index():
	columns = {
		row.Column_name
		for row in frappe.db.sql(
			"show index from `tabClient Disclosure` where Seq_in_index = 1", as_dict=True
		)
	}
	assert "disclosed_on" in columns


# --- renewal ----------------------------------------------------------------------------------------


@pytest.fixture
def manager(clients, make_user):
	user = make_user("Account Manager")
	frappe.db.set_value("Customer", clients[0], "account_manager", user)
	return user


def told(user):
	return frappe.db.count("Notification Log", {"for_user": user, "document_type": CONSENT})


def test_a_reminder_once_before_it_ends(clients, manager):
	given = give(clients[0])
	assert renewals.remind() == 0
	with clock.moved_to(given.valid_until - timedelta(days=29)):
		assert renewals.remind() == 1
		assert renewals.remind() == 0
		assert told(manager) == 1
		given.reload()
		assert given.events[-1].event == "Reminded" and given.status == "Given"
		api.give_consent(given.name)
	given.reload()
	with clock.moved_to(given.valid_until - timedelta(days=29)):
		assert renewals.remind() == 1


def test_no_one_is_reminded_of_what_has_ended(clients, manager):
	given = give(clients[0])
	api.withdraw_consent(given.name)
	with clock.moved_to(given.valid_until - timedelta(days=1)):
		assert renewals.remind() == 0
	other = give(clients[1])
	with clock.moved_to(other.valid_until + timedelta(days=1)):
		assert renewals.remind() == 0
	assert told(manager) == 0


def test_without_an_account_manager_who_recorded_it_is_told(clients, make_user, as_user):
	user = make_user("Account Manager")
	with as_user(user):
		given = give(clients[1])
	with clock.moved_to(given.valid_until - timedelta(days=1)):
		renewals.remind()
	assert told(user) == 1


def test_the_client_is_asked_again_where_the_purpose_says_so(clients, manager, site, mailbox):
	site.get_doc(
		{
			"doctype": "Contact",
			"first_name": "Anna",
			"email_ids": [{"email_id": "anna@client.example", "is_primary": 1}],
			"links": [{"link_doctype": "Customer", "link_name": clients[0]}],
		}
	).insert()
	frappe.db.set_value("Consent Purpose", PURPOSE, "ask_client_again", 1)
	given, without_address = give(clients[0]), give(clients[1])
	with clock.moved_to(given.valid_until - timedelta(days=1)):
		assert renewals.remind() == 2
	links = frappe.get_all("Client Access Link", ["consent", "sent_to"])
	assert [tuple(row.values()) for row in links] == [(given.name, "anna@client.example")]
	without_address.reload()
	assert without_address.events[-1].event == "Reminded"


def test_one_consent_that_cannot_be_renewed_stops_no_other(
	clients, manager, make_client, mailbox, errors, monkeypatch
):
	"""The client of one has no longer the contact who gave it, and another one cannot even be noted."""
	frappe.db.set_value("Consent Purpose", PURPOSE, "ask_client_again", 1)
	former, well = make_client("Former", "former@client.example"), make_client("Well", "well@client.example")
	moved, broken, good = give(former.party, contact=former.contact), give(clients[0]), give(well.party)
	contact = frappe.get_doc("Contact", former.contact)
	contact.links = []
	contact.save()
	record = ClientConsent.record

	def fails(doc, *args, **kwargs):
		if doc.name == broken.name:
			raise ValueError("broken")
		return record(doc, *args, **kwargs)

	monkeypatch.setattr(ClientConsent, "record", fails)
	with clock.moved_to(good.valid_until - timedelta(days=1)):
		assert renewals.remind() == 2
	for consent, event in ((moved, "Reminded"), (good, "Requested")):
		consent.reload()
		assert consent.events[-1].event == event
	assert len(errors()) == 2


# --- third parties -------------------------------------------------------------------------------


@pytest.mark.clause("P-3")
def test_what_clients_agreed_to_is_not_widened_by_staff(make_client, give_consent, make_user, as_user):
	doc = frappe.get_doc(
		{"doctype": "Third Party", "third_party_name": "Bank", "email_domains": "bank.example"}
	).insert()
	staff, officer = make_user("Frontline Staff"), make_user("Compliance Officer")

	def change(user, **values):
		with as_user(user):
			frappe.get_doc(doc.doctype, doc.name).update(values).save()

	change(staff, email_domains="bank.example\nbank.test")
	give_consent(make_client("Anna Client", "anna@client.example"), doc.name)
	with pytest.raises(frappe.PermissionError, match="Compliance Officer"):
		change(staff, email_domains="bank.example\nbank.test\nfrontline@mail.example")
	change(staff, email_domains="bank.example", notes="Called on Monday")
	change(officer, email_domains="bank.example\nbank.org", disabled=1)
	with pytest.raises(frappe.PermissionError):
		change(staff, disabled=0)
	change(officer, disabled=0)
	entries = frappe.get_all(
		"Compliance Ledger Entry",
		{"reference_doctype": doc.doctype, "reference_name": doc.name},
		pluck="changes",
	)
	assert any("bank.org" in (each or "") for each in entries)
