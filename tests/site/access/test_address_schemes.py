"""Frappe has several addresses for one call: `cmd`, `/api/method`, `/api/v1/…` and `/api/v2/…`, and four for a method of a document. What is refused
by one is refused by all (D-5, P-2)."""

import json
from itertools import chain

import frappe
import pytest
from frappe.api import API_URL_MAP
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from client_comms import ledger
from client_comms.enforcement import audit, compose
from client_comms.enforcement.requests import called, methods_of_staff
from client_comms.leak_check.visitor import Visitor

pytestmark = pytest.mark.clause("D-5", "P-2")
INTERACTION = "Client Interaction"
SCHEMES = ("/", "/api/method/{}", "/api/v1/method/{}", "/api/v2/method/{}")


def addresses(method):
	"""The addresses of a method, with what is sent to each."""
	for scheme in SCHEMES:
		yield scheme.format(method), {} if "{}" in scheme else {"cmd": method}
	parts = method.split(".")
	if len(parts) > 3 and parts[-4:-3] == ["doctype"] and parts[-2] == parts[-3]:
		if doctype := by_module().get(".".join(parts[:-1])):
			yield f"/api/v2/method/{doctype}/{parts[-1]}", {}


def by_module():
	if "doctypes" not in _found:
		rows = frappe.get_all("DocType", {"custom": 0}, ["name", "module"])
		_found["doctypes"] = {
			frappe.modules.utils.get_module_name(row.name, row.module): row.name for row in rows
		}
	return _found["doctypes"]


_found: dict = {}


def ask(path, verb, sent):
	environ = EnvironBuilder(path, method=verb).get_environ()
	frappe.local.request = Request(environ)
	frappe.local.form_dict = frappe._dict(sent)
	frappe.local.response = frappe._dict(docs=[])
	return environ


def answer(path, verb, sent):
	"""As `frappe.app` does, after the hooks."""
	environ = ask(path, verb, sent)
	if sent.get("cmd"):
		return frappe.handler.handle()
	endpoint, arguments = API_URL_MAP.bind_to_environ(environ).match()
	return endpoint(**arguments)


def wrapped():
	"""Of this version → our wrapper."""
	for method, ours in sorted(compose.own("override_whitelisted_methods").items()):
		if called.resolved(method):
			yield method, frappe.get_attr(ours[-1])


def test_our_wrapper_answers_at_each_address(site, monkeypatch):
	"""So what a wrapper refuses, it refuses by each."""
	taken, missed, count = [], [], 0
	for method, wrapper in wrapped():
		verb = frappe.allowed_http_methods_for_whitelisted_func[wrapper][0]
		for path, sent in addresses(method):
			with monkeypatch.context() as patch:
				patch.setattr(frappe, "call", lambda function, *args, **kwargs: taken.append(function))
				taken.clear()
				answer(path, verb, sent)
			count += 1
			if taken != [wrapper]:
				missed.append((path, taken[:]))
	assert not missed
	assert count > 4 * 50 and any(" " in path for path, _sent in addresses(of_a_doctype()))


def of_a_doctype():
	return next(method for method, _wrapper in wrapped() if len([*addresses(method)]) > len(SCHEMES))


def of_staff():
	for method in sorted(
		{f"{each.__module__}.{each.__qualname__}" for each in frappe.whitelisted}, key=str.lower
	):
		if method.startswith("erpnext.") and called.resolved(method):
			yield method


def test_a_client_is_refused_methods_of_staff_at_each_address(make_user):
	client = make_user("Customer", user_type="Website User")
	frappe.set_user(client)
	refused, open_to_all = set(), set()
	for method in of_staff():
		outcomes = set()
		wrappers = compose.own("override_whitelisted_methods").get(
			method, ()
		)  # which have names of their own
		for path, sent in chain.from_iterable(map(addresses, (method, *wrappers))):
			ask(path, "POST", sent)
			try:
				methods_of_staff.refuse()
				outcomes.add(True)
			except frappe.PermissionError:
				outcomes.add(False)
		assert len(outcomes) == 1, method
		(open_to_all if outcomes.pop() else refused).add(method)
	assert len(refused) > 300 and len(open_to_all) > 5


WAYS = {
	"cmd": lambda doc, verb, args: (
		"/",
		{"cmd": "run_doc_method", "dt": doc.doctype, "dn": doc.name, "method": "add_comment", "args": args},
	),
	"method": lambda doc, verb, args: (
		"/api/method/run_doc_method",
		{"dt": doc.doctype, "dn": doc.name, "method": "add_comment", "args": args},
	),
	"method v1": lambda doc, verb, args: (
		"/api/v1/method/run_doc_method",
		{"dt": doc.doctype, "dn": doc.name, "method": "add_comment", "args": args},
	),
	"method v2": lambda doc, verb, args: (
		"/api/v2/method/run_doc_method",
		{
			"document": json.dumps(frappe.get_doc(doc.doctype, doc.name).as_dict(), default=str),
			"method": "add_comment",
			"kwargs": args,
		},
	),
	"resource": lambda doc, verb, args: (
		f"/api/resource/{doc.doctype}/{doc.name}",
		{"run_method": "add_comment", **args},
	),
	"resource v1": lambda doc, verb, args: (
		f"/api/v1/resource/{doc.doctype}/{doc.name}",
		{"run_method": "add_comment", **args},
	),
	"document v2": lambda doc, verb, args: (
		f"/api/v2/document/{doc.doctype}/{doc.name}/method/add_comment",
		args,
	),
}


@pytest.mark.committed
def test_a_method_of_a_hidden_document_at_each_address(staff, log):
	"""Also a remark that only Frappe makes, of users with clearance."""
	doc = log("Feedback/Complaint")
	frappe.db.commit()
	about = {"reference_doctype": doc.doctype, "reference_name": doc.name, "content": ("like", "%quince%")}
	found = {}
	for who, kind in (("uncleared", "Comment"), ("cleared", "Info"), ("cleared", "Comment")):
		with Visitor(staff[who]) as visitor:
			for way, asked in WAYS.items():
				path, sent = asked(doc, "POST", {"comment_type": kind, "text": "A quince"})
				status = visitor.request("POST", path, sent, as_json=True).status
				frappe.db.rollback()
				found[who, kind, way] = (status, frappe.db.count("Comment", about))
				frappe.db.delete("Comment", about)
				frappe.db.commit()
	for (who, kind, way), (status, count) in found.items():
		if who == "cleared" and kind == "Comment":
			assert (status, count) == (200, 1), (way, found)
		else:
			assert (status, count) == (403, 0), (who, kind, way, found)


@pytest.mark.committed
def test_a_hidden_document_itself_at_each_address(staff, log):
	doc = log("Feedback/Complaint")
	frappe.db.commit()
	paths = [
		*(f"/api/{scheme}/{INTERACTION}/{doc.name}" for scheme in ("resource", "v1/resource", "v2/document")),
		f"/api/v2/document/{INTERACTION}/{doc.name}/copy",
	]
	lists = [f"/api/{scheme}/{INTERACTION}" for scheme in ("resource", "v1/resource", "v2/document")]
	only = {"filters": json.dumps({"name": doc.name}), "fields": json.dumps(["name", "subject"])}
	changes = [("PUT", {"subject": "Mine"}), ("DELETE", {})]
	with Visitor(staff.uncleared) as visitor:
		for path in paths:
			assert doc.subject not in visitor.get(path).text
			assert visitor.get(path).status in (403, 404)
		for path in paths[:3]:
			for verb, sent in changes:
				assert visitor.request(verb, path, sent, as_json=True).status == 403
		assert [visitor.get(path, **only).data for path in lists] == [[], [], []]
		counted = visitor.get(f"/api/v2/doctype/{INTERACTION}/count", filters=only["filters"])
		assert counted.data == 0
	with Visitor(staff.cleared) as visitor:
		assert [visitor.get(path).status for path in paths[:3]] == [200, 200, 200]
		assert [len(visitor.get(path, **only).data) for path in lists] == [1, 1, 1]
		assert visitor.get(f"/api/v2/doctype/{INTERACTION}/count", filters=only["filters"]).data == 1
	assert frappe.db.get_value(INTERACTION, doc.name, "subject") == doc.subject


def test_an_export_is_on_the_ledger_at_each_address(make_user, log, as_user):
	doc = log("Feedback/Complaint")
	sent = {"doctype": INTERACTION, "export_records": "by_filter", "export_filters": {"name": doc.name}}
	method = "frappe.core.doctype.data_import.data_import.download_template"
	with as_user(make_user("Compliance Officer")):
		for path, named in addresses(method):
			ask(path, "GET", sent | named)
			(entry,) = audit._uses(frappe.local.request)
			assert (entry["action"], entry["reason"]) == (ledger.EXPORT, "Sensitive: 1"), path
