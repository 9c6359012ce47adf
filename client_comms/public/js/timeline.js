// A confidential message or comment was added, changed or deleted: load the timeline of the open form again, for the server
// decides what this user sees of it.
$(document).on("app_ready", () =>
	frappe.realtime.on("client_comms_timeline_changed", ({ doctype, name }) => {
		if (cur_frm?.doctype === doctype && cur_frm.docname === name && !cur_frm.is_new()) {
			cur_frm.sidebar.reload_docinfo();
			if (cur_frm.conversation) client_comms.thread.reload(cur_frm);
		}
	}),
);
