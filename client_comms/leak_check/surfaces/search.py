"""Search in link fields and globally, and what link titles and tags reveal."""

from client_comms.leak_check.bait import INTERACTION, MARK
from client_comms.leak_check.surfaces.surface import BY_EVENT, overridden, surface


@surface("link field search", overridden("frappe.desk.search.search_link"))
def link_search(visitor, bait, planted):
	return bool(
		visitor.call(
			"frappe.desk.search.search_link",
			doctype=INTERACTION,
			txt=bait.name,
			ignore_user_permissions=1,
			page_length=5,
		).message
	)


@surface("link field search in hidden text", overridden("frappe.desk.search.search_widget"))
def search_widget(visitor, bait, planted):
	return visitor.call(
		"frappe.desk.search.search_widget",
		doctype=INTERACTION,
		txt="",
		filters=[[INTERACTION, "summary", "like", f"{bait.word}%"]],
		filter_fields=["summary"],
		as_dict=True,
		ignore_user_permissions=1,
		page_length=5,
	)


@surface("link field search in belongings", overridden("frappe.desk.search.search_widget"))
def search_belongings(visitor, bait, planted):
	found = [
		visitor.call(
			"frappe.desk.search.search_widget",
			doctype=doctype,
			txt="",
			filters=[[doctype, "name", "=", bait.names[doctype]]],
			filter_fields=[column],
			ignore_user_permissions=1,
		)
		for doctype, column in (("Communication", "subject"), ("File", "file_name"), ("ToDo", "description"))
	]
	return any(bait.word in each.text for each in found)


@surface("title of a link", overridden("frappe.desk.search.get_link_title"), control=False)
def link_title(visitor, bait, planted):
	return visitor.call(
		"frappe.desk.search.get_link_title", doctype="Communication", docname=bait.names["Communication"]
	)


@surface("titles that a contact of one's own stores", BY_EVENT, control=False)
def stored_titles(visitor, bait, planted):
	linked = {
		INTERACTION: bait.name,
		**{each: bait.names[each] for each in ("Communication", "ToDo", "File")},
	}
	rows = [{"link_doctype": doctype, "link_name": name} for doctype, name in linked.items()]
	own = {"doctype": "Contact", "first_name": f"{MARK} own", "links": rows}
	return visitor.call("frappe.client.insert", doc=own)


@surface("global search", overridden("frappe.utils.global_search.search"))
def global_search(visitor, bait, planted):
	return visitor.call("frappe.utils.global_search.search", text=bait.word, limit=20)


@surface(
	"a wrapped method by another name",
	"Another app replaces before_request: run bench clear-cache.",
	control=False,
)
def other_name(visitor, bait, planted):
	# ERPNext's search page imports Frappe's search; Frappe's tests, which every site has, import the rest.
	found = visitor.call("erpnext.templates.pages.search_help.search", text=bait.word, limit=20)
	return (
		bait.word in found.text.replace(f'"{bait.word}"', "")
		or bait.word
		in visitor.call(
			"frappe.tests.test_form_load.getdoc", doctype="Contact", name=planted.parties["Contact"]
		).text
	)


@surface(
	"a wrapped method by another name, beside the address or in a parameter",
	"Another app replaces before_request: run bench clear-cache.",
	control=False,
)
def carried_name(visitor, bait, planted):
	contact = {"doctype": "Contact", "name": planted.parties["Contact"]}
	form = "frappe.tests.test_form_load.getdoc"
	answers = [
		visitor.request("POST", "/api/method/ping", {"cmd": form, **contact}),
		visitor.call(
			"frappe.desk.treeview.get_all_nodes",
			doctype=contact["doctype"],
			parent=contact["name"],
			label="x",
			tree_method=form,
		),
		visitor.call(
			"upload_file",
			method="frappe.desk.query_report.export_query",
			report_name="Owed Today",
			filters={},
			file_format_type="CSV",
			visible_idx=[],
		),
	]
	return any(bait.word in each.text for each in answers)


@surface("documents of a tag")
def tagged(visitor, bait, planted):
	return visitor.ask("frappe.desk.doctype.tag.tag.get_documents_for_tag", tag="#leakbait tag")


@surface("names of tagged documents", overridden("frappe.desk.doctype.tag.tag.get_tagged_docs"))
def tagged_names(visitor, bait, planted):
	named = visitor.ask("frappe.desk.doctype.tag.tag.get_tagged_docs", doctype=INTERACTION, tag="%leakbait%")
	return bait.name in named.text


@surface("search for a caller")
def caller(visitor, bait, planted):
	return visitor.call("client_comms.api.find_caller", text=bait.name)
