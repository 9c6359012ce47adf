"""An email brings no file of a hidden record along, named in its text or shown in a print that is attached (P-2, D-6)."""

import io
import os
from email import message_from_string
from unittest import mock

import frappe
import pytest
from frappe.core.doctype.file.utils import find_file_by_url
from frappe.email.doctype.email_queue.email_queue import EmailQueue
from frappe.utils import add_days, pdf
from PIL import Image

from client_comms import compat
from client_comms.enforcement import compose, images_in_emails, printing, private_files
from client_comms.exceptions import ClearanceMissingError
from client_comms.outgoing.email_queue import GuardedEmailQueue

pytestmark = pytest.mark.clause("P-2", "D-6")

ELSEWHERE = "x@elsewhere.example"


@pytest.fixture
def attach():
	"""`attach(document)` attaches an image, another one each time; Frappe removes it from the disk on rollback."""

	def make(document, name="drawing.png", **fields):
		content = io.BytesIO()
		Image.new("RGB", (2, 2), f"#{frappe.generate_hash('', 6)}").save(content, "PNG")
		file = frappe.get_doc({"doctype": "File", "file_name": name, "is_private": 1, **fields})
		if document:
			file.update({"attached_to_doctype": document.doctype, "attached_to_name": document.name})
		file.content = content.getvalue()
		return file.insert(ignore_permissions=True)

	return make


@pytest.fixture
def unchecked(set_settings):
	"""What brings an email along does not depend on the outgoing checks."""
	set_settings(consent_mode="Off", identity_mode="Off")


@pytest.fixture
def along(mailbox, unchecked, as_user):
	"""`along(user, "private/files/drawing.png")`: what an email of the user brings along that names the file in its text."""

	def send(user, path, to=ELSEWHERE, **about):
		compose.stand_around()
		with as_user(user):
			frappe.sendmail(to, subject="Noise", message=f"See embed='{path}'.", **about)
		queued = message_from_string(frappe.get_last_doc("Email Queue").message)
		(content,) = (part.get_payload(decode=True) for part in queued.walk() if part["Content-ID"])
		return content

	return send


def test_an_image_of_a_record(along, attach, complaint, staff):
	image = attach(complaint)
	assert along(staff.cleared, image.file_url, staff.cleared) == image.get_content()
	for user in (staff.uncleared, "Administrator"):  # as whom the scheduler writes summaries
		assert along(user, image.file_url, staff.cleared) == b""


def test_who_can_read_an_image_and_answers_a_text_that_names_it(along, attach, complaint, staff, log):
	"""Its address can be entered by those who cannot open it, and the answer would bring it to them."""
	image, other = attach(complaint), log("Service Update")
	elsewhere = {"reference_doctype": other.doctype, "reference_name": other.name}
	for to in (ELSEWHERE, staff.uncleared, [staff.cleared, ELSEWHERE], [staff.cleared, staff.uncleared]):
		assert along(staff.cleared, image.file_url, to) == b""
	assert along(staff.cleared, image.file_url, **elsewhere) == b""
	assert along(staff.cleared, image.file_url, **of(complaint)) == image.get_content()


def of(document) -> dict:
	return {"reference_doctype": document.doctype, "reference_name": document.name}


@pytest.fixture
def write():
	"""`write(interaction)`: a message of its conversation."""

	def make(interaction, **fields):
		values = {
			"doctype": "Communication",
			"sent_or_received": "Received",
			"subject": "Noise",
			"content": "See",
		}
		message = {**values, **of(interaction), "sender": ELSEWHERE, **fields}
		return frappe.get_doc(message).insert(ignore_permissions=True)

	return make


def test_an_image_of_an_earlier_message(along, attach, write, complaint, staff, log):
	image, other = attach(write(complaint)), log("Feedback/Complaint")
	for about, is_sent in ((complaint, True), (other, False)):
		message = write(about)
		content = along(staff.cleared, image.file_url, communication=message.name, **of(about))
		assert content == (image.get_content() if is_sent else b"")


def test_an_image_of_a_more_confidential_message_about_the_same(along, attach, write, staff, held):
	issue = held("Issue", level="Standard", subject="Noise")
	strict = write(issue)
	image = attach(strict)
	assert along(staff.cleared, image.file_url, **of(issue)) == image.get_content()
	strict.db_set("confidentiality_level", "Sensitive")
	assert along(staff.cleared, image.file_url, **of(issue)) == b""


def test_who_writes_is_told_of_an_image_that_is_left_out(
	attach, mailbox, unchecked, complaint, staff, request_as, make_client
):
	image, other = attach(complaint), make_client("Anna Client", "anna@client.example")

	def told(user):
		frappe.flags.pop(images_in_emails._TOLD, None)
		frappe.clear_messages()
		text = f'<img src="{image.file_url}">'
		method = "frappe.core.doctype.communication.email.make"
		about = {"doctype": other.party_type, "name": other.party}
		request_as(user, method, **about, subject="S", content=text, recipients=ELSEWHERE, send_email=1)
		return any("without an image" in str(each) for each in frappe.get_message_log())

	assert told(staff.cleared)
	assert not told(staff.uncleared)  # for whom it does not exist


def test_an_image_that_is_elsewhere_as_well(along, attach, complaint, staff):
	image = attach(complaint)
	frappe.get_doc(
		{**image.as_dict(), "name": None, "attached_to_doctype": None, "attached_to_name": None}
	).db_insert()
	assert along(staff.uncleared, image.file_url) == image.get_content()


def test_an_image_that_is_in_many_records(along, attach, complaint, staff, monkeypatch):
	"""Of a logo, which is attached to every message that shows it, a few copies are looked at, the latest first."""
	monkeypatch.setattr(images_in_emails, "_MOST_COPIES", 1)
	image = attach(complaint)
	copy = {**image.as_dict(), "name": None, "attached_to_doctype": None, "attached_to_name": None}
	for days, content in ((-1, b""), (1, image.get_content())):
		frappe.get_doc({**copy, "modified": add_days(image.modified, days)}).db_insert()
		assert along(staff.uncleared, image.file_url) == content


def test_other_files(along, attach, complaint, staff):
	text = frappe.get_doc(
		{"doctype": "File", "file_name": "notes.txt", "content": "The neighbours", "is_private": 1}
	)
	text.update({"attached_to_doctype": complaint.doctype, "attached_to_name": complaint.name}).insert()
	for path in (text.file_url, os.path.relpath(frappe.get_site_path("site_config.json"))):
		assert along(staff.uncleared, path) == b""


def test_an_image_of_an_app(along, staff):
	assert b"<svg" in along(staff.uncleared, "assets/frappe/images/frappe-favicon.svg")


def test_an_image_in_a_print_that_is_attached(attach, complaint, staff, monkeypatch):
	"""It is printed when the email is sent, as Administrator."""
	image = attach(complaint)
	shown = []
	monkeypatch.setattr(EmailQueue, "send", lambda *_args: shown.append(find_file_by_url(image.file_url)))
	monkeypatch.setattr(GuardedEmailQueue, "update_status", mock.Mock())

	def is_shown(*recipients, **fields) -> bool:
		rows = [{"recipient": each} for each in recipients]
		queued = frappe.get_doc(
			{"doctype": "Email Queue", "message": "", "status": "Sent", "recipients": rows, **fields}
		)
		queued.send()
		return shown.pop() is not None

	assert not is_shown(staff.cleared, owner=staff.uncleared)
	assert not is_shown(staff.cleared, owner="Administrator")
	assert is_shown(staff.cleared, owner=staff.cleared)
	for recipients in ((ELSEWHERE,), (staff.uncleared,), (staff.cleared, ELSEWHERE), ()):
		assert not is_shown(*recipients, owner=staff.cleared)
	assert is_shown(ELSEWHERE, owner="Administrator", **of(complaint))
	assert find_file_by_url(image.file_url)


def test_an_image_in_a_print_that_a_request_makes_for_an_email(
	attach, complaint, staff, monkeypatch, as_user
):
	"""As the user, who can read it; the program that makes the PDF is logged in as them otherwise."""
	image = attach(complaint)

	def shown():
		return find_file_by_url(image.file_url) is not None

	monkeypatch.setattr(pdf, "get_pdf", lambda _html, **_options: (shown(), pdf.get_cookie_options()))

	def printed(document):
		return frappe.attach_print(document.doctype, document.name, html="<p>See</p>")["fcontent"]

	compose.stand_around()
	with as_user(staff.cleared):
		assert printed(frappe.get_doc("User", staff.cleared)) == (False, {})
		assert printed(complaint) == (True, {})
		assert shown()  # in a PDF of their own


def test_a_print_of_an_email_is_made_without_a_login():
	logged_in = []
	printing.log_in_page(logged_in.append, "page")
	with printing.showing(lambda _file: True):
		printing.log_in_page(logged_in.append, "page of an email")
		assert printing.cookie_of_user(lambda: {"cookie-jar": "x"}) == {}
	assert logged_in == ["page"]
	assert printing.cookie_of_user(lambda: {"cookie-jar": "x"}) == {"cookie-jar": "x"}


# --- attachments ------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["file_url", "fid"])
def test_an_attachment_that_is_named(by, attach, complaint, log, staff, mailbox, as_user):
	image = attach(complaint)
	named = [{by: image.name if by == "fid" else image.file_url}]
	own = attach(None)

	def send(user, files, **about):
		with as_user(user):
			frappe.sendmail(staff.cleared, subject="Noise", message="See", attachments=files, **about)
		return frappe.parse_json(frappe.get_last_doc("Email Queue").attachments)

	for user in (staff.uncleared, "Administrator"):  # as whom the scheduler sends what others have written
		with pytest.raises(ClearanceMissingError):
			send(user, named)
	assert send(staff.cleared, named) == named
	assert send(staff.uncleared, [{"fid": own.name}]) == [{"fid": own.name}]
	about = {"reference_doctype": complaint.doctype, "reference_name": complaint.name}
	assert send("Administrator", named, **about) == named  # as a Notification about it does


def test_an_attachment_that_the_database_takes_for_another(attach, complaint, staff, mailbox, as_user):
	"""Frappe sends any row that has the address for the database."""
	image = attach(complaint, f"hidden{frappe.generate_hash(length=8)}.png")
	with as_user(staff.uncleared):
		own = attach(None, image.file_name.upper())
		with pytest.raises(ClearanceMissingError):
			frappe.sendmail(
				ELSEWHERE, subject="Noise", message="See", attachments=[{"file_url": own.file_url}]
			)


@pytest.mark.skipif(compat.is_version_16(), reason="newsletters are an app of their own since version 16")
def test_an_attachment_of_a_newsletter(attach, complaint, staff, mailbox, as_user):
	image = attach(complaint)
	for user in staff.values():
		frappe.get_doc("User", user).add_roles("Newsletter Manager")

	def send(user):
		with as_user(user):
			group = frappe.get_doc({"doctype": "Email Group", "title": frappe.generate_hash()}).insert()
			member = {"doctype": "Email Group Member", "email_group": group.name, "email": ELSEWHERE}
			frappe.get_doc(member).insert()
			letter = frappe.get_doc(
				{
					"doctype": "Newsletter",
					"subject": f"News {frappe.generate_hash(length=6)}",
					"sender_email": "service@own.example",
					"sender_name": "Us",
					"content_type": "Rich Text",
					"message": "See",
					"email_group": [{"email_group": group.name}],
					"attachments": [{"attachment": image.file_url}],
				}
			).insert()
			letter.send_emails()
		return frappe.db.count("Email Queue", {"reference_name": letter.name})

	with pytest.raises(ClearanceMissingError):
		send(staff.uncleared)
	assert send(staff.cleared) == 1


@pytest.fixture
def shown(attach):
	"""`shown(document)`: an image that was public once, and the path of the thumbnail that Frappe made of it."""

	paths = []

	def make(document, private=0, **fields):
		image = attach(None, f"{frappe.generate_hash()}.png", is_private=0)
		image.make_thumbnail()
		image.is_private = private
		image.save()
		about = (
			{"attached_to_doctype": document.doctype, "attached_to_name": document.name} if document else {}
		)
		frappe.db.set_value("File", image.name, {**about, **fields})  # as an earlier version stored it
		paths.append(frappe.get_site_path("public", image.thumbnail_url.strip("/")))
		return image.reload(), paths[-1]

	yield make
	for path in filter(os.path.exists, paths):
		os.remove(path)


@pytest.mark.parametrize("private", [0, 1])
def test_the_thumbnail_of_an_image_that_becomes_confidential(private, shown, complaint):
	image, path = shown(None, private)
	assert os.path.exists(path)
	image.update({"attached_to_doctype": complaint.doctype, "attached_to_name": complaint.name})
	image.save(ignore_permissions=True)
	assert (image.is_private, image.thumbnail_url, os.path.exists(path)) == (1, None, False)


def test_the_thumbnail_of_a_private_image_of_a_document_that_becomes_confidential(shown, complaint):
	image, path = shown(complaint, private=1)
	private_files.make_private(complaint.doctype, complaint.name)
	assert (image.reload().thumbnail_url, os.path.exists(path)) == (None, False)


def test_thumbnails_that_an_earlier_version_left(shown, complaint, monkeypatch):
	monkeypatch.setattr(frappe.db, "commit", lambda: None)
	images = [shown(complaint, private=1) for _each in range(3)]
	other = shown(frappe.get_doc("User", "Guest"), private=1)
	public = shown(None)
	named = shown(complaint, private=1, thumbnail_url=public[0].file_url)
	for _again in range(2):
		private_files.withdraw_thumbnails(chunk=2)
		assert not any(image.reload().thumbnail_url or os.path.exists(path) for image, path in images)
		assert all(image.reload().thumbnail_url and os.path.exists(path) for image, path in (other, public))
	assert not named[0].reload().thumbnail_url
	assert os.path.exists(public[0].get_full_path())  # which was named as if it were a thumbnail
