"""What the app refuses with; every one is a ValidationError or PermissionError of Frappe."""

import frappe


class EventsAreAppendOnlyError(frappe.ValidationError):
	"""Somebody tried to write the history of an interaction by hand."""


class LedgerIsAppendOnlyError(frappe.ValidationError):
	"""Somebody tried to write, change or delete an entry of the compliance ledger."""


class StatusFollowsEventsError(frappe.ValidationError):
	"""Somebody tried to set the status by hand instead of by an action."""


class MissingDetailsError(frappe.MandatoryError):
	"""A detail that clause D-2 requires is missing."""


class MissingDocumentationError(frappe.ValidationError):
	"""Documentation that the matrix owes is missing at closing (M-1)."""


class NotResponsibleError(frappe.ValidationError):
	"""The responsible staff member does not hold the responsible party's role (M-1)."""


class NoMatrixInForceError(frappe.ValidationError):
	"""No submitted communication matrix is in force for the company at that moment."""


class ActionNotPossibleError(frappe.ValidationError):
	"""The clocks do not allow this action now (C-3, C-4)."""


class ClearanceMissingError(frappe.PermissionError):
	"""The level asks for a clearance that the user does not have (D-5)."""


class FourEyesError(frappe.PermissionError):
	"""Who wrote a text cannot approve it (D-3)."""


class OutgoingRefusedError(frappe.ValidationError):
	"""An enforced check holds back what was about to go out (C-2, D-3, P-1, P-3)."""


class ReasonNeededError(frappe.ValidationError):
	"""A check warns: what was about to go out needs a reason, which is recorded (C-2, D-3, P-1, P-3)."""


class SiteDoesNotAnswerError(frappe.ValidationError):
	"""What answers at the address of the site is not this site, or nothing does."""


class ResultIsFixedError(frappe.ValidationError):
	"""Somebody tried to write, change or delete the result of a leak check by hand (R-3)."""


class LinkNotValidError(frappe.PermissionError):
	"""A client's link is wrong, expired, used or revoked; which of these is not said (P-2)."""


class DuplicateClientError(frappe.ValidationError):
	"""A client with the same address or number is on record already (D-4)."""


class NotVerifiedError(frappe.ValidationError):
	"""Nobody said how a client's details were verified (D-4)."""
