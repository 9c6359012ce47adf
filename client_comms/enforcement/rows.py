"""Rows of governed documents, fetched by their own name: there Frappe asks about the DocType of their parent alone (D-5)."""

import frappe
from erpnext.crm.doctype.competitor_detail.competitor_detail import CompetitorDetail
from erpnext.crm.doctype.crm_note.crm_note import CRMNote
from erpnext.crm.doctype.opportunity_item.opportunity_item import OpportunityItem
from erpnext.crm.doctype.opportunity_lost_reason_detail.opportunity_lost_reason_detail import (
	OpportunityLostReasonDetail,
)
from frappe.core.doctype.communication_link.communication_link import CommunicationLink
from frappe.desk.doctype.event_participants.event_participants import EventParticipants

from client_comms.enforcement import governed, permissions


class HeldRow:
	"""Before the class of Frappe or ERPNext: the row asks the document that the database names as its parent."""

	def has_permission(self, permtype="read", *args, user=None, **kwargs) -> bool:
		named = self.name and not self.flags.ignore_permissions
		parent = named and frappe.db.get_value(self.doctype, self.name, ["parenttype", "parent"])
		if parent:
			decision = governed.decide(*parent, permissions.action_of(permtype), user or frappe.session.user)
			if decision is not None and not decision.allowed:
				return False
		return super().has_permission(permtype, *args, user=user, **kwargs)


class HeldCRMNote(HeldRow, CRMNote):
	pass


class HeldCommunicationLink(HeldRow, CommunicationLink):
	pass


class HeldCompetitorDetail(HeldRow, CompetitorDetail):
	pass


class HeldEventParticipants(HeldRow, EventParticipants):
	pass


class HeldOpportunityItem(HeldRow, OpportunityItem):
	pass


class HeldOpportunityLostReasonDetail(HeldRow, OpportunityLostReasonDetail):
	pass
