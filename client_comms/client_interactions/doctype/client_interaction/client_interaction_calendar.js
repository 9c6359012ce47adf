// Deadlines follow from events, so nothing can be moved here: no event has a field "movable".
frappe.views.calendar["Client Interaction"] = {
	field_map: {
		id: "name",
		title: "title",
		start: "next_deadline",
		end: "next_deadline",
		editable: "movable",
		convertToUserTz: "movable",
	},
	options: {
		editable: false,
		selectable: false,
		displayEventEnd: false,
		defaultTimedEventDuration: "00:30:00",
	},
	get_events_method: "client_comms.api.calendar.get_events",
	get_css_class: ({ overdue, status }) => (overdue ? "danger" : status === "Open" ? "warning" : "default"),
};
