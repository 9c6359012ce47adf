"""A file that a method opens by its path on the server is not read by users without clearance for its record (P-2, D-6)."""

import io
import zipfile
from base64 import b64encode
from inspect import unwrap
from pathlib import Path

import frappe
import pytest
from frappe.utils import weasyprint
from PIL import Image

from client_comms import flags
from client_comms.enforcement import compose
from client_comms.exceptions import ClearanceMissingError

pytestmark = pytest.mark.clause("P-2", "D-6")

CONVERT = "erpnext.accounts.doctype.bank_statement_import.bank_statement_import.convert_mt940_to_csv"
UPLOAD = "erpnext.stock.doctype.serial_and_batch_bundle.serial_and_batch_bundle.upload_csv_file"
STATEMENT = """:20:START
:25:20041010/1234567890
:28C:00001/001
:60F:C120131EUR8349,50
:61:1202020202DM1,00N062NONREF//55555
:86:008?20Severance
:62F:C120131EUR8349,50
-
"""


@pytest.fixture(autouse=True)
def begun():
	flags.note_beginning()
	compose.stand_around()


@pytest.fixture
def staff(make_user):
	roles = ("System Manager", "Accounts Manager", "Stock Manager")
	return frappe._dict(
		cleared=make_user("Customer Support Manager", *roles), uncleared=make_user("Frontline Staff", *roles)
	)


@pytest.fixture
def attach(log):
	"""`attach(content, name)` → a file of a confidential record."""

	def make(content, name):
		record = log("Feedback/Complaint")
		about = {"attached_to_doctype": record.doctype, "attached_to_name": record.name}
		values = {"doctype": "File", "file_name": f"{frappe.generate_hash()}{name}", "is_private": 1}
		return frappe.get_doc({**values, **about, "content": content}).insert(ignore_permissions=True)

	return make


def _serial_numbers(address):
	bundle = frappe.get_doc({"doctype": "Serial and Batch Bundle", "item_code": "Chair"})
	return bundle.add_serial_batch({"csv_file": address})


def _uploaded(address):
	return frappe.get_attr(UPLOAD)(item_code="Chair", file_path=address)


@pytest.mark.parametrize("method", [_serial_numbers, _uploaded])
@pytest.mark.parametrize(
	"address", ["{}", "/private/files/../../private/files/{name}", "/private/files/none.csv"]
)
def test_a_table_of_serial_numbers(method, address, attach, staff, as_user):
	file = attach("Number\n7\n", ".csv")
	file.db_set("file_type", "CSV")
	address = address.format(file.file_url, name=file.file_url.rsplit("/", 1)[1])
	with as_user(staff.uncleared), pytest.raises(ClearanceMissingError):
		method(address)
	with as_user(staff.cleared):
		method(file.file_url)


@pytest.mark.parametrize("by", ["file_url", "file_name", "name"])
def test_a_bank_statement(by, attach, staff, as_user):
	try:
		convert = frappe.get_attr(CONVERT)
	except AttributeError:
		pytest.skip("version 15 reads none")
	statement = frappe.get_doc(
		{
			"doctype": "Bank Statement Import",
			"reference_doctype": "Bank Transaction",
			"import_mt940_fromat": 1,
		}
	)
	statement.update({"import_type": "Insert New Records", "name": frappe.generate_hash()}).db_insert()
	hidden = attach(STATEMENT, ".sta")
	with as_user(staff.uncleared), pytest.raises(ClearanceMissingError):
		convert(statement.name, hidden.get(by))
	with as_user(staff.cleared):
		assert convert(statement.name, hidden.get(by)).endswith(".csv")


def test_electronic_invoices(attach, staff, as_user):
	"""By the name in the row of a file of one's own."""
	hidden = attach("<a>Severance</a>", ".xml")
	row = frappe._dict(file_name=hidden.file_url.rsplit("/", 1)[1], is_private=1)
	collect = frappe.get_attr("erpnext.regional.italy.utils.download_zip")
	with as_user(staff.uncleared), pytest.raises(ClearanceMissingError):
		collect([row], "a.zip")
	with as_user(staff.cleared):
		collect([row], "a.zip")
	with zipfile.ZipFile(io.BytesIO(frappe.local.response.filecontent)) as archive:
		assert b"Severance" in archive.read(row.file_name)


@pytest.fixture
def printed(monkeypatch):
	"""`printed(address)`: the PDF of a document with this picture, made by WeasyPrint."""
	monkeypatch.setattr(weasyprint, "import_weasyprint", unwrap(weasyprint.import_weasyprint))
	compose.stand_around()

	def make(address):
		try:
			html, _css = weasyprint.import_weasyprint()
		except frappe.ValidationError:
			pytest.skip("WeasyPrint lacks its libraries")
		return html(string=f'<img src="{address}">', base_url=frappe.utils.get_url()).write_pdf()

	return make


@pytest.mark.parametrize("scheme", ["file://", "FILE://", "file:", "ftp://"])
def test_a_picture_on_the_disk_of_the_server(scheme, printed, attach):
	content = io.BytesIO()
	Image.new("RGB", (40, 40), (200, 10, 10)).save(content, "PNG")
	path = Path(attach(content.getvalue(), ".png").get_full_path()).absolute()
	assert b"/Image" not in printed(f"{scheme}{path}")


def test_a_picture_in_the_page_itself(printed):
	content = io.BytesIO()
	Image.new("RGB", (40, 40), (200, 10, 10)).save(content, "PNG")
	data = b64encode(content.getvalue()).decode()
	assert b"/Image" in printed(f"data:image/png;base64,{data}")
