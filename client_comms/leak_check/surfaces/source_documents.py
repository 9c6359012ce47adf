"""Messages and calls of other apps that are logged (docs/sources.md); without such an app there is nothing to show."""

from collections.abc import Callable

from client_comms.enforcement import source_doctypes
from client_comms.leak_check.surfaces.surface import all_planted, overridden, surface


def _each(name: str, *close: str):
	"""Register a look at a document, which is asked about one of every DocType."""

	def register(look: Callable):
		@surface(f"message of another app, {name}", *close, control=False)
		def asked(visitor, bait, planted):
			return any(
				bait.word in answer.text if hasattr(answer, "text") else answer
				for doctype in source_doctypes.active()
				if (answer := look(visitor, bait, planted, doctype))
			)

	return register


@_each("list")
def _list(visitor, bait, planted, doctype):
	return visitor.ask(
		"frappe.client.get_list",
		doctype=doctype,
		fields=["*"],
		filters={"name": all_planted(planted, doctype)},
	)


@_each("by its name")
def _by_name(visitor, bait, planted, doctype):
	return visitor.call("frappe.client.get", doctype=doctype, name=bait.names[doctype])


@_each("REST")
def _rest(visitor, bait, planted, doctype):
	return visitor.get(f"/api/resource/{doctype}/{bait.names[doctype]}")


@_each("form", overridden("frappe.desk.form.load.getdoc"))
def _form(visitor, bait, planted, doctype):
	return visitor.call("frappe.desk.form.load.getdoc", doctype=doctype, name=bait.names[doctype])


@_each("report view")
def _report(visitor, bait, planted, doctype):
	return visitor.ask(
		"frappe.desk.reportview.get",
		doctype=doctype,
		fields=["*"],
		filters=[[doctype, "name", *all_planted(planted, doctype)]],
	)


@_each("count by hidden text")
def _count(visitor, bait, planted, doctype):
	column = bait.columns[doctype]
	return visitor.call(
		"frappe.client.get_count", doctype=doctype, filters=[[doctype, column, "like", f"%{bait.word}%"]]
	).message


@_each("one value")
def _value(visitor, bait, planted, doctype):
	return visitor.call(
		"frappe.client.get_value",
		doctype=doctype,
		fieldname=bait.columns[doctype],
		filters={"name": bait.names[doctype]},
	)


@_each("link field search")
def _search(visitor, bait, planted, doctype):
	return bool(
		visitor.call(
			"frappe.desk.search.search_link",
			doctype=doctype,
			txt="",
			filters=[[doctype, "name", "=", bait.names[doctype]]],
			ignore_user_permissions=1,
		).message
	)


def _of_dependents(dependent: str, owner: tuple[str, str], column: str):
	@_each(f"its {dependent}")
	def _dependents(visitor, bait, planted, doctype):
		about = dict(zip(owner, (doctype, bait.names[doctype]), strict=True))
		return visitor.call("frappe.client.get_list", doctype=dependent, fields=[column], filters=about)


_of_dependents("Comment", ("reference_doctype", "reference_name"), "content")
_of_dependents("File", ("attached_to_doctype", "attached_to_name"), "file_name")
_of_dependents("Version", ("ref_doctype", "docname"), "data")
