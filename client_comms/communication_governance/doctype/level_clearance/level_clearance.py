from frappe.model.document import Document


class LevelClearance(Document):
	pass
