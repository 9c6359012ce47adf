from frappe.model.document import Document


class CommunicationChannel(Document):
	pass
