// One file serves several lists; Frappe runs it after the list's own script, and each list is wrapped once.
for (const doctype of client_comms.restriction.FORMS) {
	const settings = frappe.listview_settings[doctype] || (frappe.listview_settings[doctype] = {});
	if (settings.client_comms_restricted) continue;
	settings.client_comms_restricted = true;
	const refresh = settings.refresh;
	settings.refresh = function (listview) {
		refresh?.call(this, listview);
		client_comms.restriction.mark(listview);
	};
}
