"""Texts in a file of rows stay texts: a spreadsheet would run one that begins like a formula (D-5).

A client chooses the subject of their email. As a formula, it could send what stands beside it in the file to an address of theirs, or show
a link as something else, when a colleague opens the file: an export, the template of an import with its rows, an emailed report. In Excel
such texts are marked as texts, in CSV an apostrophe stands before them.
"""

import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO

import frappe

_SHEETS = "xl/worksheets/"
# As openpyxl writes a text that begins with "=".
_FORMULA = re.compile(rb"<c ([^>]*)><f>([^<]*)</f><v ?/?>(?:</v>)?</c>")
# Numbers and telephone numbers are as they were.
_LIKE_A_FORMULA = re.compile(r"[=@\t\r]|[+-](?![\d\s()./,-]*$)")
_COMMA = ","


@contextmanager
def texts_stay_texts() -> Iterator[None]:
	"""Change the file that the block makes the answer of this request, of which the request chooses what stands between cells. Files that other
	methods make may have formulas on purpose."""
	delimiter = frappe.form_dict.get("csv_delimiter") or _COMMA  # Frappe takes it away
	yield
	response = frappe.local.response
	if response.get("type") == "csv":
		response["result"] = _csv(str(response["result"]), _COMMA)
	elif response.get("type") == "binary" and response.get("filecontent"):
		response["filecontent"] = harmless(response["filecontent"], str(response.get("filename")), delimiter)


def read_csv(read: Callable, *args, **options) -> list[list]:
	"""Stands around Frappe's function in Data Import: a template with rows that was exported brings texts back as they were."""
	return [[_as_it_was(cell) for cell in row] for row in read(*args, **options)]


def harmless(content: bytes | str, file_name: str, delimiter: str = _COMMA):
	"""
	:param file_name: of other files, the content stays as it is
	"""
	if file_name.endswith(".xlsx"):
		return _excel(content)
	if file_name.endswith(".csv"):
		is_text = isinstance(content, str)
		text = _csv(content if is_text else content.decode(), delimiter)
		return text if is_text else text.encode()
	return content


def _excel(content: bytes) -> bytes:
	with zipfile.ZipFile(BytesIO(content)) as before:
		files = {each: before.read(each) for each in before.infolist()}
	if not any(b"<f>" in read for each, read in files.items() if each.filename.startswith(_SHEETS)):
		return content
	after = BytesIO()
	with zipfile.ZipFile(after, "w", zipfile.ZIP_DEFLATED) as written:
		for each, read in files.items():
			if each.filename.startswith(_SHEETS):
				read = _FORMULA.sub(rb'<c \1 t="inlineStr"><is><t>=\2</t></is></c>', read)
			written.writestr(each.filename, read)
	return after.getvalue()


def _csv(text: str, delimiter: str) -> str:
	field = re.compile(rf'"[^"]*(?:""[^"]*)*"|[^"{re.escape(delimiter)}\r\n]+')
	return field.sub(_apostrophe, text)


def _apostrophe(found: re.Match) -> str:
	text = found[0]
	quote = '"' if text.startswith('"') else ""
	inner = text[len(quote) :]
	return f"{quote}'{inner}" if _LIKE_A_FORMULA.match(inner.rstrip('"')) else text


def _as_it_was(cell):
	is_marked = isinstance(cell, str) and cell.startswith("'") and _LIKE_A_FORMULA.match(cell[1:])
	return cell[1:] if is_marked else cell
