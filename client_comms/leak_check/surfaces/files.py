"""Files: their addresses, their content, and copies of them."""

import frappe
from frappe.email.email_body import EMail

from client_comms.acting import acting_as
from client_comms.enforcement import documents
from client_comms.leak_check.bait import INTERACTION, remove_files, remove_made
from client_comms.leak_check.surfaces.surface import BY_EVENT, BY_FILE, linked_by_own, surface


@surface("file by its address")
def file_address(visitor, bait, planted):
	return visitor.get(bait.file_url)


_REFUSED = 403


@surface(
	"download of a backup",
	"Another app replaces before_request: run bench clear-cache, or leave backups to the server.",
)
def backup(visitor, bait, planted):
	"""There is none of this name, which only users who can download backups are told."""
	logged = {"report_name": "Backup", "user": visitor.user, "creation": (">=", frappe.utils.now())}
	answer = visitor.get("/backups/leakbait.sql.gz")
	frappe.db.delete("Access Log", logged)
	return answer.status != _REFUSED


@surface("download of a file")
def file_download(visitor, bait, planted):
	return visitor.get("/api/method/download_file", file_url=bait.file_url)


@surface("file that one uploaded, by its address", BY_FILE)
def uploaded_file(visitor, bait, planted):
	"""Frappe gives it to its owner, even after they lost access to the record."""
	file = bait.names["File"]
	before = frappe.db.get_value("File", file, "owner")
	frappe.db.set_value("File", file, "owner", visitor.user, update_modified=False)
	answer = visitor.get(bait.file_url)
	frappe.db.set_value("File", file, "owner", before, update_modified=False)
	return answer


@surface("file search")
def file_search(visitor, bait, planted):
	return visitor.call("frappe.core.api.file.get_files_by_search_text", text=bait.word)


@surface("pictures of a record")
def attached_images(visitor, bait, planted):
	return visitor.call("frappe.core.api.file.get_attached_images", doctype=INTERACTION, names=[bait.name])


@surface("zip of files")
def zip_files(visitor, bait, planted):
	answer = visitor.call("frappe.core.api.file.zip_files", files=[bait.names["File"]])
	return answer.ok and bait.word.encode() in answer.body


def _opens(visitor, bait, own) -> bool:
	"""Whether the content came back through the address of the visitor's own File row."""
	opened = bool(own) and "content of" in visitor.get(bait.file_url).text
	remove_files({"file_url": bait.file_url, "name": ("!=", bait.names["File"])})
	frappe.db.delete("Comment", {"comment_type": "Attachment", "content": ("like", f"%{bait.word}%")})
	return opened


@surface("second file for the same address", BY_EVENT)
def file_alias(visitor, bait, planted):
	own = linked_by_own(
		visitor, "File", {"file_url": bait.file_url, "file_name": "leakbait alias.txt", "is_private": 1}
	)
	return _opens(visitor, bait, own)


@surface("second file for the address of an import", BY_EVENT)
def import_alias(visitor, bait, planted):
	about = {"attached_to_doctype": "Data Import", "attached_to_name": bait.names["Data Import"]}
	address = frappe.db.get_value("File", about, "file_url")
	own = linked_by_own(
		visitor, "File", {"file_url": address, "file_name": "leakbait import.txt", "is_private": 1}
	)
	opened = bool(own) and bait.word in visitor.get(address).text
	remove_files({"file_url": address, "attached_to_name": ("is", "not set")})
	return opened


@surface("second file by a way around its address", BY_FILE)
def file_by_other_way(visitor, bait, planted):
	values = {"file_url": f"/files/../..{bait.file_url}", "file_name": "leakbait way.txt", "is_private": 1}
	made = visitor.call("frappe.client.insert", doc={"doctype": "File", **values}).message
	opened = (
		bool(made)
		and "content of" in visitor.get("/api/method/download_file", file_url=made["file_url"]).text
	)
	if made:  # it is a separate file on disk
		frappe.delete_doc("File", made["name"], force=True, ignore_permissions=True)
	return opened


@surface("upload with the address of a file", BY_EVENT)
def upload_alias(visitor, bait, planted):
	made = visitor.call("upload_file", file_url=bait.file_url, file_name="leakbait upload.txt", is_private=1)
	return _opens(visitor, bait, made.message)


@surface("file that a document of one's own takes over", BY_EVENT, control=False)
def file_taken_over(visitor, bait, planted):
	"""Files of a form follow the document that is made of it; a request can say that the form was the hidden document."""
	if not documents.is_governed("Lead"):
		return False
	lead, picture = bait.names["Lead"], {"attached_to_field": "image"}
	file = frappe.copy_doc(frappe.get_doc("File", {"file_name": f"{bait.word}.png"}))
	file.insert(ignore_permissions=True)
	# Past the check of a row that names it (`attached_fields.refuse_row`): this one is the record's own.
	file.db_set({"attached_to_doctype": "Lead", "attached_to_name": lead, **picture})
	own = {"lead_name": "leakbait own", "image": file.file_url}
	made = linked_by_own(visitor, "Lead", {**own, "__temporary_name": lead})
	taken = frappe.db.get_value("File", file.name, "attached_to_name") != lead
	remove_files({"name": file.name})
	remove_made("Lead", made)
	return taken


@surface("email with somebody else's file", BY_EVENT)
def email_alias(visitor, bait, planted):
	made = visitor.call(
		"frappe.core.doctype.communication.email.make",
		subject="leakbait mail",
		content="x",
		communication_medium="Other",
		attachments=[bait.names["File"]],
	)
	return _opens(visitor, bait, made.message)


@surface(
	"image in the text of an email",
	"Another app's hook make_email_body_message replaces that of client_comms: bench client-comms health names the app.",
	control=False,  # what Administrator writes may be the scheduler's, and shows what everyone can see
)
def embedded_image(visitor, bait, planted):
	"""An email of the visitor to themselves is put together, but not sent."""
	path = frappe.db.get_value("File", {"file_name": f"{bait.word}.png"}, "file_url").strip("/")
	address = frappe.db.get_value("User", visitor.user, "email")
	with acting_as(visitor.user):
		mail = EMail(recipients=[address], subject="x", email_account=frappe.new_doc("Email Account"))
		mail.set_part_html(f"<img embed='{path}'>", inline_images=[])
		mail.make()
	contents = (part.get_payload(decode=True) for part in mail.msg_root.walk())
	return any(bait.word.encode() in content for content in contents if content)


@surface("name of an archive", BY_FILE)
def archive(visitor, bait, planted):
	"""It is none, which Frappe says with its name."""
	return visitor.call("frappe.core.api.file.unzip_file", name=bait.names["File"])


@surface("file made public", BY_EVENT, control=False)
def public_file(visitor, bait, planted):
	visitor.call(
		"frappe.client.set_value", doctype="File", name=bait.names["File"], fieldname="is_private", value=0
	)
	return not frappe.db.get_value("File", bait.names["File"], "is_private")
