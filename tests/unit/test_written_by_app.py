"""What the app writes is not a field that a request can write: Frappe enforces `read_only` in the form alone."""

import ast
import json
from pathlib import Path

import pytest

APP = Path(__file__).resolve().parents[2] / "client_comms"
_COMPUTED = "computed or checked whenever the document is saved"
# Not in `_BY_THE_APP`, and why.
OTHERWISE = {
	"Client Interaction": "the history decides, and cannot be edited",
	"Communication Preference": _COMPUTED,
	"Communication Template": "decisions can only be taken by the actions",
	"Digest Subscription": _COMPUTED,
	"Feedback Category": "Frappe's tree",
	"Identity Verification": "checks cannot be changed",
	"Physical Inventory": _COMPUTED,
	"Physical Location": "Frappe's tree",
}
# Fields that are computed or checked whenever the document is saved.
COMPUTED = {
	"Client Consent": {"party_name", "status", "withdrawn_on", "events"},
	"Communication Matrix": {"amended_from"},
	"Data Subject Request": {"party_name"},
	"Feedback Review": {"status", "prepared_by", "figures", "signals"},
	"Interaction Access Grant": {"granted_by"},
	"Interaction Review": {"status", "overall"},
	"Legal Hold": {"party_name", "on_doctype", "on_name"},
	"Physical File": {"party_name", "state", "due_back", "movements", "own_level_decides"},
	"SOP Policy": {"amended_from"},
	"SOP Training Record": {"valid_until"},
}
_NO_VALUE = ("HTML", "Section Break", "Column Break", "Tab Break", "Button")
# Where its list is.
ELSEWHERE = {"Ledger Witness": APP / "ledger" / "subjects.py"}


def writable():
	for file in sorted(APP.glob("*/doctype/*/*.json")):
		doctype = json.loads(file.read_text())
		if doctype.get("istable") or doctype["name"] in OTHERWISE:
			continue
		if any(row.get("write") or row.get("create") for row in doctype.get("permissions", ())):
			yield pytest.param(doctype, file.with_suffix(".py"), id=doctype["name"])


def texts(file: Path) -> set[str]:
	"""The texts in what is assigned to _BY_THE_APP, or in the whole file if it is assigned elsewhere."""
	tree = ast.parse(file.read_text())
	assigned = [
		node.value
		for node in ast.walk(tree)
		if isinstance(node, ast.Assign)
		and any(getattr(each, "id", "") == "_BY_THE_APP" for each in node.targets)
	]
	return {
		each.value
		for place in assigned or [tree]
		for each in ast.walk(place)
		if isinstance(each, ast.Constant) and isinstance(each.value, str)
	}


@pytest.mark.parametrize(("doctype", "controller"), writable())
def test_fields_that_the_app_writes_keep_their_values(doctype, controller):
	written = {
		df["fieldname"]
		for df in doctype["fields"]
		if df.get("read_only") and not df.get("fetch_from") and df["fieldtype"] not in _NO_VALUE
	} - COMPUTED.get(doctype["name"], set())
	if not written:
		return
	assert written <= texts(ELSEWHERE.get(doctype["name"], controller))
	assert "written_by_app.keep_fields(self, *_BY_THE_APP)" in controller.read_text()


def test_methods_of_documents_take_the_stored_one():
	"""`run_doc_method` calls a whitelisted method on a document that the request sent: all that counts of it is its name."""
	found = []
	for file in sorted(APP.glob("*/doctype/*/*.py")):
		for method in ast.walk(ast.parse(file.read_text())):
			if (
				isinstance(method, ast.FunctionDef)
				and any("whitelist" in ast.unparse(each) for each in method.decorator_list)
				and method.args.args[:1]
				and method.args.args[0].arg == "self"
			):
				found.append((file, method))
	assert found
	for file, method in found:
		used = {
			each.attr
			for each in ast.walk(method)
			if isinstance(each, ast.Attribute) and getattr(each.value, "id", "") == "self"
		}
		assert used <= {"name", "doctype"}, f"{file.name}: {method.name}"
