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
