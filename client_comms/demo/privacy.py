"""What Nordlicht Solar had agreed with its clients before the first mail: consents, identity, preferences, a portal login."""

from datetime import date, datetime, time, timedelta

import frappe

from client_comms import clock, procedure
from client_comms.demo import mailbox, scenario
from client_comms.demo.scenario import Person
from client_comms.rules import consent as rules

SHARING, MARKETING = (purpose["purpose_name"] for purpose in procedure.CONSENT_PURPOSES)

TAX_ADVISER = "Steuerbüro Lorenzen"
INSURER = "Förde Versicherung"
# Name, category, where their emails come from.
THIRD_PARTIES = (
	(TAX_ADVISER, "Adviser", "lorenzen-steuer.example"),
	(INSURER, "Service Provider", "foerde-versicherung.example"),
)
# Customer, purpose, third party, what the client said, how, and how many days before the first mail; the last
# decision stands.
CONSENTS = (
	("Hansen Bau", SHARING, TAX_ADVISER, ((rules.GIVEN, "Letter", 120),)),
	("Hotel Förde", SHARING, INSURER, ((rules.REFUSED, "Phone", 40),)),
	("Praxis Dr. Falk", SHARING, INSURER, ((rules.GIVEN, "In Person", 200), (rules.WITHDRAWN, "Email", 12))),
	("Ada Lang", SHARING, INSURER, ((rules.GIVEN, "In Person", 900),)),  # expired
	("Hafenkooperative Kiel", MARKETING, None, ((rules.GIVEN, "Web Form", 60),)),
)
# Customer, how their identity was checked, the result.
IDENTITIES = (
	("Ada Lang", "Call-back to Number on File", "Confirmed"),
	("Mehmet Yilmaz", "Knowledge Question", "Failed"),
)
# Customer, preferred channels in order, channels not to use, language.
PREFERENCES = (
	("Hof Jansen", ("Phone", "Email"), (), "de"),
	("Atelier Dupont", ("Email",), ("Phone",), "fr"),
	("Hafenkooperative Kiel", ("Email", "Phone"), (), "en"),
	*(
		(name, ("Email", "Phone"), (), "de")
		for name in ("Ada Lang", "Bäckerei Lund", "Hansen Bau", "Hotel Förde")
	),
	*((name, ("Email",), (), "de") for name in ("Kirchengemeinde Thiel", "Müller Metall", "Waldschule Kiel")),
)
PORTAL_CUSTOMER = "Hansen Bau"
DAY = time(10)


def make(anchor: date, password: str) -> list[str]:
	"""Create what is missing; returns the portal users that were created, with this password."""
	first = mailbox.build(anchor)[0].at.date()
	for name, category, domains in THIRD_PARTIES:
		_make("Third Party", {"third_party_name": name}, {"category": category, "email_domains": domains})
	for customer, purpose, third_party, decisions in CONSENTS:
		make_consent(customer, purpose, third_party, decisions, first)
	for customer, method, result in IDENTITIES:
		_make(
			"Identity Verification",
			{"party_type": "Customer", "party": customer},
			{"contact": contact_of(customer), "method": method, "result": result},
		)
	for customer, channels, never, language in PREFERENCES:
		_make(
			"Communication Preference",
			{"party_type": "Customer", "party": customer},
			{
				"channels": [{"channel": each} for each in channels],
				"channels_not_to_use": [{"channel": each} for each in never],
				"language": language,
				"source": "Told by the Client",
				"confirmed_on": first - timedelta(days=30),
			},
		)
	return make_portal_user(PORTAL_CUSTOMER, password)


def client_of(customer: str) -> Person:
	return next(person for name, _type, person, _manager in scenario.CUSTOMERS if name == customer)


def contact_of(customer: str) -> str | None:
	link = {"parenttype": "Contact", "link_doctype": "Customer", "link_name": customer}
	return frappe.db.get_value("Dynamic Link", link, "parent", order_by="creation asc")


def make_consent(customer: str, purpose: str, third_party: str | None, decisions: tuple, first: date) -> None:
	found = {"party_type": "Customer", "party": customer, "purpose": purpose}
	if frappe.db.exists("Client Consent", found):
		return
	(word, through, days), *later = decisions
	doc = frappe.get_doc(
		{
			"doctype": "Client Consent",
			**found,
			"third_party": third_party,
			"contact": contact_of(customer),
			"collected_through": through,
			"status": word,
			"given_on": _before(first, days),
		}
	).insert(ignore_permissions=True)
	for word, through, days in later:
		doc.record(word, at=_before(first, days), through=through)


def make_portal_user(customer: str, password: str) -> list[str]:
	name, address = client_of(customer)
	if frappe.db.exists("User", address):
		return []
	first_name, last_name = name.split(" ", 1)
	user = frappe.get_doc(
		{
			"doctype": "User",
			"email": address,
			"first_name": first_name,
			"last_name": last_name,
			"user_type": "Website User",
			"send_welcome_email": 0,
			"roles": [{"role": "Customer"}],
		}
	)
	user.flags.no_welcome_mail = True
	user.flags.ignore_password_policy = True
	user.new_password = password
	user.insert(ignore_permissions=True)
	contact = frappe.get_doc("Contact", contact_of(customer))
	contact.user = address
	contact.save(ignore_permissions=True)
	return [address]


def approve_templates() -> None:
	"""As the person who configures the procedure does; texts that were withdrawn stay withdrawn."""
	for name in frappe.get_all(
		"Communication Template", {"status": "Draft"}, pluck="name", order_by="name asc"
	):
		frappe.get_doc("Communication Template", name).approve()


def _make(doctype: str, found: dict, fields: dict) -> None:
	if not frappe.db.exists(doctype, found):
		frappe.get_doc({"doctype": doctype, **found, **fields}).insert(ignore_permissions=True)


def _before(first: date, days: int) -> datetime:
	return clock.parse(datetime.combine(first - timedelta(days=days), DAY))
