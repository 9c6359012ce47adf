"""What is confidential does not come to stand where more people read it, without a word (P-2)."""

import frappe
import pytest

from client_comms import api
from client_comms.exceptions import WriteDownError
from client_comms.intake import arrivals
from client_comms.patches.v1_0 import set_write_down_mode

pytestmark = pytest.mark.clause("P-2")

WORDS = "The neighbours complain about the noise of the pump and want to go to court."
ADDRESS = "anna@client.example"


@pytest.fixture
def client(make_client):
	return make_client("Anna Client", ADDRESS)


@pytest.fixture
def hidden(complaint, client):
	"""A complaint of the client with a message and a file."""
	complaint.db_set(
		{
			"party_type": "Customer",
			"party": client.party,
			"summary": "They will not pay the third and the fourth instalment.",
		}
	)
	message = message_under(complaint, WORDS, sent_or_received="Received", sender=ADDRESS)
	arrivals.bind(message, complaint)
	file, picture = (
		frappe.get_doc(
			{
				"doctype": "File",
				"file_name": name,
				"content": f"content of {name}",
				"attached_to_doctype": complaint.doctype,
				"attached_to_name": complaint.name,
			}
		).insert()
		for name in ("plan.txt", "screen shot.png")
	)
	return frappe._dict(interaction=complaint, message=message, file=file, picture=picture)


def message_under(about, content, **fields):
	return frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Event",  # neither logged nor checked at the gate
			"sent_or_received": "Sent",
			"subject": "Answer",
			"content": content,
			"reference_doctype": about.doctype,
			"reference_name": about.name,
			**fields,
		}
	).insert(ignore_permissions=True)


def comment_on(about, content):
	return about.add_comment("Comment", content)


def file_at(about, file):
	return frappe.get_doc(
		{
			"doctype": "File",
			"file_url": file.file_url,
			"attached_to_doctype": about.doctype,
			"attached_to_name": about.name,
		}
	).insert(ignore_permissions=True)


# What is done -> with the hidden records, under a less confidential document
WAYS = {
	"quotation in a message": lambda hidden, about: message_under(about, f"<p>They wrote:</p>{WORDS}"),
	"quotation in a comment": lambda hidden, about: comment_on(about, f"They wrote: {WORDS}"),
	"quotation of a summary": lambda hidden, about: comment_on(about, hidden.interaction.summary),
	"link in a message": lambda hidden, about: message_under(
		about, f'<a href="/app/client-interaction/{hidden.interaction.name}">here</a>'
	),
	"link to a file in a comment": lambda hidden, about: comment_on(about, f"See {hidden.file.file_url}"),
	"image in a message": lambda hidden, about: message_under(
		about, f'<img src="{hidden.picture.unique_url}">'
	),
	"attachment": lambda hidden, about: file_at(about, hidden.file),
	"attachment of a message": lambda hidden, about: file_at(message_under(about, "Attached"), hidden.file),
}


@pytest.fixture
def about(client, log):
	"""What is less confidential: the customer, which has no level, and an inquiry."""
	inquiry = log("Initial Inquiry", party_type="Customer", party=client.party)
	return {"Customer": frappe.get_doc("Customer", client.party), "inquiry": inquiry}


@pytest.mark.parametrize("place", ["Customer", "inquiry"])
@pytest.mark.parametrize("way", WAYS)
def test_enforced(hidden, about, staff, as_user, set_settings, way, place):
	set_settings(write_down_mode="Enforce")
	with as_user(staff.cleared), pytest.raises(WriteDownError):
		WAYS[way](hidden, about[place])


@pytest.mark.parametrize("way", WAYS)
def test_a_warning_is_on_the_ledger(hidden, about, staff, as_user, set_settings, way):
	set_settings(write_down_mode="Warn")
	with as_user(staff.cleared):
		WAYS[way](hidden, about["inquiry"])
		assert frappe.message_log
	entry = frappe.get_last_doc("Compliance Ledger Entry", {"action": "Write-Down"})
	assert (entry.user, entry.confidentiality_level) == (staff.cleared, "Standard")


@pytest.mark.parametrize("way", WAYS)
def test_off(hidden, about, staff, as_user, set_settings, way):
	set_settings(write_down_mode="Off")
	with as_user(staff.cleared):
		WAYS[way](hidden, about["inquiry"])
	assert not frappe.db.exists("Compliance Ledger Entry", {"action": "Write-Down"})


@pytest.mark.parametrize("way", WAYS)
def test_in_its_own_record(hidden, staff, as_user, set_settings, way):
	set_settings(write_down_mode="Enforce")
	with as_user(staff.cleared):
		made = WAYS[way](hidden, hidden.interaction)
	assert_stored(made)


def assert_stored(made):
	"""As it was written: nothing was left out without a word."""
	field = "file_url" if made.doctype == "File" else "content"
	assert made.get(field) and frappe.db.get_value(made.doctype, made.name, field) == made.get(field)


def test_what_is_not_passed_down(hidden, about, staff, as_user, set_settings):
	set_settings(write_down_mode="Enforce")
	inquiry = about["inquiry"]
	with as_user(staff.cleared):
		assert_stored(message_under(inquiry, "We will call you back about the noise of the pump."))
		# A reply is as confidential as what it answers; a client says what they like.
		answer = message_under(about["Customer"], f"> {WORDS}", in_reply_to=hidden.message.name)
		written = message_under(inquiry, WORDS, sent_or_received="Received", sender=ADDRESS)
	assert WORDS in answer.content and WORDS in written.content
	assert_stored(answer)
	assert_stored(written)


@pytest.mark.parametrize("private", [0, 1])
def test_a_file_of_what_is_as_open_is_attached_again(about, staff, as_user, set_settings, private):
	"""The file of a document without a level, or that of an inquiry at another inquiry: nothing becomes less confidential."""
	set_settings(write_down_mode="Enforce")
	where = about["inquiry"] if private else about["Customer"]
	with as_user(staff.cleared):
		own = frappe.get_doc(
			{"doctype": "File", "file_name": "open.txt", "content": "x", "is_private": private}
		)
		own.update({"attached_to_doctype": where.doctype, "attached_to_name": where.name})
		own.insert(ignore_permissions=True)
		again = file_at(where, own)
	assert_stored(again)
	assert again.is_private == own.is_private == private


def test_a_guess_is_not_confirmed(hidden, about, staff, as_user, set_settings):
	set_settings(write_down_mode="Enforce")
	with as_user(staff.uncleared):
		assert_stored(comment_on(about["Customer"], WORDS))


def draft(about, content="", attachments=(), **more):
	return api.check_write_down(about.doctype, about.name, content, list(attachments), **more)


DRAFTS = {
	"quotation": lambda hidden: {"content": f"<p>They wrote:</p>{WORDS}"},
	"link": lambda hidden: {
		"content": f'<a href="/app/client-interaction/{hidden.interaction.name}">here</a>'
	},
	"link to a file": lambda hidden: {"content": f"See {hidden.file.file_url}"},
	"attachment": lambda hidden: {"attachments": [hidden.file.name]},
}


@pytest.mark.parametrize(("mode", "refused"), [("Warn", False), ("Enforce", True)])
@pytest.mark.parametrize("kind", DRAFTS)
def test_an_email_is_checked_while_it_is_written(
	hidden, about, staff, as_user, set_settings, kind, mode, refused
):
	set_settings(write_down_mode=mode)
	given = DRAFTS[kind](hidden)
	with as_user(staff.cleared):
		found = draft(about["inquiry"], **given)
		assert len(found["messages"]) == 1 and found["advice"]
		assert found["refused"] is refused
		# In its own record, and in a reply to its message, nothing is passed on.
		assert draft(hidden.interaction, **given)["messages"] == []
		assert draft(about["Customer"], **given, in_reply_to=hidden.message.name)["messages"] == []
	assert not frappe.db.exists("Compliance Ledger Entry", {"action": "Write-Down"})


def test_a_message_is_named_by_its_subject(hidden, about, staff, as_user):
	with as_user(staff.cleared):
		(told,) = draft(about["inquiry"], f"<p>They wrote:</p>{WORDS}")["messages"]
	assert hidden.message.subject in told and hidden.message.name not in told


@pytest.mark.parametrize("kind", DRAFTS)
def test_a_draft_tells_nothing_of_hidden_records(hidden, about, staff, as_user, set_settings, kind):
	set_settings(write_down_mode="Enforce")
	given = DRAFTS[kind](hidden)
	with as_user(staff.uncleared):
		assert draft(about["Customer"], **given)["messages"] == []
		with pytest.raises(frappe.PermissionError):
			draft(hidden.interaction)


def test_no_draft_is_checked_if_the_check_is_off(hidden, about, staff, as_user, set_settings):
	set_settings(write_down_mode="Off")
	with as_user(staff.cleared):
		assert draft(about["inquiry"], WORDS, [hidden.file.name])["messages"] == []


def test_the_patch_warns(site):
	settings = "Client Comms Settings"
	frappe.db.set_single_value(settings, "write_down_mode", "")
	set_write_down_mode.execute()
	assert frappe.db.get_single_value(settings, "write_down_mode") == "Warn"
	frappe.db.set_single_value(settings, "write_down_mode", "Enforce")
	set_write_down_mode.execute()
	assert frappe.db.get_single_value(settings, "write_down_mode") == "Enforce"
