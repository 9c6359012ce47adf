"""What a row of File names on the disk is not read, opened, moved, written over or deleted by users without clearance (P-2, D-6)."""

import contextlib
import io
import pathlib
import time
import zipfile

import frappe
import pytest
from frappe.core.doctype.file.file import File
from frappe.core.doctype.file.utils import find_file_by_url
from frappe.utils import get_url
from PIL import Image
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from client_comms import flags
from client_comms.client_privacy.erasure import belongings
from client_comms.enforcement import compose
from client_comms.exceptions import ClearanceMissingError

pytestmark = pytest.mark.clause("P-2", "D-6")

SECRET = b"The neighbours complain as well."


@pytest.fixture
def store():
	"""`store(content, document, name="a.txt")` → the File, private."""

	def make(content, document=None, name=None):
		about = (
			{"attached_to_doctype": document.doctype, "attached_to_name": document.name} if document else {}
		)
		values = {"doctype": "File", "file_name": name or f"{frappe.generate_hash()}.txt", "is_private": 1}
		made = frappe.get_doc({**values, **about, "content": content}).insert(ignore_permissions=True)
		return frappe.get_doc("File", made.name)

	return make


@pytest.fixture
def secret(complaint, store):
	return store(SECRET, complaint)


@pytest.fixture
def opened(monkeypatch):
	"""`opened(address)`: the row by which Frappe opens a private file to the session user."""

	def ask(address):
		monkeypatch.setattr(
			frappe.local, "request", Request(EnvironBuilder(address).get_environ()), raising=False
		)
		return find_file_by_url(address)

	return ask


def _on_disk(file, folder="private") -> bytes | None:
	with contextlib.suppress(FileNotFoundError), open(_path(file, folder), "rb") as content:
		return content.read()


def _path(file, folder="private"):
	return frappe.get_site_path(folder, "files", file.file_url.rsplit("/", 1)[1])


def test_a_full_address_of_the_site_in_a_new_row(secret, log, staff, as_user):
	"""Attached to a record, it becomes private, and Frappe believes a hash."""
	open_to_them = log()
	with as_user(staff.uncleared), pytest.raises(ClearanceMissingError):
		frappe.get_doc(
			{
				"doctype": "File",
				"file_url": get_url() + secret.file_url,
				"content_hash": "any",
				"attached_to_doctype": open_to_them.doctype,
				"attached_to_name": open_to_them.name,
			}
		).insert()


def test_a_full_address_of_the_site_in_a_row_of_ones_own(secret, store, staff, as_user):
	with as_user(staff.uncleared):
		own = store(b"mine")
		own.file_url = get_url() + secret.file_url
		with pytest.raises(ClearanceMissingError):
			own.save()
		own.db_set("file_url", own.file_url)
		with pytest.raises(ClearanceMissingError):
			File.zip_files([own.name])


@pytest.mark.parametrize(
	"address", ["/private/files/../../", "/files/../../", "/private/files/../files/../../"]
)
def test_what_was_not_uploaded(address, staff, store, as_user):
	"""Such as the password of the database, and the key by which the ledger is signed."""
	values = {"doctype": "File", "file_name": "mine.txt", "is_private": 1}
	for user in (staff.uncleared, staff.cleared):
		with as_user(user), pytest.raises(ClearanceMissingError):
			frappe.get_doc({**values, "file_url": f"{address}site_config.json"}).insert()
	with as_user(staff.uncleared):
		own = store(b"Hello")
		own.db_set("file_url", f"{address}site_config.json")  # as a row from before
		with pytest.raises(ClearanceMissingError):
			frappe.get_doc("File", own.name).get_content()
	with pytest.raises(ClearanceMissingError):  # when the email is sent that it is attached to
		frappe.get_doc("File", own.name).get_content()


@pytest.fixture
def left(monkeypatch):
	"""`left(since=…)` is the row of a file without one, which was there before a request or job began, or which that has written."""
	path = pathlib.Path(frappe.get_site_path("private", "files", f"{frappe.generate_hash()}.txt"))

	def row(since=True):
		path.write_bytes(SECRET)
		began = time.time() + (60 if since else 0)
		with monkeypatch.context() as then:
			then.setattr(time, "time", lambda: began)
			flags.note_beginning()
		return frappe.get_doc({"doctype": "File", "file_url": f"/private/files/{path.name}", "is_private": 1})

	row.path = path
	yield row
	path.unlink(missing_ok=True)


def test_what_no_row_shows(left, staff, as_user):
	with as_user(staff.uncleared):
		with pytest.raises(ClearanceMissingError) as refusal:
			left().insert()
		row = left()
		left.path.unlink()
		with pytest.raises(ClearanceMissingError) as of_a_guess:
			row.insert()
	assert str(of_a_guess.value) == str(refusal.value)


def test_what_a_request_has_written_itself(left, staff, as_user):
	with as_user(staff.uncleared):
		assert left(since=False).insert().get_content() == SECRET.decode()


@pytest.mark.parametrize("another_without_hash", [False, True])
def test_an_address_elsewhere_is_not_of_the_site(secret, store, staff, as_user, another_without_hash):
	if another_without_hash:
		store(b"of no record").db_set("content_hash", None)
	with as_user(staff.uncleared):
		own = frappe.get_doc(
			{"doctype": "File", "file_url": f"https://elsewhere.example{secret.file_url}", "is_private": 1}
		).insert()
	assert own.file_url.startswith("https://elsewhere.example/")


@pytest.mark.parametrize("way", ["address", "name"])
def test_it_is_not_moved_to_the_public_folder(way, secret, store, staff, as_user):
	with as_user(staff.uncleared):
		own = store(b"mine")
		own.file_url = secret.file_url if way == "address" else secret.file_url.rsplit("/", 1)[1]
		own.is_private = 0
		with pytest.raises(ClearanceMissingError):
			own.save()
	assert _on_disk(secret) == SECRET
	assert _on_disk(secret, "public") is None


@pytest.mark.parametrize("first", ["theirs", "hidden"])
def test_the_same_content_of_another_file_stays_private(first, complaint, store, staff, as_user):
	"""And no refusal tells that there is one."""
	if first == "hidden":
		secret = store(SECRET, complaint)
	with as_user(staff.uncleared):
		own = store(SECRET)
	if first == "theirs":
		secret = store(SECRET, complaint)
		assert secret.file_url == own.file_url
	with as_user(staff.uncleared):
		own.is_private = 0
		own.save()
	assert _on_disk(own, "public") == SECRET
	secret.reload()
	assert (secret.is_private, secret.file_url[:9]) == (1, "/private/")
	assert _on_disk(secret) == SECRET


def test_a_copy_elsewhere_stays_where_it_is(complaint, store):
	"""Frappe gives the new address to all rows with the same content."""
	secret = store(SECRET, complaint)
	copy = store(b"mine")
	copy.db_set("content_hash", secret.content_hash)
	copy.is_private = 0
	copy.save()
	assert _on_disk(copy, "public") == b"mine"
	assert frappe.db.get_value("File", secret.name, ["is_private", "file_url"]) == (1, secret.file_url)


def test_rows_of_one_address_move_together(store):
	one, other = store(SECRET), store(SECRET)
	one.is_private = 0
	one.save()
	assert frappe.db.get_value("File", other.name, ["is_private", "file_url"]) == (0, one.file_url)


def test_a_file_of_ones_own_becomes_public(store, staff, as_user):
	with as_user(staff.uncleared):
		own = store(b"mine")
		own.is_private = 0
		own.save()
	assert _on_disk(own, "public") == b"mine"


@pytest.mark.parametrize("changed", [str.upper, lambda name: name.replace("i", "í", 1)])
def test_a_name_that_the_database_takes_for_the_same(
	changed, complaint, store, staff, as_user, opened, with_zip
):
	name = f"hidden{frappe.generate_hash(length=8)}"
	hidden = store(SECRET, complaint, f"{name}.txt")
	with as_user(staff.uncleared):
		own = store(b"mine", name=f"{changed(name)}.txt")
		assert frappe.db.exists("File", {"file_url": hidden.file_url, "name": own.name})
		assert opened(hidden.file_url) is None
		assert opened(own.file_url).name == own.name
		assert with_zip(own) == b"mine"
		with pytest.raises(ClearanceMissingError):
			frappe.get_doc({"doctype": "File", "file_url": hidden.file_url}).insert()
	with as_user(staff.cleared):
		assert opened(hidden.file_url).name == hidden.name


@pytest.fixture
def with_zip():
	def read(file):
		with zipfile.ZipFile(io.BytesIO(File.zip_files([file.name]))) as archive:
			return archive.read(archive.namelist()[0])

	return read


STATED = {
	"thumbnail": lambda secret: {"thumbnail_url": secret.file_url},
	"thumbnail of another server": lambda secret: {"thumbnail_url": f"https://a.example{secret.file_url}"},
	"address of another server": lambda secret: {
		"file_url": f"https://a.example{secret.file_url}",
		"content_hash": "any",
	},
}


@pytest.mark.parametrize("way", STATED)
def test_it_is_not_deleted_with_a_row_that_names_it(way, secret, store, staff, as_user):
	with as_user(staff.uncleared):
		own = store(b"mine")
		own.update(STATED[way](secret))
		own.save()
		frappe.delete_doc("File", own.name)
	assert _on_disk(secret) == SECRET


def test_it_is_not_deleted_with_a_row_of_the_same_content(secret, store, staff, as_user):
	with as_user(staff.uncleared):
		own = store(SECRET)
		own.content_hash = "any"
		own.save()
		assert own.content_hash == secret.content_hash
		own.db_set("content_hash", "any")
		frappe.delete_doc("File", own.name)
	assert _on_disk(secret) == SECRET


def test_what_one_row_shows_is_deleted_with_it(store):
	own = store(b"mine")
	own.delete()
	assert _on_disk(own) is None


def test_it_is_deleted_though_a_copy_is_elsewhere(complaint, store):
	"""Frappe keeps what any other row has, wherever that shows it: an erased record would stay on the disk."""
	secret = store(SECRET, complaint)
	frappe.get_doc({"doctype": "File", "file_name": "published.txt", "content": SECRET}).insert()
	secret.delete(ignore_permissions=True)
	assert _on_disk(secret) is None


def test_it_is_erased_though_the_database_takes_another_name_for_it(complaint, store):
	name = f"erased{frappe.generate_hash(length=8)}"
	secret, _other = store(SECRET, complaint, f"{name}.txt"), store(b"mine", name=f"{name.upper()}.txt")
	with belongings.collecting_contents() as contents:
		belongings.remove("Client Interaction", [complaint.name])
	belongings.remove_contents(contents)
	assert _on_disk(secret) is None


def test_it_is_deleted_after_its_address_was_edited(store):
	own, other = store(b"mine"), store(SECRET)
	own.file_url = other.file_url
	own.save()
	assert own.content_hash == other.content_hash
	other.delete()
	assert _on_disk(own) == SECRET
	own.delete()
	assert _on_disk(own) is None


def _image(color) -> bytes:
	content = io.BytesIO()
	Image.effect_noise((900, 900), color).save(content, "PNG")
	return content.getvalue()


def test_it_is_not_written_over_by_an_optimised_image(complaint, store, staff, as_user):
	before = _image(50)
	hidden = store(before, complaint, f"{frappe.generate_hash()}.png")
	with as_user(staff.uncleared):
		own = store(_image(90), name=f"{frappe.generate_hash()}.png")
		own.file_name = hidden.file_url.rsplit("/", 1)[1]
		own.save()
		own = frappe.get_doc("File", own.name)
		own.optimize_file()
	assert _on_disk(hidden) == before
	assert own.file_url != hidden.file_url
	assert len(_on_disk(own)) < len(before)


@pytest.mark.parametrize("is_records", [False, True])
def test_a_field_does_not_take_the_upload_of_a_colleague(
	is_records, complaint, store, staff, make_user, as_user
):
	"""Frappe attaches each private file that belongs to nothing yet to the document that names its address."""
	compose.stand_around()
	with as_user(staff.cleared):
		upload = store(SECRET)
		if is_records:
			assert store(SECRET, complaint).file_url == upload.file_url
	with as_user(staff.uncleared):
		contact = {"doctype": "Contact", "first_name": "Ann", "image": upload.file_url}
		made = frappe.get_doc(contact).insert(ignore_permissions=True)
		assert made.image == frappe.db.get_value("Contact", made.name, "image") == upload.file_url
		assert not frappe.get_doc("File", upload.name).has_permission("read")
		assert find_file_by_url(upload.file_url) is None


def test_a_field_takes_an_upload_of_ones_own(store, staff, as_user):
	compose.stand_around()
	with as_user(staff.uncleared):
		upload = store(SECRET)
		contact = {"doctype": "Contact", "first_name": "Ann", "image": upload.file_url}
		made = frappe.get_doc(contact).insert(ignore_permissions=True)
	assert frappe.db.get_value("File", upload.name, "attached_to_name") == made.name
