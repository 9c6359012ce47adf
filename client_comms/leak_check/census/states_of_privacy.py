"""States in which methods about clients' data do something: consents, links, requests, copies, restrictions, erasure."""

import frappe

from client_comms.client_privacy import links
from client_comms.enforcement import restrictions
from client_comms.leak_check.census.scene import INTERACTION
from client_comms.leak_check.census.state import (
	CLIENT,
	ELSE,
	HIDDEN,
	REASON,
	Of,
	Row,
	State,
	first,
	now,
	soon,
)
from client_comms.rules import contact_details, restriction

_TOKEN, _CODE = "leakbait token", "123456"

# A client who can be written to, whose identity is confirmed, and who has asked for something.
_CONTACT = (
	Row(
		"Dynamic Link",
		{
			"parenttype": "Contact",
			"parent": Of("Contact"),
			"parentfield": "links",
			"link_doctype": "Customer",
			"link_name": Of("Customer"),
			"confirmed_by": "Administrator",
			"confirmed_on": now,
		},
		added=True,
	),
	Row(
		"Contact Email",
		{
			"parenttype": "Contact",
			"parent": Of("Contact"),
			"parentfield": "email_ids",
			"email_id": "leakbait.client@example.com",
			"is_primary": 1,
			"confirmed_by": "Administrator",
			"confirmed_on": now,
		},
	),
)
_CHECKED = (
	*_CONTACT,
	Row(
		"Identity Verification",
		{**CLIENT, "method": "Document Seen", "result": "Confirmed", "verified_on": now},
		added=True,
	),
)


def _asking(right: str) -> tuple[Row, ...]:
	request = {**CLIENT, "right": right, "status": "Open", "received_on": now, "due_on": soon}
	return (*_CHECKED, Row("Data Subject Request", request))


def _copy(status: str) -> tuple[Row, ...]:
	return (
		*_asking("Access"),
		Row(
			"Data Package",
			{
				**CLIENT,
				"request": Of("Data Subject Request"),
				"right": "Access",
				"status": status,
				"made_by": ELSE,
				"made_on": now,
				"stored_as": lambda of: frappe.db.get_value("File", of("File"), "file_url").rpartition("/")[
					2
				],
			},
		),
		Row("Data Package Item", {"package": Of("Data Package"), **HIDDEN, "state": "Included"}),
	)


def _consent(event: str) -> tuple[Row, ...]:
	purpose = first("Consent Purpose", concerns_third_party=0)
	return (
		Row(
			"Client Consent",
			{
				**CLIENT,
				"purpose": purpose,
				"status": event,
				"collected_through": "Phone",
				"client_interaction": Of(INTERACTION),
			},
		),
		Row(
			"Consent Event",
			{
				"parenttype": "Client Consent",
				"parent": Of("Client Consent"),
				"parentfield": "events",
				"event": event,
				"at": "2020-01-01",
				"through": "Phone",
			},
		),
	)


def _link(kind: str) -> Row:
	return Row(
		"Client Access Link",
		{
			**CLIENT,
			"kind": kind,
			"state": "Open",
			"contact": Of("Contact"),
			"client_interaction": Of(INTERACTION),
			"sent_to": "leakbait.client@example.com",
			"expires_on": soon,
			"token_hash": lambda _of: links.hash_of(_TOKEN),
		},
	)


def _restrict(_of) -> None:
	restrictions.clear_cache()


def _restricted(status: str) -> State:
	return State(
		{"name": Of("Processing Restriction")},
		(
			*_CONTACT,
			Row(
				"Processing Restriction",
				{
					**CLIENT,
					"status": status,
					"ground": "Accuracy Contested",
					"reason": REASON,
					"restricted_on": now,
					"restricted_by": "Administrator",
				},
			),
		),
		_restrict,
	)


def _erasing(status: str) -> State:
	return State(
		{"name": Of("Erasure Run")},
		(
			Row(
				"Erasure Run",
				{"kind": "Retention", "status": status, "planned_by": ELSE, "planned_count": 1},
			),
			Row("Erasure Item", {"run": Of("Erasure Run"), "action": "Delete", "state": "Planned"}),
		),
	)


_PACKAGE = {"name": Of("Data Package")}
_REQUEST = {"name": Of("Data Subject Request")}
_CONSENT = {"name": Of("Client Consent"), "note": REASON}

# By the method's name after `client_comms.api.`
PRIVACY: dict[str, State] = {
	"client_data.confirm_details": State(
		{"contact": Of("Contact"), "verified_how": contact_details.WAYS[0]}, _CONTACT
	),
	"data_packages.discard_copy": State(_PACKAGE, _copy("Ready")),
	"data_packages.leave_out_of_copy": State(
		{**_PACKAGE, "items": [Of("Data Package Item")], "reason": REASON}, _copy("Ready")
	),
	"data_packages.make_copy": State({"request": Of("Data Subject Request")}, _copy("Discarded")),
	"data_packages.release_copy": State(_PACKAGE, _copy("Ready")),
	"data_packages.resume_copy": State(_PACKAGE, _copy("Collecting")),
	"data_rights.ask": State({"right": "Access", "token": _TOKEN}, (*_CONTACT, _link("Preferences"))),
	"data_rights.send_link": State({"address": "leakbait.client@example.com"}, _CONTACT),
	"portal.write": State({"interaction": Of(INTERACTION), "text": REASON}, _CONTACT),
	"privacy.check_identity_code": State(
		{"name": Of("Identity Verification"), "code": _CODE},
		(
			*_CONTACT,
			Row(
				"Identity Verification",
				{
					**CLIENT,
					"method": "One-Time Code by Email",
					"result": "Pending",
					"verified_on": now,
					"code_hash": lambda of: links.hash_of(f"{of('Identity Verification')}:{_CODE}"),
				},
			),
		),
	),
	"privacy.consent_receipt": State(_CONSENT, _consent("Given")),
	"privacy.give_consent": State({**_CONSENT, "client_interaction": Of(INTERACTION)}, _consent("Refused")),
	"privacy.refuse_consent": State(_CONSENT, _consent("Given")),
	"privacy.withdraw_consent": State(_CONSENT, _consent("Given")),
	"privacy.may_share": State({**CLIENT, "recipients": [ELSE]}),
	"privacy.send_identity_code": State({**CLIENT, "client_interaction": Of(INTERACTION)}, _CONTACT),
	"privacy.verify_identity": State(
		{**CLIENT, "client_interaction": Of(INTERACTION), "method": "Document Seen", "result": "Confirmed"}
	),
	"restrictions.allow": State(
		{
			**_restricted("Active").given,
			"user": Of("user"),
			"use": restriction.USES[0],
			"basis": restriction.BASES[0],
			"reason": REASON,
		},
		_restricted("Active").rows,
		_restrict,
	),
	"restrictions.announce": _restricted("Active"),
	"restrictions.ask": State(
		{"doctype": INTERACTION, "name": Of(INTERACTION), "reason": REASON},
		_restricted("Active").rows,
		_restrict,
	),
	"restrictions.lift": _restricted("Lifting Announced"),
	"restrictions.restrict": State(
		{
			"request": Of("Data Subject Request"),
			"ground": restriction.GROUNDS[0],
			"reason": REASON,
			"answer": REASON,
		},
		(*_asking("Restriction"), Row("Processing Restriction", {"status": "Lifted"})),
	),
	"retention.approve_run": _erasing("Planned"),
	"retention.discard_run": _erasing("Planned"),
	"retention.resume_run": _erasing("Approved"),
	"retention.release_hold": State({"name": Of("Legal Hold")}, (Row("Legal Hold", {"status": "Active"}),)),
	"satisfaction.rate": State({"token": _TOKEN, "rating": 1}, (*_CONTACT, _link("Rating"))),
	"self_service.invite_client": State(CLIENT, _CONTACT),
	"self_service.invite_clients": State({"clients": [CLIENT]}, _CONTACT),
	"self_service.request_consent": State(
		{
			**CLIENT,
			"client_interaction": Of(INTERACTION),
			"purpose": first("Consent Purpose", concerns_third_party=0),
		},
		_CONTACT,
	),
	"subject_requests.answer_request": State({**_REQUEST, "answer": REASON}, _asking("Access")),
	"subject_requests.confirm_request_identity": State(_REQUEST, _asking("Access")),
	"subject_requests.enter_request": State({**CLIENT, "right": "Access"}, _CONTACT),
	"subject_requests.extend_request": State({**_REQUEST, "months": 1, "reason": REASON}, _asking("Access")),
	"subject_requests.plan_erasure": State(_REQUEST, _asking("Erasure")),
}
