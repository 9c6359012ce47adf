"""What clients are asked by email: for a consent, or to look at everything that is theirs; each with a link (P-3, C-1)."""

from collections.abc import Collection

import frappe
from frappe import _
from frappe.utils import cstr

from client_comms import clock, transactions
from client_comms.client_privacy import consents, links, receipts
from client_comms.client_privacy.doctype.client_consent.client_consent import REQUESTED, SECURE_LINK
from client_comms.client_privacy.doctype.consent_notice import consent_notice
from client_comms.clients import contacts as clients
from client_comms.clients import preferences, unsubscribed
from client_comms.exceptions import ActionNotPossibleError
from client_comms.i18n import bold, speaking
from client_comms.rules import consent as rules


def request_consent(
	party_type: str,
	party: str,
	purpose: str,
	*,
	third_party: str | None = None,
	contact: str | None = None,
	address: str | None = None,
	client_interaction: str | None = None,
	data_categories: Collection[str] = (),
	language: str | None = None,
) -> str:
	"""Ask the client for consent with a link sent to an address on file (P-3); returns the consent.

	Earlier decisions stay in force until the client answers. If they refused part of it, they are asked
	about everything that the refusal covered, so that agreeing has an effect.

	:param data_categories: empty for everything
	:param address: one of the client's own; by default the first on file that has not unsubscribed
	:raises ActionNotPossibleError: no address on file, or one that is not the client's
	"""
	address, owner = address_on_file(party_type, party, contact, address)
	language = language or preferences.language_to(party_type, party, contact or owner)
	request = rules.Request(purpose, third_party or None, contact or None, frozenset(data_categories))
	doc = consent_to_answer(party_type, party, request, client_interaction)
	notice = consent_notice.in_use(purpose, language)
	doc.record(REQUESTED, through=SECURE_LINK, notice=notice, note=address)
	links.revoke_of(doc.name)
	_link, url = links.make(
		links.CONSENT,
		party_type=party_type,
		party=party,
		contact=contact or owner,
		consent=doc.name,
		client_interaction=client_interaction,
		sent_to=address,
		language=language,
	)
	with speaking(language):
		send_link(
			address,
			url,
			_("We ask for your consent"),
			_("Please tell us whether you agree:"),
			doc,
			lines=receipts.asked(doc),
			logo=receipts.logo(doc),
		)
	return doc.name


def invite(party_type: str, party: str, contact: str | None = None, address: str | None = None) -> str:
	"""Send the client a link to their consents, preferences and details; returns the link's name."""
	address, owner = address_on_file(party_type, party, contact, address)
	language = preferences.language_to(party_type, party, contact or owner)
	name, url = links.make(
		links.PREFERENCES,
		party_type=party_type,
		party=party,
		contact=contact or owner,
		sent_to=address,
		language=language,
	)
	about = frappe._dict(doctype=links.LINK, name=name)
	with speaking(language):
		send_link(
			address, url, _("Your consents and preferences"), _("You can view and change them here:"), about
		)
	return name


def address_on_file(
	party_type: str, party: str, contact: str | None, address: str | None
) -> tuple[str, str | None]:
	"""The address to use, and its contact: links are sent only to the client, and what is for one contact to that contact alone.

	:param address: by default the first that has not unsubscribed from all emails
	:raises ActionNotPossibleError: there is none on file, it is not theirs, or it has unsubscribed from all emails
	"""
	if contact:
		clients.require_contact(party_type, party, contact)
	known = clients.on_file(party_type, party, contact)
	if not known:
		frappe.throw(
			_(
				"There is no confirmed email address on file for {0}. Add one to the contact, or use Confirm Details there."
			).format(bold(contact or clients.name_of(party_type, party))),
			exc=ActionNotPossibleError,
			title=_("No Address on File"),
		)
	address = cstr(address).strip().lower()
	if address and address not in known:
		frappe.throw(
			_(
				"{0} is not a confirmed address on file for {1}. Verify it, then add it to the client's contact, or use Confirm Details there."
			).format(bold(address), bold(clients.name_of(party_type, party))),
			exc=ActionNotPossibleError,
			title=_("Not the Client's Address"),
		)
	wanted = {address: known[address]} if address else known
	if not (usable := clients.usable(wanted)):
		unsubscribed.refuse(wanted, ActionNotPossibleError)
	return next(iter(usable.items()))


def consent_to_answer(
	party_type: str,
	party: str,
	request: rules.Request,
	client_interaction: str | None,
	through: str = SECURE_LINK,
):
	"""The consent that the client is asked for: the existing one with this scope, or a new one without a decision."""
	known = consents.of_client(party_type, party, request.purpose)
	request = rules.to_ask(known, request, clock.now())
	scope = (request.third_party, request.contact, request.data_categories)
	same = [each.name for each in known if (each.third_party, each.contact, each.data_categories) == scope]
	if same:
		return transactions.locked(consents.CONSENT, same[-1])
	doc = frappe.get_doc(
		{
			"doctype": consents.CONSENT,
			"party_type": party_type,
			"party": party,
			"contact": request.contact,
			"purpose": request.purpose,
			"third_party": request.third_party,
			"data_categories": [{"data_category": each} for each in sorted(request.data_categories)],
			"client_interaction": client_interaction,
			"collected_through": through,
		}
	)
	doc.flags.by_client = True
	doc.flags.by_the_app = True  # no decision yet
	doc.insert(ignore_permissions=True)
	return doc


def send_link(
	address: str,
	url: str,
	subject: str,
	line: str,
	about,
	*,
	lasts: bool = False,
	lines: Collection[tuple[str, str]] = (),
	logo: str | None = None,
) -> None:
	"""Email a client the link to a page, in the language that is spoken.

	:param about: has `doctype` and `name`
	:param lasts: it does not end with the first answer
	:param lines: label and value of what else the client is told
	:param logo: the address of an image
	"""
	frappe.sendmail(
		recipients=[address],
		subject=subject,
		template="client_link",
		args={"line": line, "url": url, "lasts": lasts, "lines": lines, "logo": logo},
		reference_doctype=about.doctype,
		reference_name=about.name,
		now=False,
	)
