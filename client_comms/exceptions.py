"""The app's exceptions; each is a ValidationError or PermissionError of Frappe."""

import frappe


class EventsAreAppendOnlyError(frappe.ValidationError):
	"""The history of an interaction cannot be written by hand."""


class LedgerIsAppendOnlyError(frappe.ValidationError):
	"""Entries of the compliance ledger cannot be written, changed or deleted by users."""


class StatusFollowsEventsError(frappe.ValidationError):
	"""The status can be set only by an action, not by hand."""


class MissingDetailsError(frappe.MandatoryError):
	"""A detail that clause D-2 requires is missing."""


class MissingDocumentationError(frappe.ValidationError):
	"""Documentation that the matrix requires is missing when closing (M-1)."""


class NotResponsibleError(frappe.ValidationError):
	"""The responsible staff member does not have the responsible party's role (M-1)."""


class NoMatrixInForceError(frappe.ValidationError):
	"""No submitted communication matrix is in force for the company at that time."""


class ActionNotPossibleError(frappe.ValidationError):
	"""The clocks do not allow this action now (C-3, C-4)."""


class BusyError(frappe.ValidationError, frappe.QueryDeadlockError):
	"""Someone else changes the same record at this moment. What the request wrote is undone, as after every deadlock."""


class ClearanceMissingError(frappe.PermissionError):
	"""The level requires a clearance that the user does not have (D-5)."""


class FourEyesError(frappe.PermissionError):
	"""The author of a text cannot approve it (D-3)."""


class OutgoingRefusedError(frappe.ValidationError):
	"""An enforced check refuses a message (C-2, D-3, P-1, P-3)."""


class WriteDownError(frappe.PermissionError):
	"""A text or attachment would open a more confidential record to the readers of a less confidential one (P-2)."""


class ReasonNeededError(frappe.ValidationError):
	"""A check warns: the message needs a reason, which is recorded (C-2, D-3, P-1, P-3)."""


class SiteDoesNotAnswerError(frappe.ValidationError):
	"""Nothing, or another site, answers at the address of this site."""


class ResultIsFixedError(frappe.ValidationError):
	"""The result of a leak check cannot be written, changed or deleted by hand (R-3)."""


class LinkNotValidError(frappe.PermissionError):
	"""A client's link is invalid, expired, used or revoked; the message does not say which (P-2)."""


class DuplicateClientError(frappe.ValidationError):
	"""A client with the same address or number already exists (D-4)."""


class NotVerifiedError(frappe.ValidationError):
	"""The verification method of a client's details is missing (D-4)."""


class RecordIsKeptError(frappe.ValidationError):
	"""The record cannot be deleted for now (P-2)."""


class LegalHoldError(RecordIsKeptError):
	"""A legal hold keeps the record: it cannot be deleted or erased (P-2)."""


class RestrictedError(frappe.ValidationError):
	"""The client has had the use of their data restricted: records can be read, but not changed (P-2)."""


class UnusableArrivalError(frappe.ValidationError):
	"""The adapter of another app returned something that cannot be logged (D-1)."""
