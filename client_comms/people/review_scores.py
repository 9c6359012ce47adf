"""What the system judges of a record under review: its details, documentation, clocks and wording (R-2)."""

import frappe
from frappe import _

from client_comms.communication_governance import matrix, wording
from client_comms.rules import documentation, response_clock, review_scores


def row(doc, criterion) -> dict:
	"""The score of a review for one criterion; without a score if a person judges it."""
	judged = _JUDGES.get(criterion.judged_by)
	score, note = judged(doc, criterion.highest) if judged else (None, None)
	return {
		"criterion": criterion.criterion,
		"weight": criterion.weight,
		"highest": criterion.highest,
		"judged_by": criterion.judged_by,
		"guidance": criterion.guidance,
		"score": None if score is None else str(score),
		"not_applicable": int(judged is not None and score is None),
		"note": note,
	}


def _judge_details(doc, highest: int):
	"""The details that every log needs (D-2)."""
	details = {field: doc.get(field) for field in documentation.REQUIRED_DETAILS}
	missing = documentation.missing_details(details)
	whole = len(documentation.REQUIRED_DETAILS)
	note = _("Missing: {0} of {1} details.").format(len(missing), whole) if missing else None
	return review_scores.by_share(whole - len(missing), whole, highest), note


def _judge_documentation(doc, highest: int):
	"""The documentation that the matrix owes (M-1)."""
	owed = matrix.owed_documentation(doc.matrix, doc.communication_type, doc.channel)
	if not owed:
		return None, _("The matrix requires no documentation for this type.")
	missing = doc.missing_documentation()
	note = _("Missing: {0}.").format(", ".join(_(each.method) for each in missing)) if missing else None
	return review_scores.by_share(len(owed) - len(missing), len(owed), highest), note


def _judge_clocks(doc, highest: int):
	"""The deadlines that it had (C-3, C-4)."""
	statuses = (doc.acknowledge_status, doc.respond_status, doc.promise_status)
	judged = [
		status
		for status in statuses
		if status in (response_clock.MET, response_clock.MET_LATE, response_clock.BREACHED)
	]
	if not judged:
		return None, _("No deadline has been judged yet.")
	kept = judged.count(response_clock.MET)
	note = _("Deadlines met: {0} of {1}.").format(kept, len(judged)) if kept < len(judged) else None
	return review_scores.by_share(kept, len(judged), highest), note


def _judge_wording(doc, highest: int):
	"""The messages that went out (C-5)."""
	texts = frappe.get_all(
		"Communication",
		{
			"client_interaction": doc.name,
			"sent_or_received": "Sent",
			"communication_medium": "Email",
			"communication_type": "Communication",
		},
		pluck="content",
		order_by="creation asc",
		limit=20,
	)
	if not texts:
		return None, _("No message was sent.")
	faults = sum(len(wording.check(wording.plain(text))) for text in texts if text)
	note = _("Wording findings: {0}.").format(faults) if faults else None
	return review_scores.by_faults(faults, highest), note


_JUDGES = {
	"Details": _judge_details,
	"Documentation": _judge_documentation,
	"Clocks": _judge_clocks,
	"Wording": _judge_wording,
}
