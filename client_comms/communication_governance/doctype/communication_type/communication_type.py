from frappe.model.document import Document


class CommunicationType(Document):
	pass
