"""The content of a hidden record's file cannot be read through another row, name or address (P-2, D-6)."""

import io
import zipfile

import frappe
import pytest
from frappe.core.doctype.file.file import File
from frappe.core.doctype.file.utils import find_file_by_url
from frappe.handler import execute_cmd
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from client_comms import flags, hooks
from client_comms.enforcement import compose
from client_comms.enforcement.doctypes.file import WITH_FILES
from client_comms.enforcement.methods import missing_checks_erpnext
from client_comms.enforcement.private_files import make_private
from client_comms.enforcement.registry import OWNER_FIELDS
from client_comms.exceptions import ClearanceMissingError

pytestmark = pytest.mark.clause("P-2", "D-6")

SECRET = "The neighbours complain as well."


@pytest.fixture
def staff(make_user):
	return frappe._dict(
		cleared=make_user("Customer Support Manager", "Compliance Officer", "System Manager"),
		uncleared=make_user("Frontline Staff", "System Manager"),
	)


@pytest.fixture
def attach():
	"""`attach(content)` or `attach(content, document)`; Frappe removes it from the disk on rollback."""

	def make(content, document=None):
		about = (
			{"attached_to_doctype": document.doctype, "attached_to_name": document.name} if document else {}
		)
		file = frappe.get_doc(
			{"doctype": "File", "file_name": f"{frappe.generate_hash()}.txt", "is_private": 1, **about}
		)
		file.content = content
		return file.insert(ignore_permissions=True)

	return make


@pytest.fixture
def secret(log, attach):
	return attach(SECRET, log("Feedback/Complaint"))


@pytest.fixture
def ask():
	"""`ask(method, …)`: what a POST request answers, after what is done before every request."""

	def request(method, /, **arguments):
		environment = EnvironBuilder(f"/api/method/{method}", method="POST").get_environ()
		before = frappe.local.form_dict, getattr(frappe.local, "request", None)
		frappe.local.request, frappe.local.form_dict = (
			Request(environment),
			frappe._dict(arguments, cmd=method),
		)
		try:
			for hook in frappe.get_hooks("before_request"):
				frappe.call(hook)
			return execute_cmd(method)
		finally:
			frappe.local.form_dict, frappe.local.request = before

	return request


def read(file) -> str:
	with zipfile.ZipFile(io.BytesIO(File.zip_files([file.name]))) as archive:
		return archive.read(archive.namelist()[0]).decode()


OTHER_WAYS = {
	"address": lambda url: {"file_url": url},
	"address with dots": lambda url: {"file_url": f"/files/../..{url}"},
	"address with slashes": lambda url: {"file_url": url.replace("/files/", "/files//")},
	"name": lambda url: {"file_url": "", "file_name": url.rsplit("/", 1)[1]},
}


@pytest.mark.parametrize("way", [way for way in OTHER_WAYS if way != "name"])
def test_a_new_row(way, secret, staff, as_user):
	values = {"doctype": "File", "file_name": "mine.txt", "is_private": 1, **OTHER_WAYS[way](secret.file_url)}
	with as_user(staff.uncleared), pytest.raises(ClearanceMissingError):
		frappe.get_doc(values).insert()
	with as_user(staff.uncleared), pytest.raises(ClearanceMissingError):
		frappe.get_doc(values).insert(ignore_permissions=True)  # as for the field of a document


@pytest.mark.parametrize("way", [way for way in OTHER_WAYS if way != "address"])
def test_a_row_of_ones_own_that_is_changed(way, secret, staff, attach, as_user):
	with as_user(staff.uncleared):
		own = attach("mine")
		frappe.db.set_value("File", own.name, OTHER_WAYS[way](secret.file_url))  # without any check
		with pytest.raises(ClearanceMissingError):
			read(own)


def test_a_change_of_address_is_refused(secret, staff, attach, as_user):
	with as_user(staff.uncleared):
		own = frappe.get_doc("File", attach("mine").name)
		own.file_url = f"/files/../..{secret.file_url}"
		own.flags.ignore_permissions = True
		with pytest.raises(ClearanceMissingError):
			own.save()


# --- methods that read the disk themselves ----------------------------------------------------------


CODES = """<gc:CodeList xmlns:gc="urn:codes"><Identification><ShortName>x</ShortName>
<Version>1</Version><CanonicalUri>urn:x</CanonicalUri><CanonicalVersionUri>urn:x:1</CanonicalVersionUri></Identification><ColumnSet><Column Id="code"/></ColumnSet><SimpleCodeList><Row><Value ColumnRef="code">
<SimpleValue>The neighbours complain as well.</SimpleValue></Value></Row></SimpleCodeList></gc:CodeList>"""


@pytest.mark.parametrize("by", ["file_url", "file_name", "name"])
def test_an_upload_that_names_a_file_on_the_server(by, attach, log, staff, as_user, ask):
	hidden, own = attach(CODES, log("Feedback/Complaint")), attach(CODES.replace(":1<", ":2<"))
	method = "erpnext.edi.doctype.code_list.code_list_import.import_genericode"
	arguments = {"method": method, "doctype": "Code List"}
	with as_user(staff.uncleared), pytest.raises(ClearanceMissingError):
		ask("upload_file", file_url=hidden.get(by), **arguments)
	with as_user(staff.cleared):
		assert "code" in ask("upload_file", file_url=own.file_url, **arguments)["columns"]


@pytest.mark.parametrize("by", ["file_url", "file_name", "name"])
def test_the_import_of_a_code_list(by, attach, log, staff, as_user):
	hidden = attach(CODES, log("Feedback/Complaint"))
	with as_user(staff.uncleared), pytest.raises(ClearanceMissingError):
		missing_checks_erpnext.process_genericode_import(
			"urn:x:1", hidden.get(by), code_column="code", filters="{}"
		)


CHART = """Account Name,Parent Account,Account Number,Parent Account Number,Is Group,Account Type,Root Type,Account Currency
The neighbours complain as well.,,,,1,,Asset,
Liabilities,,,,1,,Liability,
Income,,,,1,,Income,
Expenses,,,,1,,Expense,
Equity,,,,1,,Equity,
"""
CHARTS = "erpnext.accounts.doctype.chart_of_accounts_importer.chart_of_accounts_importer."


@pytest.fixture
def chart(attach, log):
	"""A table that is attached to a confidential record."""
	file = attach(CHART, log("Feedback/Complaint"))
	file.db_set("file_name", "accounts.csv")
	return file


def test_a_table_shown_as_accounts(chart, staff, as_user, ask):
	shown = {"doctype": "Chart of Accounts Importer", "parent": "All Accounts", "file_name": chart.file_url}
	with as_user(staff.uncleared), pytest.raises(ClearanceMissingError):
		ask(f"{CHARTS}get_coa", **shown)
	with as_user(staff.cleared):
		assert SECRET in str(ask(f"{CHARTS}get_coa", **shown))


def test_a_table_imported_as_accounts(chart, staff, as_user, ask):
	with as_user(staff.uncleared), pytest.raises(ClearanceMissingError):
		ask(f"{CHARTS}import_coa", file_name=chart.file_url, company="Example GmbH")


def test_a_table_checked_as_accounts(chart, staff, as_user):
	importer = frappe.get_doc({"doctype": "Chart of Accounts Importer", "import_file": chart.file_url})
	with as_user(staff.uncleared), pytest.raises(ClearanceMissingError):
		importer.run_method("before_validate")


def test_a_table_of_serial_numbers(attach, log, staff, as_user, ask):
	file = attach("Number\n7\n", log("Feedback/Complaint"))
	file.db_set("file_type", "CSV")
	read = "erpnext.stock.doctype.serial_and_batch_bundle.serial_and_batch_bundle.upload_csv_file"
	with as_user(staff.uncleared), pytest.raises(ClearanceMissingError):
		ask(read, item_code="Chair", file_path=file.file_url)
	with as_user(staff.cleared):
		assert ask(read, item_code="Chair", file_path=file.file_url) == {"serial_nos": [], "batch_nos": []}


# ---------------------------------------------------------------------------------------------------


def test_who_is_cleared_reads_it(secret, staff, as_user):
	with as_user(staff.cleared):
		assert read(secret) == SECRET


def test_the_same_content_that_one_has_oneself(secret, staff, attach, as_user):
	"""Frappe stores the same content once on disk, at one address, which would tell that a hidden record has it, and its name."""
	with as_user(staff.uncleared):
		own = attach(SECRET)
		assert own.file_url == f"/private/files/{own.file_name}" != secret.file_url
		assert read(own) == SECRET
		assert attach(SECRET, frappe.get_doc("User", staff.uncleared)).file_url != secret.file_url


def test_the_same_content_of_a_record_that_one_reads(secret, staff, attach, as_user):
	with as_user(staff.cleared):
		assert attach(SECRET).file_url == secret.file_url


# --- who uploaded it ------------------------------------------------------------------------------


def downloads(file) -> bool:
	"""Whether the session user can download a file by its address."""
	return find_file_by_url(file.file_url) is not None


def todo_about(interaction):
	return frappe.get_doc(
		{
			"doctype": "ToDo",
			"description": "x",
			"allocated_to": "Administrator",
			"reference_type": interaction.doctype,
			"reference_name": interaction.name,
		}
	).insert(ignore_permissions=True)


@pytest.mark.parametrize("about", ["the record", "a to-do about it"])
def test_not_the_uploader_who_lost_the_record(about, log, make_user, attach, as_user):
	agent = make_user("Customer Support")
	complaint = log("Feedback/Complaint", responsible_staff=agent)
	document = complaint if about == "the record" else todo_about(complaint)
	with as_user(agent):
		file = attach(SECRET, document)
		assert downloads(file)
	complaint.db_set("responsible_staff", None)
	with as_user(agent):
		assert not downloads(file)
		assert not frappe.get_doc("File", file.name).has_permission("read")


def test_a_client_gets_what_they_attached_to_their_own_issue(set_settings, make_user, attach, as_user):
	set_settings(govern_issues=1)
	anna = make_user("Customer", email="anna.files@client.example", user_type="Website User")
	bert = make_user("Customer", email="bert.files@client.example", user_type="Website User")
	issue = frappe.get_doc({"doctype": "Issue", "subject": "Noise", "raised_by": anna}).insert()
	issue.db_set("confidentiality_level", "Sensitive")
	with as_user(anna):
		file = attach("mine", issue)
		assert downloads(file)
	with as_user(bert):
		assert not downloads(attach("theirs", issue))


def test_files_of_ones_own_that_belong_to_nothing(staff, attach, as_user):
	with as_user(staff.uncleared):
		assert downloads(attach("mine"))


@pytest.fixture
def about(log, staff):
	"""`about(doctype, record)`: a comment or to-do about it."""

	def make(doctype, record):
		owner = dict(zip(OWNER_FIELDS[doctype], (record.doctype, record.name), strict=True))
		text = {
			"Comment": {"comment_type": "Comment", "content": "?"},
			"ToDo": {"description": "?", "allocated_to": staff.cleared},
		}[doctype]
		return frappe.get_doc({"doctype": doctype, **text, **owner}).insert(ignore_permissions=True)

	return make


def publish(document):
	file = frappe.get_doc(
		{
			"doctype": "File",
			"file_name": f"{frappe.generate_hash()}.txt",
			"is_private": 0,
			"attached_to_doctype": document.doctype,
			"attached_to_name": document.name,
		}
	)
	file.content = SECRET
	return file.insert(ignore_permissions=True)


@pytest.mark.parametrize("doctype", WITH_FILES)
def test_a_file_of_what_belongs_to_a_record_is_private(doctype, log, about):
	file = publish(about(doctype, log("Feedback/Complaint")))
	assert (file.is_private, file.file_url[:9]) == (1, "/private/")


@pytest.mark.parametrize("doctype", WITH_FILES)
def test_its_content_is_not_read_through_another_row(doctype, log, about, staff, as_user):
	file = publish(about(doctype, log("Feedback/Complaint")))
	with as_user(staff.uncleared), pytest.raises(ClearanceMissingError):
		frappe.get_doc({"doctype": "File", "file_url": file.file_url, "is_private": 1}).insert()


@pytest.mark.parametrize("doctype", WITH_FILES)
def test_it_becomes_private_with_the_record(doctype, log, about, monkeypatch):
	monkeypatch.setattr("client_comms.enforcement.private_files.is_confidential", lambda doc: False)
	monkeypatch.setattr("client_comms.enforcement.doctypes.file.decide", lambda *args: None)
	record = log("Initial Inquiry")
	file = publish(about(doctype, record))
	assert not file.is_private
	monkeypatch.undo()
	# Not moved on the disk, because Frappe cannot take that back together with the upload.
	made_private = []
	monkeypatch.setattr(File, "save", lambda self, **_options: made_private.append(self.name))
	make_private(record.doctype, record.name)
	assert made_private == [file.name]


@pytest.mark.parametrize("form", [None, "new-lead-abcdef"])
def test_files_of_a_form_follow_its_document_only(form, held, attach, staff, as_user):
	"""Frappe goes by the name that the request says the form had: that of a form, or of a hidden document."""
	lead = held("Lead", lead_name="Anna")
	image = attach(SECRET, lead)
	frappe.db.set_value(
		"File", image.name, {"attached_to_field": "image", "attached_to_name": form or lead.name}
	)
	own = {"doctype": "Lead", "lead_name": "Own", "image": image.file_url}
	with as_user(staff.uncleared):
		made = frappe.get_doc({**own, "__temporary_name": form or lead.name}).insert(ignore_permissions=True)
	attached = frappe.get_all("File", {"file_url": image.file_url}, pluck="attached_to_name")
	assert attached == [made.name if form else lead.name]


def contact_with(address, **fields):
	contact = {"doctype": "Contact", "first_name": frappe.generate_hash(length=8), "image": address}
	return frappe.get_doc({**contact, **fields}).insert(ignore_permissions=True)


def attached_to(file) -> list:
	return frappe.get_all("File", {"file_url": file.file_url}, pluck="attached_to_name")


@pytest.mark.parametrize("way", ["saved", "copied"])
def test_a_colleague_who_saves_a_document_does_not_open_a_file_that_it_names(way, secret, staff, as_user):
	"""Frappe attaches what a field names as the user who saves the document, who has perhaps not entered it."""
	compose.stand_around()
	with as_user(staff.uncleared):
		contact = contact_with(secret.file_url)
	with as_user(staff.cleared):
		if way == "saved":
			contact = frappe.get_doc("Contact", contact.name).save(ignore_permissions=True)
		else:
			contact = contact_with(contact.image)
	assert contact.image == secret.file_url
	assert attached_to(secret) == [secret.attached_to_name]


def test_nor_does_a_script_on_the_server_that_saves_the_document(secret, staff, as_user):
	"""There, nothing stands around Frappe's function; it writes down what it could not attach."""
	compose.stand_around()
	with as_user(staff.uncleared):
		contact = contact_with(secret.file_url)
	for flag in [flag for flag in frappe.flags if str(flag).startswith("client_comms_around_")]:
		frappe.flags.pop(flag)
	assert not flags.began()
	frappe.get_doc("Contact", contact.name).save()
	assert attached_to(secret) == [secret.attached_to_name]
	record = frappe.get_doc(secret.attached_to_doctype, secret.attached_to_name)
	frappe.get_doc(
		{
			"doctype": "File",
			"file_url": secret.file_url,
			"attached_to_doctype": record.doctype,
			"attached_to_name": record.name,
			"attached_to_field": "subject",
		}
	).insert()
	assert attached_to(secret) == [secret.attached_to_name] * 2


def test_nor_an_upload_of_their_own(attach, staff, as_user):
	compose.stand_around()
	with as_user(staff.cleared):
		upload, other = attach("for a record"), attach("for this contact")
	with as_user(staff.uncleared):
		contact = contact_with(upload.file_url)
	with as_user(staff.cleared):
		contact = frappe.get_doc("Contact", contact.name).save(ignore_permissions=True)
		assert attached_to(upload) == [None]
		contact.update({"image": other.file_url}).save(ignore_permissions=True)
	assert attached_to(other) == [contact.name]


@pytest.mark.parametrize("doctype", hooks.has_permission)
def test_no_form_had_the_name_of_a_document(doctype, monkeypatch):
	"""As above, for all guarded documents: a site may add a picture to any."""
	monkeypatch.setattr(frappe.db, "exists", lambda kind, name: (kind, name) == (doctype, "Hidden"))
	first = frappe.get_doc_hooks()[doctype]["before_insert"][0]
	for named, kept in (("Hidden", None), ("new-form-abcdef", "new-form-abcdef")):
		doc = frappe.get_doc({"doctype": "ToDo", "__temporary_name": named})
		doc.doctype = doctype  # which not every site has
		frappe.get_attr(first)(doc, "before_insert")
		assert doc.get("__temporary_name") == kept


def test_a_file_is_not_attached_in_a_circle(attach):
	"""Frappe asks the document to which a file is attached whether it can be read."""
	upper = attach("upper")
	lower = attach("lower", upper)
	for file, above in ((upper, upper), (upper, lower)):
		file = frappe.get_doc("File", file.name)
		file.update({"attached_to_doctype": "File", "attached_to_name": above.name})
		with pytest.raises(frappe.ValidationError, match="cannot be attached to itself"):
			file.save()


@pytest.mark.parametrize("doctype", ["Client Interaction", "Issue", "client interaction"])
@pytest.mark.parametrize("moved", [False, True])
def test_a_file_for_a_record_that_does_not_exist_yet(doctype, moved, staff, attach, as_user, ask):
	"""It would belong to whichever record gets the number, such as a complaint."""
	ahead = {"attached_to_doctype": doctype, "attached_to_name": f"CI-{frappe.utils.nowdate()[:4]}-99999"}
	with as_user(staff.uncleared), pytest.raises(frappe.DoesNotExistError):
		if moved:
			own = attach("mine")
			ask("frappe.client.set_value", doctype="File", name=own.name, fieldname=ahead)
		else:
			new = {"doctype": "File", "file_name": "mine.txt", "content": "mine", **ahead}
			ask("frappe.client.insert", doc=frappe.as_json(new))
	with as_user(staff.uncleared):  # of a form that is not saved yet
		ahead["attached_to_name"] = "new-client-interaction-abcdefghij"
		new = {"doctype": "File", "file_name": "mine.txt", "content": "mine", "is_private": 1, **ahead}
		assert ask("frappe.client.insert", doc=frappe.as_json(new))
