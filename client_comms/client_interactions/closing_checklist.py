"""What an interaction needs before it can be closed, each with whether it is there (C-3, C-4, D-2, M-1, F-3, P-1)."""

from collections.abc import Callable, Iterator

from frappe import _

from client_comms import clock, controls
from client_comms.client_interactions import evidence, feedback, generated_documents, log_details
from client_comms.exceptions import MissingDetailsError, MissingDocumentationError
from client_comms.i18n import plain
from client_comms.rules import response_clock

ACKNOWLEDGEMENT, ANSWER, DETAILS = "acknowledgement", "answer", "details"
DOCUMENTATION, FEEDBACK, CALLER = "documentation", "feedback", "caller"


def items(doc) -> list[dict]:
	"""`[{"item": "acknowledgement" | "answer" | "details" | "documentation" | "feedback" | "caller", "label", "done": bool, "enforced": bool,
	"message", "method", "kind"}, …]`; `method` and `kind` belong to documentation, and what is `enforced` is there before the
	interaction is closed. Empty once it is.
	"""
	if doc.status == response_clock.STATUS_CLOSED:
		return []
	return [*_answer(doc), *_details(doc), *_documentation(doc), *_feedback(doc), *_caller(doc)]


def close(doc) -> None:
	"""Close the interaction; the caller has checked write access. All that is missing is said at once.

	:raises ActionNotPossibleError: the client is still waiting for a reply
	:raises MissingDocumentationError: documentation is missing and the mode is Enforce
	:raises MissingDetailsError: details of a call or meeting, feedback details, or whom staff spoke to, are missing and the mode is Enforce
	"""
	doc.check_event(response_clock.CLOSED, clock.now())
	refusals = [
		*_refusal(log_details.require_complete, doc),
		*_refusal(doc.validate_documentation),
		*_refusal(doc.validate_caller),
		*_refusal(feedback.require_details, doc),
	]
	if refusals:
		raise type(refusals[0])("<br>".join(map(str, refusals)))
	doc.record(response_clock.CLOSED)


def _refusal(require: Callable, *args) -> Iterator[Exception]:
	"""What it refuses, if it does; its message is among those of the request."""
	try:
		require(*args)
	except (MissingDetailsError, MissingDocumentationError) as refusal:
		yield refusal


def _answer(doc) -> list[dict]:
	statuses = {doc.respond_status, doc.promise_status} - {response_clock.NOT_REQUIRED}
	if not statuses and doc.acknowledge_status != response_clock.NOT_REQUIRED:
		done = doc.acknowledge_status not in response_clock.UNMET
		return [
			{
				"item": ACKNOWLEDGEMENT,
				"label": _("The client knows that the inquiry arrived"),
				"done": done,
				"enforced": True,
			}
		]
	if not statuses:
		return []
	done = not statuses & set(response_clock.UNMET)
	return [{"item": ANSWER, "label": _("The client has the answer"), "done": done, "enforced": True}]


def _details(doc) -> list[dict]:
	missing = log_details.left_open(doc)
	if not missing:
		return []
	message = " ".join(plain(each) for each in missing)
	return [
		{
			"item": DETAILS,
			"label": _("Who it was and what was said"),
			"done": False,
			"enforced": controls.is_enforced("evidence_mode"),
			"message": message,
		}
	]


def _documentation(doc) -> list[dict]:
	missing = {each["method"]: each for each in evidence.remedies(doc)}
	outdated = generated_documents.outdated(doc)
	return [
		{
			"item": DOCUMENTATION,
			"label": _(method.name),
			"done": method.name not in missing,
			"enforced": controls.is_enforced("evidence_mode"),
			"message": missing.get(method.name, {}).get("message"),
			"method": method.name,
			"kind": method.evidence,
			"outdated": method.name in outdated,
		}
		for method in evidence.owed(doc)
	]


def _feedback(doc) -> list[dict]:
	missing = feedback.missing_details(doc)
	if not (missing or doc.is_feedback):
		return []
	return [
		{
			"item": FEEDBACK,
			"label": _("Details of the feedback"),
			"done": not missing,
			"enforced": controls.is_enforced("feedback_mode"),
		}
	]


def _caller(doc) -> list[dict]:
	found = doc.unstated_caller()
	if not (found or doc.caller_identity):
		return []
	return [
		{
			"item": CALLER,
			"label": _("Identity of the caller"),
			"done": not found,
			"enforced": bool(found and found.refused),
		}
	]
