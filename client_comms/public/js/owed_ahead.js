frappe.provide("client_comms");

// The block of the workspace is what the page shows last: its document, its script and its data are fetched one after the other.
// The data is asked for as soon as the workspace is on its way.
$(document).on("app_ready", () => {
	frappe.router.on("change", () => {
		const [view, name] = frappe.get_route();
		if (view !== "Workspaces" || name !== "Client Communications") return;
		if (client_comms.show_owed_today) return; // shown before, and newer data is asked for by the block
		client_comms.owed_ahead = frappe.xcall("client_comms.api.owed_today");
	});
});
