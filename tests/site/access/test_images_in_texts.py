"""Images in the text of a message are files as confidential as it, and its emails bring them along (P-2, D-6).

Frappe publishes them: an email shows them by their address on the site.
"""

import base64
import io
from email import message_from_string
from pathlib import Path

import frappe
import pytest
from frappe.core.doctype.communication.email import make
from frappe.core.doctype.file.file import File
from frappe.desk.form.utils import add_comment
from PIL import Image

from client_comms.enforcement import private_files
from client_comms.intake import arrivals

pytestmark = pytest.mark.clause("P-2", "D-6")

ANNA = "anna@client.example"


@pytest.fixture
def image():
	"""The content of an image, another one each time."""
	content = io.BytesIO()
	Image.new("RGB", (2, 2), f"#{frappe.generate_hash('', 6)}").save(content, "PNG")
	return content.getvalue()


@pytest.fixture
def text(image):
	"""As the desk sends a text into which an image was pasted."""
	name = f"{frappe.generate_hash(length=8)}.png"
	return f'<p>See <img src="data:image/png;filename={name};base64,{base64.b64encode(image).decode()}"></p>'


@pytest.fixture
def about_client(complaint, make_client):
	anna = make_client("Anna Client", ANNA)
	complaint.db_set({"party_type": anna.party_type, "party": anna.party, "contact": anna.contact})
	return complaint


def _file_of(doc):
	(name,) = frappe.get_all(
		"File", {"attached_to_doctype": doc.doctype, "attached_to_name": doc.name}, pluck="name"
	)
	return frappe.get_doc("File", name)


def _received(text, about=None):
	filed = {"reference_doctype": about.doctype, "reference_name": about.name} if about else {}
	return frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_medium": "Email",
			"sent_or_received": "Received",
			"sender": ANNA,
			"subject": "Noise",
			"content": text,
			**filed,
		}
	).insert(ignore_permissions=True)


def _brought(email=None) -> list[bytes]:
	"""The images that the last email brings along."""
	queued = message_from_string((email or frappe.get_last_doc("Email Queue")).message)
	return [part.get_payload(decode=True) for part in queued.walk() if part["Content-ID"]]


@pytest.mark.parametrize("doctype", ["Client Interaction", "Issue", "Lead"])
def test_of_a_message_that_is_received(doctype, text, image, about_client, held, staff, as_user):
	fields = {"Issue": {"subject": "Noise"}, "Lead": {"lead_name": "Anna"}}
	about = held(doctype, **fields[doctype]) if doctype in fields else about_client
	message = _received(text, about)
	file = _file_of(message)
	assert (file.is_private, file.file_url[:15]) == (1, "/private/files/")
	assert file.unique_url in message.content
	with as_user(staff.uncleared):
		assert not file.has_permission("read")
	with as_user(staff.cleared):
		assert file.has_permission("read")
	assert Path(file.get_full_path()).read_bytes() == image


def test_of_what_belongs_to_a_record_whose_images_frappe_publishes(text, complaint, monkeypatch):
	"""As an administrator can choose for every DocType."""
	monkeypatch.setattr(frappe.get_meta("ToDo"), "make_attachments_public", 1)
	about = {"reference_type": complaint.doctype, "reference_name": complaint.name}
	todo = frappe.get_doc(
		{"doctype": "ToDo", "description": text, "allocated_to": "Administrator", **about}
	).insert()
	comment = add_comment(complaint.doctype, complaint.name, text, "Administrator", "Administrator")
	assert _file_of(todo).is_private
	assert "/private/files/" in comment.content


def test_it_is_never_in_the_public_folder(text, about_client, monkeypatch):
	written, write = [], File.write_file

	def noted(self):
		written.append(self.file_url)
		return write(self)

	monkeypatch.setattr(File, "write_file", noted)
	_received(text, about_client)
	assert written
	assert all(address.startswith("/private/") for address in written)


@pytest.mark.parametrize("writer", ["cleared", "Administrator"])
def test_an_email_brings_it_along(writer, text, image, about_client, staff, mailbox, as_user):
	with as_user(staff.get(writer, writer)):
		made = make(about_client.doctype, about_client.name, text, "Noise", recipients=ANNA, send_email=1)
	message = frappe.get_doc("Communication", made["name"])
	assert _file_of(message).is_private
	assert _brought() == [image]


def test_an_email_that_quotes_it(text, image, about_client, log, staff, mailbox, as_user):
	received = _received(text, about_client)
	quoted = f'<p>Yes.</p><div class="gmail_quote">{received.content}</div>'
	with as_user(staff.cleared):
		make(about_client.doctype, about_client.name, quoted, "Re: Noise", recipients=ANNA, send_email=1)
	assert _brought() == [image]
	other = log()
	other.db_set({field: about_client.get(field) for field in ("party_type", "party", "contact")})
	with as_user(staff.uncleared):
		make(other.doctype, other.name, quoted, "Noise", recipients=ANNA, send_email=1)
	assert _brought() == [b""]


@pytest.fixture
def published(text, image, monkeypatch):
	"""`published(message)`: one whose image Frappe had published before, and the file."""

	def make_message(about):
		with pytest.MonkeyPatch.context() as patched:
			patched.setattr(private_files, "is_confidential", lambda file: False)
			patched.setattr("client_comms.enforcement.doctypes.file.decide", lambda *args: None)
			patched.setattr("client_comms.enforcement.doctypes.file._can_be_governed", lambda file: False)
			message = _received(text, about)
			file = _file_of(message)
			assert not file.is_private
		return message, file

	return make_message


def test_of_a_message_from_before(published, about_client):
	message, file = published(about_client)
	private_files.make_images_private(chunk=1)
	file.reload()
	assert (file.is_private, file.file_url[:15]) == (1, "/private/files/")
	assert f'src="{file.unique_url}"' in frappe.db.get_value("Communication", message.name, "content")


def test_of_a_message_that_is_logged_later(published, complaint, monkeypatch):
	monkeypatch.setattr("client_comms.intake.messages.is_message", lambda doc: False)
	message, file = published(None)
	private_files.make_images_private()
	assert not frappe.get_doc("File", file.name).is_private
	arrivals.bind(frappe.get_doc("Communication", message.name), complaint)
	assert frappe.get_doc("File", file.name).is_private


def test_of_a_message_about_a_document_that_becomes_confidential(published, held):
	lead = held("Lead", lead_name="Anna")
	_message, file = published(lead)
	private_files.make_private("Lead", lead.name)
	assert frappe.get_doc("File", file.name).is_private


def test_clients_see_it_in_what_they_got(text, about_client, staff, mailbox, as_user, make_user):
	"""ERPNext shows the messages below an Issue in the portal."""
	anna, other = (
		make_user("Customer", email=email, user_type="Website User")
		for email in (ANNA, "bert@client.example")
	)
	with as_user(staff.cleared):
		made = make(about_client.doctype, about_client.name, text, "Noise", recipients=ANNA, send_email=1)
	message = frappe.get_doc("Communication", made["name"])
	file = _file_of(message)

	def opens(user):
		with as_user(user):
			return file.is_downloadable()

	message.db_set("delivery_status", "Error")
	assert not opens(anna)
	message.db_set("delivery_status", "Sent")
	assert [opens(anna), opens(other), opens("Guest")] == [True, False, False]
