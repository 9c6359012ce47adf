"""A summary of a conversation for the client: the email copy of what was discussed by phone or in person (D-3, M-1)."""

import frappe
from frappe import _
from frappe.utils import escape_html, get_fullname

from client_comms.clients import preferences
from client_comms.communication_governance import calendars, templates
from client_comms.i18n import day_in_words, speaking
from client_comms.intake import acknowledgement


def draft(doc) -> dict:
	"""The email to review and send, in the client's language.

	:returns: `{"subject", "content", "email_template", "recipient"}`; from the approved summary template that fits, otherwise
	    in plain words and without a template
	"""
	language = preferences.language_to(doc.party_type, doc.party, doc.contact)
	template = templates.summary(doc, language)
	if template:
		written = acknowledgement.written(template, doc)
	else:
		with speaking(language):
			written = {**_in_plain_words(doc), "email_template": None}
	return {**written, "recipient": doc.client_email()}


def _in_plain_words(doc) -> dict[str, str]:
	name = (doc.contact and frappe.db.get_value("Contact", doc.contact, "full_name")) or doc.party_name
	when = day_in_words(calendars.local_time(doc.company, doc.occurred_on))
	lines = [escape_html(line) for line in (doc.summary or "").splitlines() if line.strip()]
	paragraphs = [
		_("Dear {0},").format(escape_html(name)) if name else _("Dear Sir or Madam,"),
		_("Thank you for talking to us on {0}. This is a summary of what we discussed:").format(when),
		"<br>".join(lines),
		_("If anything is missing or wrong, please reply to this email."),
		f"{_('Kind regards')}<br>{escape_html(get_fullname(frappe.session.user))}",
	]
	return {
		"subject": _("Summary: {0}").format(doc.subject),
		"content": "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs),
	}
