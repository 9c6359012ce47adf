"""The email about followed documents quotes changes and comments, and waits in the queue without naming any (P-2)."""

from collections import defaultdict
from email import policy
from email.message import EmailMessage
from email.parser import HeaderParser, Parser

import frappe
from frappe import _
from frappe.desk.form import document_follow

from client_comms.enforcement import dependents, governed, sharing
from client_comms.enforcement import policy as levels
from client_comms.enforcement.registry import OF_CLIENTS, OF_OFFICERS


def name_record(doc, method=None) -> None:
	"""`before_insert` of Email Queue: as confidential as the strictest of the records that the email quotes."""
	if not is_alone_about(doc, _("Document Follow Notification")):
		return
	names = defaultdict(set)
	for each in _quoted(doc):
		if each.ref_doctype in sharing.held():
			doctype, name = dependents.owner_of(each.ref_doctype, each.ref_docname)
			names[doctype].add(name)
	name_strictest(doc, names)


def name_strictest(doc, names: dict[str, set[str]]) -> None:
	"""Let a queued email be about the strictest of these records; without any, about a document for officers, or one about a client.

	:param names: of each DocType
	"""
	by_level = {
		(doctype, name): level
		for doctype, of_it in names.items()
		for name, level in governed.levels(doctype, of_it).items()
	}
	if by_level:
		strictest = max(sorted(by_level), key=lambda record: levels.current().rank(by_level[record]))
		doc.reference_doctype, doc.reference_name = strictest
	elif others := [
		(each, name) for each in (*OF_OFFICERS, *OF_CLIENTS) for name in sorted(names.get(each, ()))
	]:
		doc.reference_doctype, doc.reference_name = others[0]


def is_alone_about(doc, subject: str) -> bool:
	"""Whether a queued email with this subject goes to one recipient, and names no record."""
	if doc.reference_name or len(doc.recipients) != 1:
		return False
	return HeaderParser(policy=policy.default).parsestr(doc.message or "")["Subject"] == subject


def _quoted(doc) -> list:
	"""Of the documents that its recipient follows, those that the email names; another app's template may name none."""
	followed = document_follow.get_document_followed_by_user(doc.recipients[0].recipient)
	text = _text(Parser(EmailMessage, policy=policy.default).parsestr(doc.message))
	return [each for each in followed if frappe.utils.escape_html(each.ref_docname) in text] or followed


def _text(message: EmailMessage) -> str:
	return "\n".join(part.get_content() for part in message.walk() if part.get_content_maintype() == "text")
