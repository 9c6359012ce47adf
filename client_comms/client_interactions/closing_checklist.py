"""What an interaction needs before it can be closed, each with whether it is there (C-4, M-1, F-3, P-1)."""

from frappe import _

from client_comms import clock
from client_comms.client_interactions import evidence, feedback
from client_comms.rules import response_clock

ANSWER, DOCUMENTATION, FEEDBACK, CALLER = "answer", "documentation", "feedback", "caller"


def items(doc) -> list[dict]:
	"""`[{"item": "answer" | "documentation" | "feedback" | "caller", "label", "done": bool, "message", "method", "kind"}, …]`; `method` and
	`kind` belong to documentation. Empty once the interaction is closed.
	"""
	if doc.status == response_clock.STATUS_CLOSED:
		return []
	return [*_answer(doc), *_documentation(doc), *_feedback(doc), *_caller(doc)]


def close(doc) -> None:
	"""Close the interaction; the caller has checked write access.

	:raises ActionNotPossibleError: the client is still waiting for a reply
	:raises MissingDocumentationError: documentation is missing and the mode is Enforce
	:raises MissingDetailsError: feedback details, or whom staff spoke to, are missing and the mode is Enforce
	"""
	doc.check_event(response_clock.CLOSED, clock.now())
	doc.validate_documentation()
	doc.validate_caller()
	feedback.require_details(doc)
	doc.record(response_clock.CLOSED)


def _answer(doc) -> list[dict]:
	statuses = {doc.respond_status, doc.promise_status} - {response_clock.NOT_REQUIRED}
	if not statuses:
		return []
	done = not statuses & set(response_clock.UNMET)
	return [{"item": ANSWER, "label": _("The client has the answer"), "done": done}]


def _documentation(doc) -> list[dict]:
	missing = {each["method"]: each for each in evidence.remedies(doc)}
	return [
		{
			"item": DOCUMENTATION,
			"label": _(method.name),
			"done": method.name not in missing,
			"message": missing.get(method.name, {}).get("message"),
			"method": method.name,
			"kind": method.evidence,
		}
		for method in evidence.owed(doc)
	]


def _feedback(doc) -> list[dict]:
	missing = feedback.missing_details(doc)
	if not (missing or doc.is_feedback):
		return []
	return [{"item": FEEDBACK, "label": _("Details of the feedback"), "done": not missing}]


def _caller(doc) -> list[dict]:
	is_open = doc.is_caller_unstated()
	if not (is_open or doc.caller_identity):
		return []
	return [{"item": CALLER, "label": _("Identity of the caller"), "done": not is_open}]
