from frappe.model.document import Document


class CommunicationMatrixRule(Document):
	pass
