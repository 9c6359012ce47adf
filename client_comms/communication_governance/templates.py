"""Approved texts, for use by the rest of the app (D-3).

A Communication Template approves the text of an Email Template of Frappe. The text stays there, so that
all Frappe features that use it keep working; the approved text is identified by its fingerprint.
"""

import hashlib
import json
from collections.abc import Iterable

import frappe
from frappe import _
from frappe.utils import escape_html, get_datetime, getdate
from frappe.utils.jinja import get_jenv
from jinja2 import TemplateSyntaxError, meta

from client_comms import clock, transactions
from client_comms.enforcement import policy
from client_comms.filters import one_of
from client_comms.i18n import bold, words_of
from client_comms.rules import templates as rules
from client_comms.rules.messages import Message
from client_comms.rules.placeholders import in_words as words_of_placeholders
from client_comms.rules.templates import APPROVED, DRAFT, EXPIRED, SENT_BACK, Need, Template, fitting

TEMPLATE = "Communication Template"
INTERACTION = "Client Interaction"
# A placeholder of acknowledgements: when the responsible staff are back; empty if they are not away.
BACK_ON = "responsible_back_on"
EMAIL = "Email"
# The documents that an approved template can be about
DOCTYPES = (INTERACTION, "Issue", "Lead", "Opportunity")
_TEXT_FIELDS = ["name", "subject", "use_html", "response", "response_html"]


def offered(doctype: str, name: str, language: str | None = None) -> list[str]:
	"""The Email Templates that can be used for an email about a governed record, the best first.

	:param language: the preferred language; the site's comes next
	"""
	return [
		frappe.db.get_value(TEMPLATE, each.name, "email_template", cache=True)
		for each in fitting(approved(), need_of(doctype, name, EMAIL, language))
	]


def objection(email_template: str, doctype: str, name: str) -> Message | None:
	"""What keeps an Email Template from an email about a governed record, as far as an approval of it says so: None if there is none."""
	need = need_of(doctype, name, EMAIL, None)
	found = [rules.objections(each, need) for each in _templates({"email_template": email_template})]
	return next(iter(min(found, key=len, default=())), None)


def acknowledgement(interaction, language: str | None) -> str | None:
	"""The Communication Template that confirms receipt of an interaction (C-3); None if none fits."""
	candidates = approved(is_acknowledgement=1)
	need = need_of(interaction.doctype, interaction.name, interaction.channel, language)
	return next((each.name for each in fitting(candidates, need)), None)


def summary(interaction, language: str | None) -> str | None:
	"""The Communication Template for a summary that is sent by email (M-1); None if none fits."""
	need = need_of(interaction.doctype, interaction.name, EMAIL, language)
	return next((each.name for each in fitting(approved(is_summary=1), need)), None)


def need_of(doctype: str, name: str, channel: str, language: str | None) -> Need:
	"""What a record requires of a template; an unknown level counts as the strictest."""
	level = communication_type = None
	if doctype == INTERACTION:
		level, communication_type = frappe.db.get_value(
			doctype, name, ["confidentiality_level", "communication_type"]
		)
	else:
		level = frappe.db.get_value(doctype, name, "confidentiality_level")
	return Need(
		on=getdate(clock.now()),
		rank=policy.current().rank(level),
		communication_type=communication_type,
		channel=channel,
		fields=fields_of(doctype),
		languages=tuple(filter(None, (language, frappe.get_system_settings("language")))),
	)


def approved(**filters) -> list[Template]:
	"""The templates with the status Approved, as input for the rule, which checks whether the text is still
	the approved one."""
	return _templates({"status": APPROVED, **filters})


def _templates(filters: dict) -> list[Template]:
	docs = frappe.get_all(
		TEMPLATE,
		filters,
		[
			"name",
			"email_template",
			"language",
			"highest_level",
			"status",
			"valid_until",
			"approved_text_hash",
			"placeholders",
		],
		order_by="name asc",
	)
	if not docs:
		return []
	names = [doc.name for doc in docs]
	types = _rows("Communication Template Type", "communication_type", names)
	channels = _rows("Communication Template Channel", "channel", names)
	texts = {
		text.name: fingerprint(text)
		for text in frappe.get_all(
			"Email Template", {"name": ("in", {doc.email_template for doc in docs})}, _TEXT_FIELDS
		)
	}
	levels = policy.current()
	return [
		Template(
			name=doc.name,
			language=doc.language,
			highest_rank=levels.rank(doc.highest_level),
			status=doc.status,
			text_is_approved=texts.get(doc.email_template) == doc.approved_text_hash,
			valid_until=doc.valid_until,
			types=types.get(doc.name, frozenset()),
			channels=channels.get(doc.name, frozenset()),
			placeholders=frozenset((doc.placeholders or "").split()),
		)
		for doc in docs
	]


def _rows(doctype: str, field: str, parents: list[str]) -> dict[str, frozenset[str]]:
	rows: dict[str, set[str]] = {}
	for row in frappe.get_all(
		doctype, {"parent": ("in", parents), "parenttype": TEMPLATE}, ["parent", field], order_by="idx asc"
	):
		rows.setdefault(row.parent, set()).add(row[field])
	return {parent: frozenset(values) for parent, values in rows.items()}


def in_use() -> bool:
	"""Whether any template was ever approved: before that, no one can use one."""
	return bool(frappe.db.exists(TEMPLATE, {"version": (">", 0)}))


# --- the text --------------------------------------------------------------------------------------


def text_of(email_template) -> str:
	"""The body of an Email Template, from whichever of its two fields is used."""
	field = "response_html" if email_template.use_html else "response"
	return email_template.get(field) or ""


def fingerprint(email_template) -> str:
	"""A hash that changes with the subject and the body."""
	content = json.dumps([email_template.subject or "", text_of(email_template)])
	return hashlib.sha256(content.encode()).hexdigest()


def placeholders(email_template) -> frozenset[str]:
	"""The fields of the document that the text uses.

	:raises frappe.ValidationError: the text is not valid Jinja
	"""
	jenv = get_jenv()
	try:
		return frozenset().union(
			*(
				meta.find_undeclared_variables(jenv.parse(text))
				for text in (email_template.subject or "", text_of(email_template))
			)
		) - set(jenv.globals)
	except TemplateSyntaxError as error:
		frappe.throw(
			_("{0} cannot be read as a template: {1} (line {2}). Correct the Email Template.").format(
				bold(email_template.name), error.message, error.lineno
			),
			title=_("Invalid Template"),
		)


def fails(email_template) -> str | None:
	"""With which words the text ends in an error when it is filled with the values of an interaction; None if it can be filled, also if it
	asks for documents that the sample only names."""
	jenv, values, said = get_jenv(), _sample(), len(frappe.local.message_log)
	try:
		for text in (email_template.subject or "", text_of(email_template)):
			jenv.from_string(text).render(values)
	except frappe.DoesNotExistError:
		del frappe.local.message_log[said:]
	except Exception as error:  # whatever the text does
		del frappe.local.message_log[said:]
		return words_of(error)
	return None


def _sample() -> dict:
	"""Fields of an interaction whose every field has a value, as the desk passes them to a text."""
	now = str(clock.now())
	by_type = {"Check": 1, "Int": 1, "Float": 1.0, "Date": now[:10], "Datetime": now}
	labelled = frappe.get_meta(INTERACTION)
	fields = {field.fieldname: field.fieldtype for field in labelled.fields}
	values = {name: by_type.get(fields.get(name), name) for name in fields_of(INTERACTION)}
	doctypes = {field.fieldname: "Customer" for field in labelled.fields if field.options == "DocType"}
	rows = {field.fieldname: [frappe.new_doc(field.options)] for field in labelled.get_table_fields()}
	return {**values, **doctypes, "creation": now, "modified": now, "idx": 0, "docstatus": 0, **rows}


def in_words(text: str | None, as_html: bool = False) -> str:
	"""The text with the labels of an interaction's fields in place of its placeholders, for those who approve it."""
	known = fields_of(INTERACTION)
	labelled = frappe.get_meta(INTERACTION)

	def label(field: str) -> str | None:
		if field == BACK_ON:
			return _("Day on Which the Responsible Staff Are Back")
		return _(labelled.get_label(field)) if field in known else None

	def condition(named: str, passage: str) -> str:
		return _("[only if {0} is known: {1}]").format(named, passage.strip())

	def shown(field: str) -> str | None:
		named = label(field)
		return escape_html(named) if named and as_html else named

	return words_of_placeholders(text or "", shown, condition)


def fields_of(doctype: str) -> frozenset[str]:
	"""The fields of the DocType that can fill placeholders, and `BACK_ON` for an interaction."""
	doctype_meta = frappe.get_meta(doctype)
	return frozenset(
		[
			*doctype_meta.get_valid_columns(),
			*(field.fieldname for field in doctype_meta.get_table_fields()),
			*([BACK_ON] if doctype == INTERACTION else []),
		]
	)


def authors(email_template, since) -> set[str]:
	"""The users who wrote the text or changed it `since` its last approval (None: ever)."""
	return writers(email_template, changes_of([email_template.name])[email_template.name], since)


def writers(email_template, changes: Iterable, since) -> set[str]:
	"""`authors`, given the changes of the text; of the text, `owner` and `modified_by`."""
	return {
		email_template.modified_by,
		*([] if since else [email_template.owner]),
		*(row.owner for row in changes if not since or row.creation > get_datetime(since)),
	}


def changes_of(email_templates: Iterable[str]) -> dict[str, list]:
	"""Email Template → its changes, as rows of `owner` and `creation`; one query for all."""
	found = {name: [] for name in email_templates}
	for row in frappe.get_all(
		"Version",
		{"ref_doctype": "Email Template", "docname": one_of(found)},
		["docname", "owner", "creation"],
		order_by="creation asc",
	):
		found[row.docname].append(row)
	return found


# --- what ends an approval automatically --------------------------------------------------------------


def text_changed(email_template, method=None):
	"""An Email Template was saved: templates that approved its former text become drafts again (D-3), and so do those
	whose text was sent back."""
	lapsed = []
	before = email_template.get_doc_before_save()
	for name in frappe.get_all(
		TEMPLATE,
		{"email_template": email_template.name, "status": ("in", (APPROVED, SENT_BACK))},
		pluck="name",
		order_by="name asc",
	):
		doc = frappe.get_doc(TEMPLATE, name)
		was_approved = doc.status == APPROVED
		former = doc.approved_text_hash if was_approved else before and fingerprint(before)
		if former != fingerprint(email_template):
			doc.decide(DRAFT, "Text Changed")
			if was_approved:
				lapsed.append(doc.name)
	if lapsed:
		frappe.msgprint(
			_("The text approved by {0} has changed, so it is a draft again and waits for approval.").format(
				bold(", ".join(lapsed))
			),
			title=_("Approval Needed"),
			indicator="orange",
		)


def expire():
	"""Daily: mark expired templates. The rule refuses them anyway."""
	for name in frappe.get_all(
		TEMPLATE,
		{"status": APPROVED, "valid_until": ("<", getdate(clock.now()))},
		pluck="name",
		order_by="name asc",
	):
		with transactions.step("A template could not be marked as expired", TEMPLATE, name):
			frappe.get_doc(TEMPLATE, name).decide(EXPIRED, "Expired")
