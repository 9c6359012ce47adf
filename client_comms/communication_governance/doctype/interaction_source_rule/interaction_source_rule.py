from frappe.model.document import Document


class InteractionSourceRule(Document):
	pass
