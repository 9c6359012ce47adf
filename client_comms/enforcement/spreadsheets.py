"""Texts in an exported file stay texts: a spreadsheet would run one that begins like a formula (D-5).

A client chooses the subject of their email. As a formula, it could send what stands beside it in the file to an address of theirs, or show
a link as something else, when a colleague opens the export.
"""

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import frappe

_SHEETS = "xl/worksheets/"
# As openpyxl writes a text that begins with "=".
_FORMULA = re.compile(rb"<c ([^>]*)><f>([^<]*)</f><v ?/?>(?:</v>)?</c>")
# Numbers and telephone numbers are as they were.
_LIKE_A_FORMULA = re.compile(r"[=@\t\r]|[+-](?![\d\s()./,-]*$)")


@contextmanager
def texts_stay_texts() -> Iterator[None]:
	"""Change the file that the block makes the answer of this request, if it has such texts: in Excel they are marked as texts, in CSV an
	apostrophe stands before them."""
	delimiter = frappe.form_dict.get("csv_delimiter") or ","  # Frappe takes it away
	yield
	response = frappe.local.response
	if response.get("type") != "binary" or not response.get("filecontent"):
		return
	name = str(response.get("filename"))
	if name.endswith(".xlsx"):
		response["filecontent"] = _excel(response["filecontent"])
	elif name.endswith(".csv"):
		response["filecontent"] = _csv(response["filecontent"].decode(), delimiter).encode()


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
