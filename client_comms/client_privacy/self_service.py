"""Self-service for clients through a link or in the portal (P-3, C-1, D-4): view, give and withdraw
consents, choose how they want to be contacted, and confirm their details.

Viewing changes nothing: email programs open links to scan
for threats, so an answer always requires submitting the form.
"""

from collections import Counter
from collections.abc import Collection
from typing import NoReturn

import frappe
from frappe import _
from frappe.query_builder.functions import Count
from frappe.utils import cstr

from client_comms import alerts, clock, transactions
from client_comms.client_privacy import (
	answer_notices,
	client_data,
	consents,
	identity,
	invitations,
	links,
	receipts,
)
from client_comms.client_privacy.doctype.client_consent.client_consent import REQUESTED
from client_comms.client_privacy.doctype.consent_notice import consent_notice
from client_comms.client_privacy.page_visits import Visit
from client_comms.clients import contacts as clients
from client_comms.clients import parties, preferences
from client_comms.enforcement import policy
from client_comms.exceptions import ActionNotPossibleError
from client_comms.i18n import moment_in_words, speaking, speaking_to
from client_comms.people import absences
from client_comms.roles import COMPLIANCE_OFFICER, users_with_role
from client_comms.rules import consent as rules
from client_comms.rules import contact_details

_NOTE_LENGTH = 1000


def shown(visit: Visit) -> dict:
	"""Everything that the page shows: `consents`, for a link to one of them what is `around` it and the company's `logo`, otherwise also
	`offers`, `preference` and `details`."""
	page = {
		"client": clients.name_of(visit.party_type, visit.party),
		"consents": [_consent(name) for name in _own_consents(visit)],
		"narrow": bool(visit.consent),
	}
	if visit.consent:
		doc = frappe.get_doc(consents.CONSENT, visit.consent)
		page.update(around=receipts.around(doc), logo=receipts.logo(doc))
	else:
		page["offers"] = [_offer(visit, name) for name in _offered(visit)]
		page["preference"] = _preference(visit)
		page["details"] = _details(visit)
		page["channels"] = frappe.get_all("Communication Channel", pluck="name", order_by="name asc")
		page["languages"] = frappe.get_all(
			"Language", {"enabled": 1}, ["name", "language_name"], order_by="language_name asc"
		)
	return page


def submit(
	visit: Visit,
	answers: dict,
	preference: dict | None,
	confirmed: bool = False,
	changes: str | None = None,
	purposes: dict | None = None,
) -> list[dict]:
	"""Record all of the client's answers or none; returns the receipts of the consents that they gave.

	:param answers: consent → `Given`, `Refused` or `Withdrawn`; unchanged ones are omitted
	:param preference: `{"channels": [...], "never": [...], "language": str}`, or None
	:param confirmed: the client confirmed their details
	:param changes: corrections by the client; staff verify them before anything is changed (D-4)
	:param purposes: Consent Purpose → `Given` or `Refused`, of purposes about which they have not been asked yet
	"""
	own, offered, purposes = _own_consents(visit), _offered(visit), purposes or {}
	if not all(name in own and word in rules.WORDS for name, word in answers.items()):
		refuse()
	if not all(name in offered and word in (rules.GIVEN, rules.REFUSED) for name, word in purposes.items()):
		refuse()
	if preference is not None and not _is_preference(preference):
		refuse()
	answers = {**answers, **{_unasked(visit, purpose): answer for purpose, answer in purposes.items()}}
	answered = [_answer(visit, name, answer) for name, answer in answers.items()]
	for doc in answered:
		answer_notices.tell(doc, doc.events[-1].event)
	for doc in answered:
		if doc.status == rules.GIVEN:
			_answer_narrower(visit, doc, answers)
	if preference is not None and not visit.consent:
		preferences.set_by_client(visit.party_type, visit.party, visit.contact, preference)
	if visit.contact and not visit.consent:
		if confirmed:
			contact = frappe.get_doc("Contact", visit.contact)
			client_data.confirm(contact, contact_details.OWN_ENTRY)
			contact.save(ignore_permissions=True)
		if changes := cstr(changes).strip()[:_NOTE_LENGTH]:
			report_error(visit, changes)
	confirm_identity(visit)
	if visit.link:
		links.use(visit.link)
		for doc in answered:
			receipts.send(
				doc, address=visit.link.sent_to, language=visit.link.language, contact=visit.contact
			)
	return [receipts.of(doc) for doc in answered if doc.status == rules.GIVEN]


def refuse() -> NoReturn:
	"""Refuse an answer that is invalid or not theirs to give; the message, which clients read, does not say which.

	:raises ActionNotPossibleError: always
	"""
	frappe.throw(
		_("This cannot be done here. Open the link in our latest email, or contact us."),
		exc=ActionNotPossibleError,
		title=_("Not Possible"),
	)


def receipt(visit: Visit, consent: str) -> dict:
	"""The receipt of one of the client's own consents.

	:raises ActionNotPossibleError: it is not theirs, or they have never agreed
	"""
	if consent not in _own_consents(visit):
		refuse()
	return receipts.of(frappe.get_doc(consents.CONSENT, consent))


# --- parts ---------------------------------------------------------------------------------------


def _own_consents(visit: Visit) -> list[str]:
	"""The consents that can be viewed and answered in the visit: those of the party as a whole, and those of
	this contact."""
	if visit.consent:
		return [visit.consent]
	rows = frappe.get_all(
		consents.CONSENT,
		parties.filters_of(visit.party_type, visit.party),
		["name", "contact"],
		order_by="creation asc",
	)
	return [row.name for row in rows if not row.contact or row.contact == visit.contact]


def _offered(visit: Visit) -> list[str]:
	"""The purposes without third parties that a client can answer without being asked: those without an existing consent.

	The list of third parties is not disclosed to clients, so consents for third parties need a request.
	"""
	if visit.consent:
		return []
	asked = frappe.get_all(consents.CONSENT, {"name": ("in", [*_own_consents(visit), ""])}, pluck="purpose")
	return frappe.get_all(
		"Consent Purpose",
		{"concerns_third_party": 0, "name": ("not in", [*asked, ""])},
		pluck="name",
		order_by="name asc",
	)


def _offer(visit: Visit, purpose: str) -> dict:
	notice = consent_notice.in_use(purpose, visit.language)
	return {
		"purpose": purpose,
		"description": frappe.get_cached_value("Consent Purpose", purpose, "description"),
		"notice_text": notice and frappe.db.get_value("Consent Notice", notice, "notice_text"),
	}


def _unasked(visit: Visit, purpose: str) -> str:
	"""The consent for the answer of a client who was not asked, with the text that they were shown."""
	doc = invitations.consent_to_answer(
		visit.party_type, visit.party, rules.Request(purpose, contact=visit.contact), None, visit.through
	)
	doc.db_set("notice", consent_notice.in_use(purpose, visit.language))
	return doc.name


def _is_preference(wanted: dict) -> bool:
	"""Whether it contains existing channels and a language."""
	named = [wanted.get(key) or [] for key in ("channels", "never")]
	if not all(isinstance(each, list) for each in named):
		return False
	there_are = frappe.get_all("Communication Channel", pluck="name")
	language = wanted.get("language") or None
	return all(channel in there_are for each in named for channel in each) and (
		language is None or (isinstance(language, str) and bool(frappe.db.exists("Language", language)))
	)


def _consent(name: str) -> dict:
	doc = frappe.get_doc(consents.CONSENT, name)
	asked = [row.notice for row in doc.events if row.event == REQUESTED and row.notice]
	notice = asked[-1] if asked else doc.notice
	return {
		"name": doc.name,
		"purpose": doc.purpose,
		"description": frappe.get_cached_value("Consent Purpose", doc.purpose, "description"),
		"third_party": doc.third_party,
		"categories": [row.data_category for row in doc.data_categories],
		"notice_text": notice and frappe.db.get_value("Consent Notice", notice, "notice_text"),
		"status": consents.as_rule(doc).status(clock.now()),
		"valid_until": doc.valid_until and moment_in_words(doc.valid_until),
	}


def _answer(visit: Visit, name: str, answer: str):
	doc = transactions.locked(consents.CONSENT, name)
	doc.flags.by_client = True
	status = consents.as_rule(doc).status(clock.now())
	if answer == rules.WITHDRAWN and status != rules.GIVEN:
		answer = rules.REFUSED  # there is nothing to withdraw; the client means no
	asked = [row.notice for row in doc.events if row.event == REQUESTED and row.notice]
	doc.record(answer, through=visit.through, notice=asked[-1] if asked else None)
	return doc


def _answer_narrower(visit: Visit, given, answers: Collection[str]) -> None:
	"""Agreeing lifts the client's earlier refusal of part of it, unless they have just answered that part differently."""
	known = consents.of_client(visit.party_type, visit.party, given.purpose)
	for each in rules.answered_too(known, consents.as_rule(given), visit.contact, clock.now()):
		if each.name not in answers:
			narrower = transactions.locked(consents.CONSENT, each.name)
			with speaking(preferences.site_language()):
				note = _("Agreed to everything: {0}").format(given.name)
			narrower.flags.by_client = True
			narrower.record(rules.GIVEN, through=visit.through, note=note)


def confirm_identity(visit: Visit) -> None:
	"""A client who answers from the address on file, or after a login, has confirmed their identity (P-1)."""
	identity.confirm(
		visit.party_type,
		visit.party,
		visit.contact,
		identity.SECURE_LINK if visit.link else identity.PORTAL_LOGIN,
		visit.link and visit.link.client_interaction,
		_("Answered a link that was sent to {0}.").format(visit.link.sent_to) if visit.link else None,
	)


def _preference(visit: Visit) -> dict:
	doc = preferences.of(visit.party_type, visit.party, visit.contact)
	return {
		"channels": [row.channel for row in doc.channels] if doc else [],
		"never": [row.channel for row in doc.channels_not_to_use] if doc else [],
		"language": doc.language if doc else None,
	}


def _details(visit: Visit) -> dict | None:
	if not visit.contact:
		return None
	contact = frappe.get_doc("Contact", visit.contact)
	return {
		"name": contact.get_title() or contact.name,
		"emails": [row.email_id for row in contact.email_ids],
		"phones": [row.phone for row in contact.phone_nos],
	}


def report_error(visit: Visit, changes: str) -> None:
	"""The client reports an error: staff verify it before it is changed (D-4)."""
	contact = frappe.get_doc("Contact", visit.contact)
	with speaking(preferences.site_language()):
		contact.add_comment(
			"Comment",
			_("The client asks to correct this contact: {0}").format(frappe.utils.escape_html(changes)),
		)
	corrects = _corrects(contact, visit)

	def text() -> str:
		return _("The client asked to correct the details of {0}. Verify and correct them.").format(
			contact.name
		)

	with speaking_to(corrects) if corrects else speaking(preferences.site_language()):
		description = text()
	frappe.get_doc(
		{
			"doctype": "ToDo",
			"description": description,
			"reference_type": "Contact",
			"reference_name": contact.name,
			"allocated_to": corrects,
			"assigned_by": "Administrator",
		}
	).insert(ignore_permissions=True)
	if corrects:
		alerts.tell({corrects}, text, contact.doctype, contact.name)


def _corrects(contact, visit: Visit) -> str | None:
	"""Who corrects a contact: the client's account manager, otherwise a holder of the manager role, otherwise a Compliance Officer,
	as far as they can read it. Of several, one who can change it and is there, and who has least to do."""
	readers = answer_notices.first_readers(
		contact,
		{policy.account_manager(visit.party_type, visit.party)},
		alerts.managers() - {"Administrator"},
		users_with_role(COMPLIANCE_OFFICER) - {"Administrator"},
	)
	if len(readers) < 2:
		return next(iter(readers), None)
	away = absences.away(readers)
	todo = frappe.qb.DocType("ToDo")
	counted = frappe.qb.from_(todo).where(todo.allocated_to.isin(readers) & (todo.status == "Open"))
	to_do = Counter(dict(counted.groupby(todo.allocated_to).select(todo.allocated_to, Count("*")).run()))

	def comes_later(user: str) -> tuple:
		changes = frappe.has_permission(contact.doctype, "write", doc=contact, user=user)
		return not changes, user in away, to_do[user], user

	return min(readers, key=comes_later)
