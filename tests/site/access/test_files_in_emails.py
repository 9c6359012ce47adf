"""An email brings no file of a hidden record along, named in its text or shown in a print that is attached (P-2, D-6)."""

import io
import os
from email import message_from_string
from unittest import mock

import frappe
import pytest
from frappe.core.doctype.file.utils import find_file_by_url
from frappe.email.doctype.email_queue.email_queue import EmailQueue
from frappe.utils import add_days
from PIL import Image

from client_comms import compat
from client_comms.enforcement import private_files
from client_comms.enforcement.doctypes import file
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
def along(mailbox, as_user):
	"""`along(user, "private/files/drawing.png")`: what an email of the user brings along that names the file in its text."""

	def send(user, path):
		with as_user(user):
			frappe.sendmail("anna@elsewhere.example", subject="Noise", message=f"See embed='{path}'.")
		queued = message_from_string(frappe.get_last_doc("Email Queue").message)
		(content,) = (part.get_payload(decode=True) for part in queued.walk() if part["Content-ID"])
		return content

	return send


def test_an_image_of_a_record(along, attach, complaint, staff):
	image = attach(complaint)
	assert along(staff.cleared, image.file_url) == image.get_content()
	for user in (staff.uncleared, "Administrator"):  # as whom the scheduler writes summaries
		assert along(user, image.file_url) == b""


def test_an_image_that_is_elsewhere_as_well(along, attach, complaint, staff):
	image = attach(complaint)
	frappe.get_doc(
		{**image.as_dict(), "name": None, "attached_to_doctype": None, "attached_to_name": None}
	).db_insert()
	assert along(staff.uncleared, image.file_url) == image.get_content()


def test_an_image_that_is_in_many_records(along, attach, complaint, staff, monkeypatch):
	"""Of a logo, which is attached to every message that shows it, a few copies are looked at, the latest first."""
	monkeypatch.setattr(file, "_MOST_COPIES", 1)
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

	def is_shown(**fields) -> bool:
		queued = frappe.get_doc({"doctype": "Email Queue", "message": "", "status": "Sent", **fields})
		queued.send()
		return shown.pop() is not None

	assert not is_shown(owner=staff.uncleared)
	assert not is_shown(owner="Administrator")
	assert is_shown(owner=staff.cleared)
	about = {"reference_doctype": complaint.doctype, "reference_name": complaint.name}
	assert is_shown(owner="Administrator", **about)
	assert find_file_by_url(image.file_url)


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
