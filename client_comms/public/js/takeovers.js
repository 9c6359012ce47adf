// Administrators see on every page of the desk which controls of this app another app disables, and what to do.
$(document).on("app_ready", () => {
	const shown = 3; // of what may be many after an upgrade; Health lists them all
	const takeovers = frappe.boot.client_comms_takeovers || [];
	if (!takeovers.length) return;
	const escape = frappe.utils.escape_html;
	const lines = takeovers
		.slice(0, shown)
		.map(([message, remedy]) => `<li>${escape(message)} <b>${escape(remedy)}</b></li>`);
	const more = takeovers.length - shown;
	const title = __(
		"Controls of Client Communications are disabled. Confidential records may be visible to users without clearance.",
	);
	const link = `<a href="#" class="alert-link">${more > 0 ? __("{0} more: open Health", [more]) : __("Open Health")}</a>`;
	const $banner = $(
		`<div class="client-comms-takeovers alert alert-danger m-0" role="alert"><b>${title}</b><ul class="mb-0">${lines.join("")}</ul>${link}</div>`,
	).prependTo("body > .main-section"); // version 16 would make a child of the body a column of its own
	$banner.on("click", "a", () => {
		frappe.set_route("client-comms-health");
		return false;
	});
});
