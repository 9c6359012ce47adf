"""Changes of the policy before they act: simulated, proved to open nothing, compared, and exchanged as a file (M-1, T-4)."""

import frappe
from frappe import _

from client_comms import clock, validation
from client_comms.policy_changes import changes, comparison, exchange, new_access, results, runs
from client_comms.roles import require_configuring_or_auditing

_RECENT = 10
_FIELDS = (
	"name",
	"kind",
	"reference_doctype",
	"reference_name",
	"since",
	"open_only",
	"status",
	"started_by",
	"started_on",
	"finished_on",
	"total",
	"done",
	"failed",
	"error",
)


@frappe.whitelist(methods=["POST"])
def simulate_change(
	doctype: str,
	name: str | None = None,
	draft: dict | str | None = None,
	since: str | None = None,
	open_only: bool = False,
) -> str:
	"""Simulate a Communication Matrix (a version or a draft), or a Confidentiality Level as it is in a form, on the
	interactions that exist. Many interactions are simulated in the background.

	:param draft: the document as in the form (or JSON), for a level that is not saved yet
	:param since: only interactions that occurred on or after this day
	:param open_only: only interactions that are not closed: those that activating a version can reclassify
	:returns: the name of the Policy Change Run, for `policy_change`
	:raises frappe.PermissionError: the caller is neither Compliance Officer nor Client Communications Manager
	:raises frappe.DoesNotExistError: there is no document of that name
	"""
	require_configuring_or_auditing()
	draft = validation.require_object(_("Document"), draft) if draft else None
	name = name or (draft or {}).get("level_name")
	return runs.simulate(
		doctype, name, draft, since=clock.parse_day(since) if since else None, open_only=open_only
	)


@frappe.whitelist()
def policy_change(run: str | None = None) -> dict:
	"""A simulation or reclassification (by default none), with its progress and, once it has finished, its result.

	:returns: `{"run": {"name", "kind", "reference_doctype", "reference_name", "since", "open_only", "status",
	    "started_by", "started_on", "finished_on", "total", "done", "failed", "error", "result": what
	    `client_comms.policy_changes.results.of` returns, with "examples" of `{"name", "subject"}` in the rows of
	    its sections that the caller can read; or None} or None, "recent": [runs, without results]}`
	:raises frappe.PermissionError: the caller is neither Compliance Officer nor Client Communications Manager
	:raises frappe.DoesNotExistError: the run does not exist
	"""
	require_configuring_or_auditing()
	recent = frappe.get_all(
		runs.RUN, fields=list(_FIELDS), order_by="creation desc, name desc", limit=_RECENT
	)
	if not run:
		return {"run": None, "recent": recent}
	doc = frappe.get_doc(runs.RUN, run)
	found = {**{field: doc.get(field) for field in _FIELDS}, "result": results.with_examples(doc)}
	return {"run": found, "recent": recent}


@frappe.whitelist()
def policy_change_examples(run: str, user: str, level: str, communication_type: str) -> list[dict]:
	"""Up to three interactions of a type at a level that `user` would gain or lose by the change of a run, and that the
	caller can read.

	:returns: `[{"name", "subject", "gains": bool}]`
	:raises frappe.PermissionError: the caller is neither Compliance Officer nor Client Communications Manager
	"""
	require_configuring_or_auditing()
	doc = frappe.get_doc(runs.RUN, run)
	draft = frappe.parse_json(doc.draft) if doc.draft else None
	change = changes.of_doc(doc.reference_doctype, doc.reference_name, draft, user=doc.started_by)
	return results.of_access(runs.scope(doc, change), change, user, level, communication_type)


@frappe.whitelist(methods=["POST"])
def cancel_policy_change(run: str) -> None:
	"""Stop a run after the chunk on which it is working; what it has already changed stays.

	:raises frappe.PermissionError: the caller is neither Compliance Officer nor Client Communications Manager
	:raises ActionNotPossibleError: it has ended
	"""
	require_configuring_or_auditing()
	runs.cancel(run)


@frappe.whitelist(methods=["POST"])
def continue_policy_change(run: str) -> None:
	"""Continue a run that was cancelled or failed, where it ended.

	:raises frappe.PermissionError: the caller is neither Compliance Officer nor Client Communications Manager
	:raises ActionNotPossibleError: it is running or has finished
	"""
	require_configuring_or_auditing()
	runs.resume(run)


@frappe.whitelist(methods=["POST"])
def retry_policy_change(run: str) -> None:
	"""Try those interactions again that a finished reclassification could not change.

	:raises frappe.PermissionError: the caller is neither Compliance Officer nor Client Communications Manager
	:raises ActionNotPossibleError: the run has not finished, has changed everything, or its version is no longer in force
	"""
	require_configuring_or_auditing()
	runs.retry(run)


@frappe.whitelist()
def check_new_access(matrix: str) -> dict:
	"""Whether a matrix version (or a draft) lets anyone reach anything that they cannot reach now. Not only the records
	that exist are considered: all combinations of roles, levels, types, ties to a record, training and actions are.

	:returns: `{"new_access": bool, "example": None or {"text": one sentence, "roles", "action", "communication_type",
	    "tie": "" | "participant" | "account-manager", "trained", "level_before", "level_after", "matrix_before",
	    "matrix_after", "before": {"rule", "reasons"}, "after": the same, "users": a few who have these roles}}`, the
	    example with the fewest roles and the loosest tie
	:raises frappe.PermissionError: the caller is neither Compliance Officer nor Client Communications Manager
	:raises frappe.DoesNotExistError: there is no version of that name
	"""
	require_configuring_or_auditing()
	return new_access.check(changes.of_doc(changes.MATRIX, matrix))


@frappe.whitelist()
def matrix_difference(matrix: str, other: str) -> list[dict]:
	"""What the version `other` has otherwise than the version `matrix`, in the words of the form.

	:returns: `[{"kind": "added" | "removed" | "changed", "section", "row", "field", "old", "new"}]`, all translated text
	:raises frappe.PermissionError: the caller cannot read the versions
	"""
	return comparison.of_versions(matrix, other)


@frappe.whitelist()
def export_policy() -> dict:
	"""The whole policy of the site for a JSON file: what decides about the procedure and holds on another site as well.

	:returns: see `client_comms.policy_changes.exchange.export`
	:raises frappe.PermissionError: the caller is neither Compliance Officer nor Client Communications Manager
	"""
	require_configuring_or_auditing()
	return exchange.export()


@frappe.whitelist(methods=["POST"])
def preview_policy(content: dict | str) -> dict:
	"""What importing a file would change, and what speaks against it; nothing is written.

	:param content: the file, as text or as an object
	:returns: see `client_comms.policy_changes.exchange.preview`
	:raises frappe.PermissionError: the caller is neither Compliance Officer nor Client Communications Manager
	:raises frappe.ValidationError: the file is not a policy
	"""
	require_configuring_or_auditing()
	return exchange.preview(content)


@frappe.whitelist(methods=["POST"])
def import_policy(content: dict | str) -> dict:
	"""Import a file, all of it or nothing, with the permissions of the caller. A matrix becomes a draft.

	:returns: what has changed, as `preview_policy`
	:raises frappe.PermissionError: the caller is neither Compliance Officer nor Client Communications Manager, or cannot
	    change one of the documents
	:raises frappe.ValidationError: something speaks against it
	"""
	require_configuring_or_auditing()
	return exchange.apply(content)
