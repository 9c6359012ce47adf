"""While one user raises a level, another one shares the document, makes something of it or changes its level: what was decided last holds (D-5, P-2)."""

import frappe
import pytest

pytestmark = [pytest.mark.committed, pytest.mark.clause("D-5", "P-2")]

REQUEST = "frappe.local.request = frappe._dict(method='POST', path='/api/method/x'); "
RAISE = REQUEST + "api.change_level({0.doctype!r}, {0.name!r}, 'Sensitive', 'It is a complaint.')"
COMMIT = "; frappe.db.commit()"
SETTINGS = "Client Comms Settings"
GOVERNED = ("govern_issues", "govern_leads", "govern_opportunities")


@pytest.fixture
def uncleared(make_user):
	return make_user("Frontline Staff", "Support Team", "Sales User", "Sales Manager")


@pytest.fixture
def sessions(sessions):
	for each in sessions:
		each.set_isolation("off")  # as MariaDB before 11.6, which refuses no lock
	return sessions


@pytest.fixture(params=["Issue", "Lead"])
def document(request, uncleared):
	"""A document at a level that everyone with a role can read; it is removed in the end."""
	before = {field: frappe.db.get_single_value(SETTINGS, field) for field in GOVERNED}
	frappe.db.set_single_value(SETTINGS, dict.fromkeys(GOVERNED, 1))
	company = frappe.db.get_value("Company", {})
	values = {"subject": "Roof", "lead_name": "Anna", "company": company}
	doc = frappe.get_doc({"doctype": request.param, **values}).insert()
	doc.db_set("confidentiality_level", "Standard")
	frappe.db.set_single_value(SETTINGS, before)
	frappe.db.set_single_value(SETTINGS, dict.fromkeys(GOVERNED, 1))
	frappe.db.commit()
	yield doc
	frappe.db.rollback()
	frappe.set_user("Administrator")
	made = frappe.get_all("Opportunity", {"party_name": doc.name}, pluck="name")
	about = {"reference_name": ("in", [doc.name, *made])}
	for name in frappe.get_all("Client Interaction", about, pluck="name"):
		frappe.delete_doc("Client Interaction", name, force=True)
	for name in made:
		frappe.delete_doc("Opportunity", name, force=True)
	frappe.db.delete("DocShare", {"share_name": doc.name})
	frappe.delete_doc(doc.doctype, doc.name, force=True)
	frappe.db.set_single_value(SETTINGS, before)
	frappe.db.commit()


def is_open(doc, user) -> bool:
	frappe.db.rollback()
	return frappe.has_permission(doc.doctype, "read", doc=doc.name, user=user)


def raise_while_the_other_commits(document, one, two):
	"""Where raising waits for what the other has not committed, that comes first; otherwise raising does."""
	one.start(RAISE.format(document) + COMMIT)
	if one.is_waiting():
		two.do("frappe.db.commit()")
		one.result()
	else:
		one.result()
		two.do("frappe.db.commit()")


def test_a_share_that_is_not_stored_yet(document, sessions, uncleared):
	one, two = sessions
	one.see()
	share = f"frappe.share.add({document.doctype!r}, {document.name!r}, {uncleared!r}, read=1)"
	two.do(f"import frappe.share; {REQUEST}{share}.name")
	raise_while_the_other_commits(document, one, two)
	assert not is_open(document, uncleared)


def test_a_share_of_who_does_not_see_yet_that_it_was_raised(document, sessions, uncleared):
	one, two = sessions
	two.see()
	one.do(RAISE.format(document) + COMMIT)
	share = f"frappe.share.add({document.doctype!r}, {document.name!r}, {uncleared!r}, read=1)"
	with pytest.raises(Exception, match=r"cannot read|Try again"):
		two.do(f"import frappe.share; {REQUEST}{share}.name")
	two.do("frappe.db.commit()")
	assert not is_open(document, uncleared)


def test_an_assignment_that_is_not_stored_yet(document, sessions, uncleared):
	"""It stays, and opens neither the document nor itself."""
	one, two = sessions
	one.see()
	assigned = {"doctype": document.doctype, "name": document.name, "assign_to": [uncleared]}
	two.do(
		f"from client_comms.enforcement.methods import assign_to; {REQUEST}assign_to.add(**{assigned!r}) and None"
	)
	raise_while_the_other_commits(document, one, two)
	assert not is_open(document, uncleared)
	assert not frappe.db.exists("DocShare", {"share_name": document.name})
	todos = frappe.get_all("ToDo", {"reference_name": document.name, "allocated_to": uncleared}, pluck="name")
	frappe.set_user(uncleared)
	assert todos and not frappe.get_list("ToDo", {"name": ("in", todos)})
	frappe.set_user("Administrator")
	frappe.db.delete("ToDo", {"name": ("in", todos)})
	frappe.db.commit()


def test_a_lower_level_of_who_does_not_see_yet_that_it_was_raised(document, sessions, uncleared):
	one, two = sessions
	two.begin(uncleared)
	two.set_isolation("off")
	two.see()
	one.do(RAISE.format(document) + COMMIT)
	lower = f"api.change_level({document.doctype!r}, {document.name!r}, 'Confidential', 'x')"
	with pytest.raises(Exception, match=r"PermissionError|Clearance"):
		two.do(REQUEST + lower)
	two.do("frappe.db.commit()")
	frappe.db.rollback()
	assert frappe.db.get_value(document.doctype, document.name, "confidentiality_level") == "Sensitive"


@pytest.mark.parametrize("document", ["Lead"], indirect=True)
@pytest.mark.parametrize("stored", [False, True])
def test_an_opportunity_that_is_made_of_a_lead(document, sessions, uncleared, stored):
	one, two = sessions
	(two if stored else one).see()
	values = {"doctype": "Opportunity", "opportunity_from": "Lead", "party_name": document.name}
	values["company"] = document.company
	make = f"{REQUEST}frappe.get_doc({values!r}).insert(ignore_permissions=True).name"
	if stored:
		one.do(RAISE.format(document) + COMMIT)
		made = two.do(make)
	else:
		made = two.do(make)
		one.start(RAISE.format(document) + COMMIT)
	two.do("frappe.db.commit()")
	if not stored:
		one.result()
	frappe.db.rollback()
	assert frappe.db.get_value("Opportunity", made, "confidentiality_level") == "Sensitive"


@pytest.fixture
def interaction(inquiry, make_user):
	"""One that everyone with a role can read, and a file of it; both are removed in the end."""
	now = frappe.utils.now_datetime().replace(microsecond=0)
	doc = inquiry(responsible_staff=make_user("Frontline Staff"), at=now)
	file = frappe.get_doc(
		{"doctype": "File", "file_name": "roof.txt", "content": f"Roof of {doc.name}", "is_private": 1}
		| {"attached_to_doctype": doc.doctype, "attached_to_name": doc.name}
	).insert()
	frappe.db.commit()
	yield frappe._dict(name=doc.name, file=file.name)
	frappe.db.rollback()
	frappe.set_user("Administrator")
	frappe.db.delete("DocShare", {"share_name": ("in", (doc.name, file.name))})
	for message in frappe.get_all("Communication", {"client_interaction": doc.name}, pluck="name"):
		frappe.delete_doc("Communication", message, force=True)
	frappe.delete_doc("File", file.name, force=True)
	frappe.delete_doc(doc.doctype, doc.name, force=True, ignore_missing=True)
	frappe.delete_doc("Customer", "Anna Client", force=True, ignore_missing=True)
	frappe.db.commit()


RAISE_INTERACTION = (
	"doc = frappe.get_doc('Client Interaction', {0.name!r}); doc.confidentiality_level = 'Sensitive'; "
	"doc.level_change_reason = 'It is a complaint.'; doc.save()"
)


@pytest.mark.parametrize("of_it", ["Client Interaction", "File"])
@pytest.mark.parametrize("is_request", [True, False])
def test_a_share_that_who_raises_an_interaction_does_not_see(
	interaction, sessions, uncleared, of_it, is_request
):
	one, two = sessions
	shared = interaction.file if of_it == "File" else interaction.name
	one.see()
	share = f"frappe.share.add({of_it!r}, {shared!r}, {uncleared!r}, read=1)"
	two.do(f"import frappe.share; {REQUEST}{share}.name")
	# What a request has written keeps it from beginning a new transaction.
	written = f"{REQUEST}frappe.db.set_value('Customer', 'Anna Client', 'customer_details', 'Roof'); "
	one.start((written if is_request else "") + RAISE_INTERACTION.format(interaction) + COMMIT)
	assert one.is_waiting()
	two.do("frappe.db.commit()")
	one.result()
	frappe.db.rollback()
	assert not frappe.db.exists("DocShare", {"share_name": shared, "user": uncleared})


@pytest.mark.parametrize("of_it", ["Client Interaction", "File"])
def test_a_share_of_who_does_not_see_that_an_interaction_was_raised(interaction, sessions, uncleared, of_it):
	one, two = sessions
	shared = interaction.file if of_it == "File" else interaction.name
	two.see()
	one.do(RAISE_INTERACTION.format(interaction) + COMMIT)
	share = f"frappe.share.add({of_it!r}, {shared!r}, {uncleared!r}, read=1)"
	with pytest.raises(Exception, match=r"cannot|Try again"):
		two.do(f"import frappe.share; {REQUEST}{share}.name")
	two.do("frappe.db.commit()")
	frappe.db.rollback()
	assert not frappe.db.exists("DocShare", {"share_name": shared, "user": uncleared})


def message_about(doc):
	"""A first message, which begins a conversation."""
	frappe.db.delete("Client Interaction", {"reference_name": doc.name})
	frappe.db.commit()
	return {
		"doctype": "Communication",
		"communication_medium": "Email",
		"communication_type": "Communication",
		"sent_or_received": "Received",
		"sender": "anna@client.example",
		"subject": "Roof",
		"content": "When?",
		"reference_doctype": doc.doctype,
		"reference_name": doc.name,
	}


def level_of_conversation(message):
	frappe.db.rollback()
	begun = frappe.db.get_value("Communication", message, "client_interaction")
	return frappe.db.get_value("Client Interaction", begun, "confidentiality_level")


def test_a_conversation_that_begins_while_its_document_is_raised(document, sessions):
	one, two = sessions
	message = message_about(document)
	one.see()
	name = two.do(f"frappe.get_doc({message!r}).insert().name")
	raise_while_the_other_commits(document, one, two)
	assert level_of_conversation(name) == "Sensitive"


def test_a_conversation_of_who_does_not_see_that_its_document_was_raised(document, sessions):
	one, two = sessions
	message = message_about(document)
	two.see()
	one.do(RAISE.format(document) + COMMIT)
	name = two.do(f"frappe.get_doc({message!r}).insert().name")
	two.do("frappe.db.commit()")
	assert level_of_conversation(name) == "Sensitive"
