frappe.provide("client_comms");

// What a log would become, and what became of it, for the dialog and the form that log one.

/** What a log would become (`html` says it), for the dialog and the form that log one. */
client_comms.what_becomes = async (log) => {
	const asked = ["communication_type", "company", "party_type", "party", "contact", "responsible_staff"];
	const about = {};
	asked.push("direction", "occurred_on", "words", "reference_doctype", "reference_name");
	for (const field of asked) about[field] = log[field] || null;
	await frappe.model.with_doctype("Client Interaction");
	const found = await frappe.xcall("client_comms.api.simulate_log", about);
	const bold = (text) => `<b>${frappe.utils.escape_html(text)}</b>`;
	const lines = [];
	if (found.level) {
		lines.push(__("Level: {0}", [bold(__(found.level))]));
	} else {
		lines.push(
			__(
				"The communication matrix in force has no rule for this type. Choose another type, or ask a Client Communications Manager to add one.",
			),
		);
	}
	if (found.responsible_staff && found.responsible_staff !== frappe.session.user) {
		lines.push(__("{0} becomes responsible and is notified.", [bold(found.responsible_name)]));
	}
	const { acknowledge_by, respond_by } = found.words;
	if (acknowledge_by) lines.push(__("Acknowledge by {0}", [bold(acknowledge_by)]));
	if (respond_by) lines.push(__("Answer by {0}", [bold(respond_by)]));
	if (found.level && !found.may_read) {
		lines.push(__("After logging it, you will not be able to read it."));
	}
	const html = `<div class="text-muted small" role="status">${lines.map((line) => `<div>${line}</div>`).join("")}</div>`;
	return { ...found, html };
};

/** What became of a log; without a link for who may not read it. */
client_comms.tell_logged = ({ name, responsible_name, may_read }) => {
	const message = may_read
		? __("Logged as {0}", [frappe.utils.get_form_link("Client Interaction", name, true)])
		: __("Logged as {0}. {1} is now responsible and has been notified.", [
				name,
				`<b>${frappe.utils.escape_html(responsible_name)}</b>`,
			]);
	frappe.show_alert({ message, indicator: "green" }, may_read ? 7 : 15);
};
