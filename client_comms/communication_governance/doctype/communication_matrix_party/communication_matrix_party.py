from frappe.model.document import Document


class CommunicationMatrixParty(Document):
	pass
