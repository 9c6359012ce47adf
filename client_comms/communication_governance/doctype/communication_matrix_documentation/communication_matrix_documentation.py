from frappe.model.document import Document


class CommunicationMatrixDocumentation(Document):
	pass
