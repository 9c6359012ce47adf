// Administrators see on every page of the desk which controls of this app another app disables, and what to do.
$(document).on("app_ready", () => {
	const takeovers = frappe.boot.client_comms_takeovers || [];
	if (!takeovers.length) return;
	const lines = takeovers.map(([message, remedy]) => {
		const escape = frappe.utils.escape_html;
		return `<li>${escape(message)} <b>${escape(remedy)}</b></li>`;
	});
	const title = __(
		"Another app disables controls of Client Communications. Confidential records may be visible to users without clearance.",
	);
	$("body").prepend(
		`<div class="client-comms-takeovers alert alert-danger m-0" role="alert"><b>${title}</b><ul class="mb-0">${lines.join("")}</ul></div>`,
	);
});
