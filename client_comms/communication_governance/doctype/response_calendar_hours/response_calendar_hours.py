from frappe.model.document import Document


class ResponseCalendarHours(Document):
	pass
