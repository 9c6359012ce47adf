from frappe.model.document import Document


class SOPTraining(Document):
	pass
