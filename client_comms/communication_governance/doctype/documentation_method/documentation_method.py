from frappe.model.document import Document


class DocumentationMethod(Document):
	pass
