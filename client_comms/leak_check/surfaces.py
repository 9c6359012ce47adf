"""Every way by which the content of a record can come back, as one small request each.

A surface is a function of a `Visitor`, a `Bait` and what was `Planted` around it. It returns the answer, in which
the secret word is looked for, or, where only a number or a change of the record gives it away, whether it did.
"""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

import frappe
from pypdf import PdfReader

from client_comms import compat
from client_comms.enforcement import documents
from client_comms.enforcement.requests import portal
from client_comms.leak_check.bait import (
	INTERACTION,
	PARTIES,
	Bait,
	Planted,
	remove_files,
	remove_made,
)
from client_comms.leak_check.visitor import Answer, Visitor
from client_comms.rules import access

ROWS = ("Interaction Action Item", "Interaction Evidence", "Interaction Event")
# Belongings with text of their own; shares, follows and views have none.
BELONGINGS = (
	"Access Log",
	"Activity Log",
	"Call Log",
	"Client Disclosure",
	"Comment",
	"Communication",
	"Document Share Key",
	"Email Queue",
	"Event",
	"File",
	"Milestone",
	"Tag Link",
	"ToDo",
	"Version",
)

BY_HOOK = "Another app answers has_permission or permission_query_conditions in place of client_comms, or Frappe's cache is old: bench clear-cache, then look at the hooks of the other apps."
BY_METHOD = "Another app overrides {method}: have its function call {ours}, or move client_comms behind it in the order of installed apps."
BY_CLASS = "Another app replaces the class of Report: have its class inherit from client_comms.enforcement.doctypes.report.GuardedReport."
BY_FILE = "Another app replaces the class of File: have its class inherit from client_comms.enforcement.doctypes.file.GuardedFile."
BY_TOOL = "Another app replaces the class of {doctype}: have its class inherit from {ours}."
BY_EVENT = "A document event of client_comms does not run: bench clear-cache; look for custom code that writes past Frappe's documents."


@dataclass(frozen=True)
class Surface:
	"""`action` is what the rule must allow for the word to come back; `close` is what to do when it comes unallowed."""

	name: str
	probe: Callable[[Visitor, Bait, Planted], Answer | bool]
	close: str
	action: str = access.READ
	# Whether it must open to Administrator: a surface that does not even then has not been looked at.
	control: bool = True

	def shows(self, visitor: Visitor, bait: Bait, planted: Planted) -> bool:
		"""Whether the record's content came back."""
		came = self.probe(visitor, bait, planted)
		frappe.db.commit()  # nosemgrep: what a probe put back stays so
		return bait.word in came.text if isinstance(came, Answer) else bool(came)


SURFACES: list[Surface] = []


def surface(name: str, close: str = BY_HOOK, action: str = access.READ, control: bool = True):
	def register(probe):
		SURFACES.append(Surface(name, probe, close, action, control))
		return probe

	return register


def overridden(method: str) -> str:
	"""How to close a surface that a wrapped method of Frappe or ERPNext holds."""
	ours = frappe.get_hooks("override_whitelisted_methods", app_name="client_comms").get(
		method, ["client_comms"]
	)
	return BY_METHOD.format(method=method, ours=ours[-1])


# --- the record ------------------------------------------------------------------------------------


@surface("form")
def form(visitor, bait, planted):
	return visitor.call("frappe.desk.form.load.getdoc", doctype=INTERACTION, name=bait.name)


@surface("comments, versions, files and to-dos of the form")
def docinfo(visitor, bait, planted):
	return visitor.call("frappe.desk.form.load.get_docinfo", doctype=INTERACTION, name=bait.name)


@surface("client.get")
def client_get(visitor, bait, planted):
	return visitor.call("frappe.client.get", doctype=INTERACTION, name=bait.name)


@surface("client.get by a filter on hidden text")
def client_get_by_text(visitor, bait, planted):
	return visitor.call("frappe.client.get", doctype=INTERACTION, filters=_about(bait)).ok


@surface("client.get_list")
def client_list(visitor, bait, planted):
	return visitor.call(
		"frappe.client.get_list",
		doctype=INTERACTION,
		fields=["subject", "summary"],
		filters={"name": bait.name},
	)


@surface("client.get_list of the rows through their parent")
def client_list_of_rows(visitor, bait, planted):
	return visitor.call(
		"frappe.client.get_list",
		doctype=INTERACTION,
		fields=["`tabInteraction Event`.note", "`tabInteraction Evidence`.note as evidence"],
		filters={"name": bait.name},
	)


@surface("client.get_value")
def client_value(visitor, bait, planted):
	return visitor.call(
		"frappe.client.get_value",
		doctype=INTERACTION,
		fieldname=["subject", "summary"],
		filters={"name": bait.name},
	)


@surface("client.validate_link")
def validate_link(visitor, bait, planted):
	return visitor.call(
		"frappe.client.validate_link", doctype=INTERACTION, docname=bait.name, fields=["subject", "summary"]
	)


@surface("existence by client.validate_link", overridden("frappe.client.validate_link"))
def link_exists(visitor, bait, planted):
	found = visitor.call("frappe.client.validate_link", doctype=INTERACTION, docname=bait.name).message
	return bool(found and found.get("name"))


@surface("client.get_count")
def client_count(visitor, bait, planted):
	return visitor.call("frappe.client.get_count", doctype=INTERACTION, filters=_about(bait)).message


@surface("REST v1")
def rest_1(visitor, bait, planted):
	return visitor.get(f"/api/resource/{INTERACTION}/{bait.name}")


@surface("REST v1 list")
def rest_1_list(visitor, bait, planted):
	return visitor.get(
		f"/api/resource/{INTERACTION}", fields=["subject", "summary"], filters={"name": bait.name}
	)


@surface("REST v2")
def rest_2(visitor, bait, planted):
	return visitor.get(f"/api/v2/document/{INTERACTION}/{bait.name}")


@surface("REST v2 list")
def rest_2_list(visitor, bait, planted):
	return visitor.get(
		f"/api/v2/document/{INTERACTION}", fields=["subject", "summary"], filters={"name": bait.name}
	)


@surface("REST v2 copy")
def rest_2_copy(visitor, bait, planted):
	return visitor.get(f"/api/v2/document/{INTERACTION}/{bait.name}/copy")


@surface("methods of the document")
def document_method(visitor, bait, planted):
	return visitor.call(
		"run_doc_method", dt=INTERACTION, dn=bait.name, method="add_comment", args={"text": "leakbait remark"}
	)


@surface("portal list")
def portal_list(visitor, bait, planted):
	return visitor.ask(
		"frappe.www.list.get", doctype=INTERACTION, party=planted.parties["Customer"], limit=100
	)


# --- lists, counts, charts -------------------------------------------------------------------------


@surface("report view")
def report_view(visitor, bait, planted):
	return visitor.call(
		"frappe.desk.reportview.get", doctype=INTERACTION, fields=["name", "subject"], filters=_about(bait)
	)


@surface("report view, count")
def report_count(visitor, bait, planted):
	return visitor.call(
		"frappe.desk.reportview.get_count",
		doctype=INTERACTION,
		filters=_about(bait),
		fields=[],
		distinct=False,
	).message


@surface("report view, export", action=access.EXPORT)
def report_export(visitor, bait, planted):
	return _shown_in_file(
		visitor.call(
			"frappe.desk.reportview.export_query",
			doctype=INTERACTION,
			title="x",
			fields=["name", "summary"],
			filters=_about(bait),
			file_format_type="CSV",
		),
		bait,
	)


# Frappe 16.0-dev fails here for everybody, as in the calendar.
@surface("tag statistics of the list", control=not compat.is_version_16())
def tag_statistics(visitor, bait, planted):
	counts = visitor.call(
		"frappe.desk.reportview.get_sidebar_stats",
		stats=["_user_tags"],
		doctype=INTERACTION,
		filters=_about(bait),
	)
	tags = ((counts.message or {}).get("stats") or {}).get("_user_tags") or []
	return any(count for tag, count in tags if tag.startswith("leakbait"))


@surface("group by in the list")
def group_by(visitor, bait, planted):
	return bool(
		visitor.call(
			"frappe.desk.listview.get_group_by_count",
			doctype=INTERACTION,
			current_filters=_about(bait),
			field="responsible_staff",
		).message
	)


@surface("group by assignee in the list", overridden("frappe.desk.listview.get_group_by_count"))
def group_by_assignee(visitor, bait, planted):
	return bool(
		visitor.call(
			"frappe.desk.listview.get_group_by_count",
			doctype=INTERACTION,
			current_filters=_about(bait),
			field="assigned_to",
		).message
	)


@surface(
	"numbers of workflow states",
	overridden("frappe.workflow.doctype.workflow.workflow.get_workflow_state_count"),
)
def workflow_states(visitor, bait, planted):
	return visitor.call(
		"frappe.workflow.doctype.workflow.workflow.get_workflow_state_count",
		doctype=INTERACTION,
		workflow_state_field="subject",
		states=[],
	)


@surface("numbers of connections", overridden("frappe.desk.notifications.get_open_count"))
def connections(visitor, bait, planted):
	found = visitor.call(
		"frappe.desk.notifications.get_open_count", doctype="Opportunity", name=f"{bait.name}-ABOUT"
	).message
	linked = (found or {"count": {}})["count"].get("external_links_found", ())
	return any(entry["count"] for entry in linked if entry["doctype"] == INTERACTION)


@surface("next record of the form", control=False)
def next_record(visitor, bait, planted):
	return bool(
		visitor.call(
			"frappe.desk.form.utils.get_next",
			doctype=INTERACTION,
			value=planted.baits[0].name,
			prev=0,
			sort_field="docstatus",
			sort_order="asc",
			filters=_about(bait),
		).message
		or visitor.call(
			"frappe.desk.form.utils.get_next",
			doctype=INTERACTION,
			value=planted.baits[-1].name,
			prev=1,
			sort_field="docstatus",
			sort_order="asc",
			filters=_about(bait),
		).message
	)


@surface("number card")
def number_card(visitor, bait, planted):
	card = {"document_type": INTERACTION, "function": "Count"}
	return visitor.call(
		"frappe.desk.doctype.number_card.number_card.get_result", doc=card, filters=_about(bait)
	).message


def _chart(bait, **fields):
	return {
		"document_type": INTERACTION,
		"based_on": "occurred_on",
		"timespan": "Last Year",
		"time_interval": "Yearly",
		"filters_json": frappe.as_json(_about(bait)),
		**fields,
	}


@surface("dashboard chart", overridden("frappe.desk.doctype.dashboard_chart.dashboard_chart.get"))
def chart(visitor, bait, planted):
	found = visitor.call(
		"frappe.desk.doctype.dashboard_chart.dashboard_chart.get",
		chart=_chart(bait, chart_type="Count", type="Line"),
		no_cache=1,
	).message
	return found and any(value for each in found["datasets"] for value in each["values"])


@surface("dashboard chart, grouped", overridden("frappe.desk.doctype.dashboard_chart.dashboard_chart.get"))
def grouped_chart(visitor, bait, planted):
	return visitor.call(
		"frappe.desk.doctype.dashboard_chart.dashboard_chart.get",
		chart=_chart(
			bait, chart_type="Group By", type="Bar", group_by_type="Count", group_by_based_on="subject"
		),
		no_cache=1,
	)


@surface("dashboard chart, heatmap", overridden("frappe.desk.doctype.dashboard_chart.dashboard_chart.get"))
def heatmap(visitor, bait, planted):
	found = visitor.call(
		"frappe.desk.doctype.dashboard_chart.dashboard_chart.get",
		chart=_chart(bait, chart_type="Count", type="Heatmap", heatmap_year=int(bait.day[:4])),
		no_cache=1,
	).message
	return bool(found and found["dataPoints"])


@surface("goal graph", overridden("frappe.utils.goal.get_monthly_goal_graph_data"))
def goal(visitor, bait, planted):
	found = visitor.call(
		"frappe.utils.goal.get_monthly_goal_graph_data",
		title="x",
		doctype="Customer",
		docname=planted.parties["Customer"],
		goal_value_field="default_commission_rate",
		goal_total_field="default_commission_rate",
		goal_history_field="customer_details",
		goal_doctype=INTERACTION,
		goal_doctype_link="party",
		goal_field="name",
		date_field="occurred_on",
		aggregation="count",
		filters={"summary": ("like", f"{bait.word}%")},
	).message
	return found and any(value for each in found["data"]["datasets"] for value in each["values"])


@surface(
	"kanban board, a guess at a column",
	overridden("frappe.desk.doctype.kanban_board.kanban_board.update_order"),
)
def kanban_guess(visitor, bait, planted):
	return visitor.call(
		"frappe.desk.doctype.kanban_board.kanban_board.update_order",
		board_name=bait.names["Kanban Board"],
		order={f"{bait.word} subject": [bait.name]},
	).ok


@surface("calendar", control=not compat.is_version_16())
def calendar(visitor, bait, planted):
	return visitor.call(
		"frappe.desk.calendar.get_events",
		doctype=INTERACTION,
		start="2000-01-01",
		end="2100-01-01",
		field_map={"start": "occurred_on", "end": "occurred_on", "title": "subject"},
		filters=[[INTERACTION, "name", "=", bait.name]],
	)


# --- search ----------------------------------------------------------------------------------------


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


@surface("global search", overridden("frappe.utils.global_search.search"))
def global_search(visitor, bait, planted):
	return visitor.call("frappe.utils.global_search.search", text=bait.word, limit=20)


@surface(
	"a wrapped method by another name",
	"Another app replaces before_request: bench clear-cache.",
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
	"Another app replaces before_request: bench clear-cache.",
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


# --- rows ------------------------------------------------------------------------------------------


def _rows(doctype):
	@surface(f"{doctype} by its name")
	def by_name(visitor, bait, planted):
		return visitor.call(
			"frappe.client.get", doctype=doctype, name=bait.names[doctype], parent=INTERACTION
		)

	@surface(f"{doctype}, REST")
	def by_rest(visitor, bait, planted):
		return visitor.get(f"/api/resource/{doctype}/{bait.names[doctype]}")

	@surface(f"{doctype}, list")
	def in_list(visitor, bait, planted):
		return visitor.call(
			"frappe.client.get_list",
			doctype=doctype,
			parent=INTERACTION,
			fields=["*"],
			filters={"parent": bait.name},
		)

	@surface(f"{doctype}, count")
	def counted(visitor, bait, planted):
		column = "description" if doctype == ROWS[0] else "note"
		return visitor.call(
			"frappe.desk.doctype.number_card.number_card.get_result",
			doc={"document_type": doctype, "parent_document_type": INTERACTION, "function": "Count"},
			filters=[[doctype, column, "like", f"%{bait.word}%"]],
		).message


for _doctype in ROWS:
	_rows(_doctype)


# --- timelines and what is linked ------------------------------------------------------------------


def _timeline(doctype):
	@surface(f"timeline of {doctype}", overridden("frappe.desk.form.load.getdoc"))
	def shown(visitor, bait, planted):
		return visitor.ask("frappe.desk.form.load.getdoc", doctype=doctype, name=planted.parties[doctype])

	@surface(f"more of the timeline of {doctype}", overridden("frappe.desk.form.load.get_communications"))
	def more(visitor, bait, planted):
		return visitor.ask(
			"frappe.desk.form.load.get_communications",
			doctype=doctype,
			name=planted.parties[doctype],
			limit=50,
		)


for _doctype in PARTIES:
	_timeline(_doctype)


@surface("reloaded timeline", overridden("frappe.desk.form.load.get_docinfo"))
def timeline_docinfo(visitor, bait, planted):
	return visitor.ask(
		"frappe.desk.form.load.get_docinfo", doctype="Contact", name=planted.parties["Contact"]
	)


@surface("documents linked with a contact")
def linked_with(visitor, bait, planted):
	linked = visitor.ask(
		"frappe.desk.form.linked_with.get", doctype="Contact", docname=planted.parties["Contact"]
	)
	return bait.name in linked.text


@surface("timeline links, list")
def communication_links(visitor, bait, planted):
	return bool(
		visitor.call(
			"frappe.client.get_list",
			doctype="Communication Link",
			parent="Communication",
			fields=["name", "link_name"],
			filters={"parent": bait.names["Communication"]},
		).message
	)


@surface("open activities", overridden("erpnext.crm.utils.get_open_activities"))
def open_activities(visitor, bait, planted):
	return visitor.call(
		"erpnext.crm.utils.get_open_activities", ref_doctype=INTERACTION, ref_docname=bait.name
	)


@surface(
	"open activities, the DocType spelled otherwise", overridden("erpnext.crm.utils.get_open_activities")
)
def other_spelling(visitor, bait, planted):
	return visitor.call(
		"erpnext.crm.utils.get_open_activities", ref_doctype=f"{INTERACTION.lower()} ", ref_docname=bait.name
	)


@surface("events of the calendar", overridden("frappe.desk.doctype.event.event.get_events"))
def event_calendar(visitor, bait, planted):
	day = str(frappe.utils.getdate())
	return visitor.ask("frappe.desk.doctype.event.event.get_events", start=day, end=day)


@surface("events among the activities of a contact", overridden("erpnext.crm.utils.get_open_activities"))
def activities_of_contact(visitor, bait, planted):
	return visitor.ask(
		"erpnext.crm.utils.get_open_activities",
		ref_doctype="Contact",
		ref_docname=planted.parties["Contact"],
	)


@surface("participants of an event, list")
def participants(visitor, bait, planted):
	return visitor.call(
		"frappe.client.get_list",
		doctype="Event Participants",
		parent="Event",
		fields=["email"],
		filters={"name": bait.names["Event Participants"]},
	)


def _row_in_list(doctype, parent):
	@surface(f"{doctype} of {parent}, list")
	def in_list(visitor, bait, planted):
		return visitor.call(
			"frappe.client.get_list",
			doctype=doctype,
			parent=parent,
			fields=["*"],
			filters={"name": bait.names[doctype]},
		)


_row_in_list("Dynamic Link", "Call Log")
_row_in_list("Email Queue Recipient", "Email Queue")


@surface("Consent Data Category of an interaction")
def data_category(visitor, bait, planted):
	row = frappe.get_doc({"doctype": "Consent Data Category", "data_category": f"{bait.word} category"})
	row.update({"parenttype": INTERACTION, "parent": bait.name, "parentfield": "data_categories"})
	row.db_insert()
	listed = visitor.call(
		"frappe.client.get_list",
		doctype=row.doctype,
		parent=INTERACTION,
		fields=["*"],
		filters={"name": row.name},
	)
	fetched = visitor.get(f"/api/resource/{row.doctype}/{row.name}")
	frappe.db.delete(row.doctype, {"name": row.name})
	return bait.word in listed.text or fetched


def _row_by_name(doctype, parent):
	@surface(f"{doctype} by its name", control=False)
	def by_name(visitor, bait, planted):
		return (
			visitor.call("frappe.client.get", doctype=doctype, name=bait.names[doctype], parent=parent).ok
			or visitor.get(f"/api/resource/{doctype}/{bait.names[doctype]}").ok
		)


_row_by_name("Communication Link", "Communication")
_row_by_name("Dynamic Link", "Call Log")
_row_by_name("Email Queue Recipient", "Email Queue")
_row_by_name("Event Participants", "Event")


def _linked_by_own(visitor, doctype, values):
	"""A document of the visitor's own that links to the hidden one."""
	made = visitor.call("frappe.client.insert", doc={"doctype": doctype, **values}).message
	return made and made["name"]


def _own_reply(visitor, bait):
	return _linked_by_own(
		visitor,
		"Communication",
		{
			"communication_type": "Communication",
			"communication_medium": "Event",  # neither logged nor held at the gate
			"subject": "leakbait reply",
			"content": "x",
			"in_reply_to": bait.names["Communication"],
		},
	)


@surface("linked documents in REST (expand_links)", BY_EVENT)
def expand_links(visitor, bait, planted):
	own = _own_reply(visitor, bait)
	return own and visitor.get(f"/api/resource/Communication/{own}", expand_links="true")


# Frappe 16.0-dev joins no table with itself: it answers with the message's own field.
@surface("fields of a linked message in a list (link.field)", BY_EVENT, control=not compat.is_version_16())
def link_field(visitor, bait, planted):
	own = _own_reply(visitor, bait)
	return own and visitor.call(
		"frappe.client.get_list",
		doctype="Communication",
		fields=["name", "in_reply_to.content as quoted"],
		filters={"name": own},
	)


def _appointment(name, ask):
	"""A document that the visitor may read, and that links to the hidden event."""

	@surface(
		f"fields of a linked document ({name})",
		"Another app replaces before_request: bench clear-cache.",
		control=False,
	)
	def linked_field(visitor, bait, planted):
		made = frappe.get_doc(
			{"doctype": "Appointment", "name": f"{bait.name}-MEET", "customer_name": "x"},
		)
		made.update({"calendar_event": bait.names["Event"], "scheduled_time": frappe.utils.now()})
		made.db_insert()
		answer = ask(visitor, made.name)
		frappe.db.delete("Appointment", {"name": made.name})
		return answer


_appointment(
	"link.field",
	lambda visitor, name: visitor.call(
		"frappe.client.get_list",
		doctype="Appointment",
		fields=["name", "calendar_event.subject as subject"],
		filters={"name": name},
	),
)
_appointment(
	"link.field, the dot as an escape of JSON",
	lambda visitor, name: visitor.call(
		"frappe.client.get_list",
		doctype="Appointment",
		fields=r'["name", "calendar_event\u002esubject as subject"]',
		filters={"name": name},
	),
)
_appointment(
	"link.field, in a calendar",
	lambda visitor, name: visitor.call(
		"frappe.desk.calendar.get_events",
		doctype="Appointment",
		start="2000-01-01",
		end="2100-01-01",
		field_map={"start": "scheduled_time", "end": "scheduled_time", "title": "calendar_event.subject"},
		filters=[["Appointment", "name", "=", name]],
	),
)


# --- Issue, Lead and Opportunity, where the settings govern them ---------------------------------------


def _document(doctype):
	def probe(name):
		def ask(look):
			@surface(f"{doctype} at a level, {name}", control=False)
			def asked(visitor, bait, planted):
				return documents.is_governed(doctype) and look(visitor, bait.names[doctype])

		return ask

	@probe("form")
	def _form(visitor, name):
		return visitor.call("frappe.desk.form.load.getdoc", doctype=doctype, name=name)

	@probe("list")
	def _list(visitor, name):
		return visitor.call("frappe.client.get_list", doctype=doctype, fields=["*"], filters={"name": name})

	@probe("REST")
	def _rest(visitor, name):
		return visitor.get(f"/api/resource/{doctype}/{name}")

	@probe("report view")
	def _report(visitor, name):
		return visitor.call(
			"frappe.desk.reportview.get",
			doctype=doctype,
			fields=["*"],
			filters=[[doctype, "name", "=", name]],
		)

	@probe("link field search")
	def _search(visitor, name):
		return bool(
			visitor.call(
				"frappe.desk.search.search_link",
				doctype=doctype,
				txt="",
				filters=[[doctype, "name", "=", name]],
				ignore_user_permissions=1,
			).message
		)


for _doctype in documents.SETTING:
	_document(_doctype)


@surface(
	"Lead at a level, its address",
	overridden("erpnext.crm.doctype.lead.lead.get_lead_details"),
	control=False,
)
def lead_details(visitor, bait, planted):
	return documents.is_governed("Lead") and visitor.call(
		"erpnext.crm.doctype.lead.lead.get_lead_details", lead=bait.names["Lead"]
	)


@surface(
	"Opportunity at a level, among those of a prospect",
	overridden("erpnext.crm.doctype.prospect.prospect.get_opportunities"),
	control=False,
)
def prospect_opportunities(visitor, bait, planted):
	found = visitor.ask(
		"erpnext.crm.doctype.prospect.prospect.get_opportunities", prospect=planted.parties["Prospect"]
	)
	return documents.is_governed("Opportunity") and bait.names["Opportunity"] in found.text


@surface(
	"Opportunity at a level, its items",
	overridden("erpnext.controllers.queries.get_filtered_child_rows"),
	control=False,
)
def opportunity_items(visitor, bait, planted):
	asked = {"doctype": "Opportunity Item", "txt": "", "filters": {"parent": bait.names["Opportunity"]}}
	method = "erpnext.controllers.queries.get_filtered_child_rows"
	answers = [
		visitor.call(method, searchfield="name", start=0, page_len=20, **asked),
		visitor.call("frappe.desk.search.search_link", query=method, **asked),
	]
	return documents.is_governed("Opportunity") and any(bait.word in each.text for each in answers)


@surface("Issue at a level, a message under it", control=False)
def message_of_issue(visitor, bait, planted):
	name = bait.names["Message of Issue"]
	answers = [
		visitor.call(
			"frappe.client.get_list",
			doctype="Communication",
			fields=["subject"],
			filters={"name": name},
		),
		visitor.get(f"/api/resource/Communication/{name}"),
	]
	return documents.is_governed("Issue") and any(bait.word in each.text for each in answers)


@surface("Lead at a level, its notes", control=False)
def lead_notes(visitor, bait, planted):
	found = visitor.call(
		"frappe.client.get_list",
		doctype="CRM Note",
		parent="Lead",
		fields=["note"],
		filters={"parent": bait.names["Lead"]},
	)
	return documents.is_governed("Lead") and found


@surface("Lead at a level, a note by its name", control=False)
def lead_note(visitor, bait, planted):
	found = visitor.call("frappe.client.get", doctype="CRM Note", name=bait.names["CRM Note"], parent="Lead")
	return documents.is_governed("Lead") and found


@surface(
	"Issue at a level, its status",
	overridden("erpnext.support.doctype.issue.issue.set_status"),
	action=access.WRITE,
	control=False,
)
def issue_status(visitor, bait, planted):
	if not documents.is_governed("Issue"):
		return False
	issue = bait.names["Issue"]
	visitor.call("erpnext.support.doctype.issue.issue.set_status", name=issue, status="On Hold")
	changed = frappe.db.get_value("Issue", issue, "status") == "On Hold"
	frappe.db.set_value("Issue", issue, "status", "Open", update_modified=False)
	return changed


# --- the customer portal: ERPNext lists the Issues of a contact's customer ------------------------------


def _portal(name, ask):
	@surface(f"portal, {name}", control=False)
	def shown(visitor, bait, planted):
		level = frappe.db.get_value("Issue", bait.names["Issue"], "confidentiality_level")
		if not documents.is_governed("Issue") or level in portal.open_levels():
			return False  # as ERPNext shows them
		return ask(visitor, bait)


_portal(
	"list of Issues", lambda visitor, bait: visitor.ask("frappe.www.list.get", doctype="Issue", limit=100)
)
_portal(
	"data of the list",
	lambda visitor, bait: visitor.ask("frappe.www.list.get_list_data", doctype="Issue", limit=100),
)
_portal("page of the DocType", lambda visitor, bait: visitor.get("/Issue"))
_portal("page of the list", lambda visitor, bait: visitor.get("/list", doctype="Issue"))
_portal(
	"search in the list",
	lambda visitor, bait: visitor.call(
		"frappe.www.list.get", doctype="Issue", name=bait.names["Issue"], limit=100
	),
)
_portal(
	"web form",
	lambda visitor, bait: visitor.call(
		"frappe.website.doctype.web_form.web_form.get_form_data",
		doctype="Issue",
		docname=bait.names["Issue"],
		web_form_name="issues",
	),
)
_portal(
	"print view",
	lambda visitor, bait: visitor.get("/printview", doctype="Issue", name=bait.names["Issue"]),
)


# --- belongings ------------------------------------------------------------------------------------


def _belonging(doctype):
	@surface(f"{doctype}, list")
	def in_list(visitor, bait, planted):
		return visitor.ask(
			"frappe.client.get_list", doctype=doctype, fields=["*"], filters={"name": _all(planted, doctype)}
		)

	@surface(f"{doctype} by its name")
	def by_name(visitor, bait, planted):
		return visitor.call("frappe.client.get", doctype=doctype, name=bait.names[doctype])

	@surface(f"{doctype}, REST")
	def by_rest(visitor, bait, planted):
		return visitor.get(f"/api/resource/{doctype}/{bait.names[doctype]}")

	@surface(f"{doctype}, form", overridden("frappe.desk.form.load.getdoc"))
	def in_form(visitor, bait, planted):
		return visitor.call("frappe.desk.form.load.getdoc", doctype=doctype, name=bait.names[doctype])

	@surface(f"{doctype}, report view")
	def reported(visitor, bait, planted):
		return visitor.ask(
			"frappe.desk.reportview.get",
			doctype=doctype,
			fields=["*"],
			filters=[[doctype, "name", *_all(planted, doctype)]],
		)

	@surface(f"{doctype}, count by hidden text")
	def counted(visitor, bait, planted):
		column = {
			"Access Log": "page",
			"Activity Log": "subject",
			"Call Log": "summary",
			"Client Disclosure": "description",
			"Communication": "subject",
			"Document Share Key": "key",
			"Email Queue": "message",
			"Event": "subject",
			"File": "file_name",
			"Milestone": "value",
			"Tag Link": "title",
			"ToDo": "description",
			"Version": "data",
		}.get(doctype, "content")
		return visitor.call(
			"frappe.client.get_count", doctype=doctype, filters=[[doctype, column, "like", f"%{bait.word}%"]]
		).message


for _doctype in BELONGINGS:
	_belonging(_doctype)


@surface("Email Queue, of a message that is filed elsewhere")
def email_of_message(visitor, bait, planted):
	name = bait.names["Email of Message"]
	listed = visitor.call(
		"frappe.client.get_list", doctype="Email Queue", fields=["message"], filters={"name": name}
	)
	return bait.word in listed.text or visitor.get(f"/api/resource/Email Queue/{name}")


@surface("Energy Point Log", control=False)
def energy_points(visitor, bait, planted):
	if "Energy Point Log" not in bait.names:
		return False
	return visitor.call(
		"frappe.desk.page.user_profile.user_profile.get_energy_points_list",
		start=0,
		limit=50,
		user="Administrator",
	)


def _deleted(doctype):
	@surface(f"deleted {doctype}")
	def deleted(visitor, bait, planted):
		name = bait.names[f"Deleted {doctype}"]
		answers = [
			visitor.call(
				"frappe.client.get_list", doctype="Deleted Document", fields=["data"], filters={"name": name}
			),
			visitor.call("frappe.client.get", doctype="Deleted Document", name=name),
		]
		return any(bait.word in each.text for each in answers)


for _doctype in (INTERACTION, "Communication", "Comment", "Interaction Evidence"):
	_deleted(_doctype)


@surface(
	"web form, a document of the user's own",
	BY_TOOL.format(doctype="Web Form", ours="client_comms.enforcement.doctypes.web_form.GuardedWebForm"),
)
def own_in_web_form(visitor, bait, planted):
	owner = frappe.db.get_value(INTERACTION, bait.name, "owner")
	frappe.db.set_value(INTERACTION, bait.name, "owner", visitor.user, update_modified=False)
	answer = visitor.call(
		"frappe.website.doctype.web_form.web_form.get_form_data",
		doctype=INTERACTION,
		docname=bait.name,
		web_form_name="issues",
	)
	frappe.db.set_value(INTERACTION, bait.name, "owner", owner, update_modified=False)
	return answer


@surface(
	"System Console",
	BY_TOOL.format(
		doctype="System Console", ours="client_comms.enforcement.doctypes.admin_tools.GuardedSystemConsole"
	),
)
def system_console(visitor, bait, planted):
	return visitor.call(
		"frappe.desk.doctype.system_console.system_console.execute_code",
		doc={
			"doctype": "System Console",
			"type": "SQL",
			"console": f"select summary from `tab{INTERACTION}` where name = '{bait.name}' /* leakbait */",
		},
	)


@surface("notifications of the desk", BY_EVENT)
def notifications(visitor, bait, planted):
	return visitor.ask(
		"frappe.desk.doctype.notification_log.notification_log.get_notification_logs", limit=50
	)


@surface("email digest of followed documents", BY_EVENT, control=False)
def follow_digest(visitor, bait, planted):
	# Sent by the scheduler, so there is no request to make.
	from frappe.desk.form.document_follow import get_message_for_user

	messages, _documents = get_message_for_user("Hourly", visitor.user)
	return bait.word in frappe.as_json(messages)


@surface("to-do report")
def todo_report(visitor, bait, planted):
	return visitor.ask(
		"frappe.desk.query_report.run", report_name="ToDo", filters={}, ignore_prepared_report=True
	)


# --- files -----------------------------------------------------------------------------------------


@surface("file by its address")
def file_address(visitor, bait, planted):
	return visitor.get(bait.file_url)


@surface("download of a file")
def file_download(visitor, bait, planted):
	return visitor.get("/api/method/download_file", file_url=bait.file_url)


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
	"""Whether the content came back by the address that the visitor's own File row carries."""
	opened = bool(own) and "content of" in visitor.get(bait.file_url).text
	remove_files({"file_url": bait.file_url, "name": ("!=", bait.names["File"])})
	frappe.db.delete("Comment", {"comment_type": "Attachment", "content": ("like", f"%{bait.word}%")})
	return opened


@surface("second file for the same address", BY_EVENT)
def file_alias(visitor, bait, planted):
	own = _linked_by_own(
		visitor, "File", {"file_url": bait.file_url, "file_name": "leakbait alias.txt", "is_private": 1}
	)
	return _opens(visitor, bait, own)


@surface("second file by a way around its address", BY_FILE)
def file_by_other_way(visitor, bait, planted):
	values = {"file_url": f"/files/../..{bait.file_url}", "file_name": "leakbait way.txt", "is_private": 1}
	made = visitor.call("frappe.client.insert", doc={"doctype": "File", **values}).message
	opened = (
		bool(made)
		and "content of" in visitor.get("/api/method/download_file", file_url=made["file_url"]).text
	)
	if made:  # it is a file of its own on the disk
		frappe.delete_doc("File", made["name"], force=True, ignore_permissions=True)
	return opened


@surface("upload with the address of a file", BY_EVENT)
def upload_alias(visitor, bait, planted):
	made = visitor.call("upload_file", file_url=bait.file_url, file_name="leakbait upload.txt", is_private=1)
	return _opens(visitor, bait, made.message)


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


@surface("file made public", BY_EVENT, control=False)
def public_file(visitor, bait, planted):
	visitor.call(
		"frappe.client.set_value", doctype="File", name=bait.names["File"], fieldname="is_private", value=0
	)
	return not frappe.db.get_value("File", bait.names["File"], "is_private")


# --- print, export, reports ------------------------------------------------------------------------


@surface("print view", action=access.PRINT)
def print_view(visitor, bait, planted):
	return visitor.get("/printview", doctype=INTERACTION, name=bait.name)


@surface("print preview", action=access.PRINT)
def print_preview(visitor, bait, planted):
	return visitor.call("frappe.www.printview.get_html_and_style", doc=INTERACTION, name=bait.name)


@surface("print view with the key of a link", BY_EVENT, action=access.PRINT)
def print_key(visitor, bait, planted):
	return visitor.get("/printview", doctype=INTERACTION, name=bait.name, key=f"{bait.word}key").ok and (
		f"{bait.word} s"
		in visitor.get("/printview", doctype=INTERACTION, name=bait.name, key=f"{bait.word}key").text
	)


@surface("print view of a message", action=access.PRINT)
def print_message(visitor, bait, planted):
	return visitor.get("/printview", doctype="Communication", name=bait.names["Communication"])


@surface("PDF", action=access.PRINT, control=False)
def pdf(visitor, bait, planted):
	answer = visitor.get(
		"/api/method/frappe.utils.print_format.download_pdf", doctype=INTERACTION, name=bait.name
	)
	return answer.ok and answer.body.startswith(b"%PDF")


@surface("PDF of several", action=access.PRINT, control=False)
def several_pdf(visitor, bait, planted):
	answer = visitor.get(
		"/api/method/frappe.utils.print_format.download_multi_pdf",
		doctype=INTERACTION,
		name=f'["{bait.name}"]',
	)
	# Documents that may not be printed are left out, and the file comes all the same.
	return answer.body.startswith(b"%PDF") and bool(PdfReader(BytesIO(answer.body)).pages)


@surface("PDF by WeasyPrint", action=access.PRINT, control=False)
def weasy_pdf(visitor, bait, planted):
	answer = visitor.get(
		"/api/method/frappe.utils.weasyprint.download_pdf",
		doctype=INTERACTION,
		name=bait.name,
		print_format="Standard",
	)
	return answer.ok and answer.body.startswith(b"%PDF")


@surface("data export", action=access.EXPORT)
def data_export(visitor, bait, planted):
	return _shown_in_file(
		visitor.call(
			"frappe.core.doctype.data_export.exporter.export_data",
			doctype=INTERACTION,
			parent_doctype=INTERACTION,
			with_data=1,
			template="true",
			all_doctypes="true",
			file_type="CSV",
			filters=[[INTERACTION, "name", "=", bait.name]],
			select_columns={INTERACTION: ["name", "summary"], "Interaction Event": ["note"]},
		),
		bait,
	)


@surface("template of a data import", action=access.EXPORT)
def import_template(visitor, bait, planted):
	return _shown_in_file(
		visitor.call(
			"frappe.core.doctype.data_import.data_import.download_template",
			doctype=INTERACTION,
			export_fields={INTERACTION: ["name", "summary"], "events": ["name", "note"]},
			export_records="by_filter",
			export_filters={"name": bait.name},
			file_type="CSV",
		),
		bait,
	)


@surface("report that somebody else prepared", overridden("frappe.desk.query_report.run"))
def prepared_report(visitor, bait, planted):
	return visitor.call(
		"frappe.desk.query_report.run",
		report_name=bait.names["Report"],
		filters={"prepared_report_name": bait.names["Prepared Report"]},
	)


@surface("download of a report that somebody else prepared")
def prepared_download(visitor, bait, planted):
	return visitor.call(
		"frappe.core.doctype.prepared_report.prepared_report.download_attachment",
		dn=bait.names["Prepared Report"],
	)


@surface("download of a copy of somebody else's data")
def data_copy(visitor, bait, planted):
	made = {"attached_to_name": bait.names["Personal Data Download Request"]}
	return visitor.get("/api/method/download_file", file_url=frappe.db.get_value("File", made, "file_url"))


@surface("request for a copy of somebody else's data", BY_EVENT, control=False)
def data_request(visitor, bait, planted):
	"""Who may make such requests in the desk gets what the other user may read as well."""
	if frappe.has_permission("Personal Data Download Request", "create", user=visitor.user):
		return False
	made = {"owner": visitor.user, "creation": (">=", frappe.utils.now())}
	visitor.call(
		"frappe.website.doctype.web_form.web_form.accept",
		web_form="request-data",
		data={"user": "Administrator"},
	)
	came = frappe.db.exists("Personal Data Download Request", made)
	frappe.db.delete("Personal Data Download Request", made)
	return bool(came)


@surface("report emailed in somebody else's name")
def auto_email_report(visitor, bait, planted):
	return _shown_in_file(
		visitor.call(
			"frappe.email.doctype.auto_email_report.auto_email_report.download",
			name=bait.names["Auto Email Report"],
		),
		bait,
	)


@surface(
	"preview of a Webhook",
	BY_TOOL.format(doctype="Webhook", ours="client_comms.enforcement.doctypes.webhook.GuardedWebhook"),
)
def webhook_preview(visitor, bait, planted):
	webhook = {
		"webhook_doctype": INTERACTION,
		"request_structure": "JSON",
		"webhook_json": '"{{ doc.summary }}"',
	}
	if compat.is_version_16():
		return _preview(visitor, "Webhook", webhook, "preview_request_body", preview_document=bait.name)
	return _preview(visitor, "Webhook", {**webhook, "preview_document": bait.name}, "generate_preview")


if compat.is_version_16():

	@surface(
		"preview of a Notification",
		BY_TOOL.format(doctype="Notification", ours="client_comms.outgoing.notification.GuardedNotification"),
	)
	def notification_preview(visitor, bait, planted):
		notification = {"document_type": INTERACTION, "message": "{{ doc.summary }}"}
		return _preview(visitor, "Notification", notification, "preview_message", preview_document=bait.name)


def _preview(visitor, doctype, values, method, **arguments):
	"""What a form that is not saved shows of a document."""
	return visitor.call(
		"run_doc_method",
		docs={"doctype": doctype, "name": f"new {doctype}", "__islocal": 1, **values},
		method=method,
		args=arguments,
	)


# --- reports of ERPNext and of this app ----------------------------------------------------------------


def _report(visitor, name, filters, ask=None):
	return (ask or visitor.call)(
		"frappe.desk.query_report.run", report_name=name, filters=filters, ignore_prepared_report=True
	)


def _rows_of(visitor, bait, planted, name) -> bool:
	"""Whether a report that counts has anything for the day of this record, which no other record has."""
	filters = {
		"party_type": "Customer",
		"party": planted.parties["Customer"],
		"from_date": bait.day,
		"to_date": bait.day,
	}
	found = _report(visitor, name, filters).message
	return bool(found and found.get("result"))


@surface("ERPNext's report that quotes messages (Prospects Engaged But Not Converted)", BY_CLASS)
def quoting_report(visitor, bait, planted):
	return _report(
		visitor,
		"Prospects Engaged But Not Converted",
		{"lead": planted.parties["Lead"], "no_of_interaction": 50},
		visitor.ask,
	)


@surface("Lead at a level, report Lead Details", BY_CLASS, control=False)
def lead_report(visitor, bait, planted):
	company, today = frappe.db.get_value("Company", {}), str(frappe.utils.getdate())
	found = _report(
		visitor, "Lead Details", {"company": company, "from_date": today, "to_date": today}, visitor.ask
	)
	return documents.is_governed("Lead") and found


@surface("report Owed Today")
def owed_report(visitor, bait, planted):
	return _report(visitor, "Owed Today", {}, visitor.ask)


@surface(
	"report Owed Today, export", overridden("frappe.desk.query_report.export_query"), action=access.EXPORT
)
def owed_export(visitor, bait, planted):
	return visitor.ask(
		"frappe.desk.query_report.export_query",
		report_name="Owed Today",
		filters={},
		file_format_type="CSV",
		visible_idx=[],
	)


@surface("report Team Board")
def team_board(visitor, bait, planted):
	return _report(
		visitor,
		"Team Board",
		{"party_type": "Customer", "party": planted.parties["Customer"]},
		visitor.ask,
	)


for _name in ("Response Compliance", "Interaction Ageing", "Late Logs"):
	surface(f"report {_name}, counts")(
		lambda visitor, bait, planted, name=_name: _rows_of(visitor, bait, planted, name)
	)


@surface("deadlines on the form of a document")
def deadlines_of_document(visitor, bait, planted):
	return visitor.call(
		"client_comms.api.open_interactions", doctype="Opportunity", name=f"{bait.name}-ABOUT"
	)


@surface("calendar of deadlines")
def deadline_calendar(visitor, bait, planted):
	return visitor.call(
		"client_comms.api.calendar.get_events",
		doctype=INTERACTION,
		start=str(frappe.utils.getdate()),
		end="2100-01-01",
		filters=[[INTERACTION, "name", "=", bait.name]],
	)


@surface("documentation that is owed")
def owed_documentation(visitor, bait, planted):
	return visitor.call("client_comms.api.owed_documentation", name=bait.name).ok


@surface("gate of what goes out")
def gate(visitor, bait, planted):
	return visitor.call(
		"client_comms.api.check_outgoing", doctype=INTERACTION, name=bait.name, recipients=["a@example.com"]
	).ok


# --- changes: what may be changed may be re-filed, and what is re-filed is read -----------------------


@surface("re-filing of a message", overridden("frappe.email.relink"))
def relink(visitor, bait, planted):
	message, target = bait.names["Communication"], planted.parties["Customer"]
	before = frappe.db.get_value(
		"Communication", message, ["reference_doctype", "reference_name", "status"], as_dict=True
	)
	visitor.call("frappe.email.relink", name=message, reference_doctype="Customer", reference_name=target)
	moved = frappe.db.get_value("Communication", message, "reference_name") == target
	frappe.db.set_value("Communication", message, before, update_modified=False)
	return moved


def _made_from_message(method, doctype):
	@surface(f"{doctype} made from a message", overridden(method))
	def made(visitor, bait, planted):
		message = bait.names["Communication"]
		before = frappe.db.get_value(
			"Communication", message, ["reference_doctype", "reference_name", "status"], as_dict=True
		)
		made = visitor.call(
			method,
			communication=message,
			company=frappe.db.get_value("Company", {}),
			ignore_communication_links=1,
		).message
		frappe.db.set_value("Communication", message, before, update_modified=False)
		remove_made(doctype, made)
		return bool(made)


_made_from_message("erpnext.support.doctype.issue.issue.make_issue_from_communication", "Issue")
_made_from_message("erpnext.crm.doctype.lead.lead.make_lead_from_communication", "Lead")
_made_from_message(
	"erpnext.crm.doctype.opportunity.opportunity.make_opportunity_from_communication",
	"Opportunity",
)


_OWNERS = ["attached_to_doctype", "reference_doctype"]


def _change(name, doctype, column, send, control=True):
	@surface(f"change by {name}", action=access.WRITE, control=control)
	def changed(visitor, bait, planted):
		target = bait.name if doctype == INTERACTION else bait.names[doctype]
		kept = [column, "modified", *(each for each in _OWNERS if frappe.get_meta(doctype).has_field(each))]
		before = frappe.db.get_value(doctype, target, kept, as_dict=True)
		send(visitor, doctype, target, bait)
		after = frappe.db.get_value(doctype, target, column)
		frappe.db.set_value(doctype, target, before, update_modified=False)
		return after != before[column]


_change(
	"client.set_value",
	INTERACTION,
	"summary",
	lambda visitor, doctype, name, bait: visitor.call(
		"frappe.client.set_value",
		doctype=doctype,
		name=name,
		fieldname="summary",
		value=f"{bait.word} changed",
	),
)
_change(
	"client.bulk_update",
	INTERACTION,
	"summary",
	lambda visitor, doctype, name, bait: visitor.call(
		"frappe.client.bulk_update",
		docs=[{"doctype": doctype, "docname": name, "summary": f"{bait.word} changed"}],
	),
)
_change(
	"REST",
	INTERACTION,
	"summary",
	lambda visitor, doctype, name, bait: visitor.request(
		"PUT", f"/api/resource/{doctype}/{name}", {"summary": f"{bait.word} changed"}
	),
)
_change(
	"making oneself responsible",
	INTERACTION,
	"responsible_staff",
	lambda visitor, doctype, name, bait: visitor.request(
		"PUT", f"/api/resource/{doctype}/{name}", {"responsible_staff": visitor.user}
	),
	control=False,
)
_change(
	"the edit of many in the list",
	INTERACTION,
	"summary",
	lambda visitor, doctype, name, bait: visitor.call(
		"frappe.desk.doctype.bulk_update.bulk_update.submit_cancel_or_update_docs",
		doctype=doctype,
		docnames=[name],
		action="update",
		data={"summary": f"{bait.word} changed"},
	),
)
for _doctype in ROWS[1:]:
	_change(
		f"a row of {_doctype} by its name",
		_doctype,
		"note",
		lambda visitor, doctype, name, bait: visitor.call(
			"frappe.client.set_value",
			doctype=doctype,
			name=name,
			fieldname="note",
			value=f"{bait.word} changed",
		),
		control=False,
	)
_change(
	"a message's interaction",
	"Communication",
	"client_interaction",
	lambda visitor, doctype, name, bait: visitor.call(
		"frappe.client.set_value", doctype=doctype, name=name, fieldname="client_interaction", value=""
	),
	control=False,  # kept for everybody
)
_change(
	"a message's level",
	"Communication",
	"confidentiality_level",
	lambda visitor, doctype, name, bait: visitor.call(
		"frappe.client.set_value", doctype=doctype, name=name, fieldname="confidentiality_level", value=""
	),
	control=False,  # kept for everybody
)
_change(
	"a file's owner document",
	"File",
	"attached_to_name",
	lambda visitor, doctype, name, bait: visitor.call(
		"frappe.client.set_value",
		doctype=doctype,
		name=name,
		fieldname={"attached_to_doctype": "User", "attached_to_name": visitor.user},
	),
)
_change(
	"a comment's owner document",
	"Comment",
	"reference_name",
	lambda visitor, doctype, name, bait: visitor.call(
		"frappe.client.set_value",
		doctype=doctype,
		name=name,
		fieldname={"reference_doctype": "User", "reference_name": visitor.user},
	),
)


@surface("change of an Issue's level", action=access.WRITE, control=False)
def issue_level(visitor, bait, planted):
	if not documents.is_governed("Issue"):
		return False
	issue = bait.names["Issue"]
	before = frappe.db.get_value("Issue", issue, "confidentiality_level")
	visitor.call(
		"client_comms.api.change_level",
		doctype="Issue",
		name=issue,
		level=planted.baits[0].label,
		reason="leakbait",
	)
	changed = frappe.db.get_value("Issue", issue, "confidentiality_level") != before
	frappe.db.set_value("Issue", issue, "confidentiality_level", before, update_modified=False)
	return changed


@surface("acknowledgement", action=access.WRITE)
def acknowledgement(visitor, bait, planted):
	"""What the clock refuses has passed the question whether the record may be written."""
	answer = visitor.call("client_comms.api.acknowledge", name=bait.name)
	return answer.ok or "ActionNotPossibleError" in answer.text


@surface("assignment to oneself", action=access.WRITE, control=False)
def assign_to_oneself(visitor, bait, planted):
	visitor.call(
		"frappe.desk.form.assign_to.add",
		doctype=INTERACTION,
		name=bait.name,
		assign_to=[visitor.user],
		description="leakbait assignment",
	)
	key = {"reference_type": INTERACTION, "reference_name": bait.name, "allocated_to": visitor.user}
	made = frappe.db.exists("ToDo", {**key, "description": ("like", "leakbait assignment%")})
	frappe.db.delete("ToDo", {**key, "description": ("like", "leakbait assignment%")})
	frappe.db.delete("Interaction Action Item", {"parent": bait.name, "assigned_to": visitor.user})
	frappe.db.delete("DocShare", {"share_name": bait.name})
	return bool(made)


@surface("share with oneself", action=access.SHARE)
def share_with_oneself(visitor, bait, planted):
	visitor.call("frappe.share.add", doctype=INTERACTION, name=bait.name, user=visitor.user)
	made = frappe.db.exists("DocShare", {"share_doctype": INTERACTION, "share_name": bait.name})
	frappe.db.delete("DocShare", {"share_name": bait.name})
	return bool(made)


@surface("liking", overridden("frappe.desk.like.toggle_like"))
def liking(visitor, bait, planted):
	visitor.call("frappe.desk.like.toggle_like", doctype=INTERACTION, name=bait.name, add="Yes")
	liked = {"comment_type": "Like", "reference_name": bait.name}
	made = frappe.db.exists("Comment", liked)
	frappe.db.delete("Comment", liked)
	frappe.db.set_value(INTERACTION, bait.name, "_liked_by", None, update_modified=False)
	return bool(made)


@surface("tagging", overridden("frappe.desk.doctype.tag.tag.add_tag"))
def tagging(visitor, bait, planted):
	visitor.call("frappe.desk.doctype.tag.tag.add_tag", tag="leakbait own", dt=INTERACTION, dn=bait.name)
	made = {"document_name": bait.name, "tag": "leakbait own"}
	tagged = frappe.db.exists("Tag Link", made)
	frappe.db.delete("Tag Link", made)
	frappe.db.set_value(INTERACTION, bait.name, "_user_tags", ",leakbait tag", update_modified=False)
	return bool(tagged)


@surface("comment that mentions")
def comment(visitor, bait, planted):
	"""Whoever may comment is told what was said."""
	return visitor.call(
		"frappe.desk.form.utils.add_comment",
		reference_doctype=INTERACTION,
		reference_name=bait.name,
		content="leakbait remark",
		comment_email=visitor.user,
		comment_by="x",
	).ok


def _all(planted: Planted, doctype: str) -> tuple:
	return "in", [each.names[doctype] for each in planted.baits]


def _about(bait: Bait) -> list:
	"""A question about hidden text whose answer is a number."""
	return [[INTERACTION, "summary", "like", f"{bait.word}%"]]


def _shown_in_file(answer: Answer, bait: Bait) -> bool:
	return answer.ok and bait.word in answer.text.replace(f"{bait.word}%", "")
