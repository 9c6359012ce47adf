frappe.provide("client_comms");

// Logging from anywhere in the desk: a button, a key, a command of the search bar.
// On the form of a client, or of something about one, the dialog begins with that client.

/** DocType → of its form: what is known of the client, as fields of an interaction, and what the client is called. */
client_comms.clients_on_forms = {
	"Client Interaction": ({ doc: { party_type, party, contact, company, party_name } }) => ({
		values: { party_type, party, contact, company },
		title: party_name,
	}),
};

/** The client of the form that is shown, as the caller search has them; none on other pages, and while none is known. */
client_comms.client_on_screen = () => {
	const frm = frappe.get_route()[0] === "Form" && cur_frm;
	if (!frm || frm.is_new() || !client_comms.clients_on_forms[frm.doctype]) return null;
	const { values, title } = client_comms.clients_on_forms[frm.doctype](frm);
	const name = values.party || values.contact;
	if (!name) return null;
	const doctype = values.party ? values.party_type : "Contact";
	return { doctype, name, title: title || name, about: __(doctype), values };
};

$(document).on("app_ready", () => {
	if (!frappe.model.can_create("Client Interaction")) return;
	const label = __("Log Interaction");
	const log = () => client_comms.log_interaction({}, () => {}, client_comms.client_on_screen());
	const shortcut = "shift+ctrl+l";
	const hint = `${label} (${frappe.utils.is_mac() ? "⇧⌘L" : "Ctrl+Shift+L"})`;

	frappe.ui.keys.add_shortcut({
		shortcut,
		description: label,
		ignore_inputs: true,
		condition: () => !window.cur_dialog?.display,
		action: log,
	});
	frappe.search.utils.make_function_searchable(log, label);
	// In version 16 the sidebar holds what the bar at the top holds in 15; it is set up with every page.
	if (frappe.ui.Sidebar?.prototype.add_standard_items) {
		$(document).on("sidebar_setup", (_event, { sidebar }) => {
			if (sidebar.wrapper.find(".client-comms-log").length) return;
			sidebar.add_standard_items();
			sidebar.add_item(sidebar.$standard_items_sections, {
				label,
				icon: "phone",
				standard: true,
				type: "Button",
				class: "client-comms-log",
				onClick: log,
			});
			const $item = sidebar.wrapper.find(".client-comms-log").attr("title", hint);
			// Frappe draws a link that leads nowhere, which the keyboard does not reach.
			$item
				.find(".item-anchor")
				.attr({ role: "button", tabindex: 0, "aria-label": label })
				.on("keydown", (event) => {
					if (!["Enter", " "].includes(event.key)) return;
					event.preventDefault();
					log();
				});
		});
		return;
	}
	$(`<li class="nav-item client-comms-log">
		<button class="btn-reset nav-link text-muted" title="${hint}" aria-label="${label}">
			${frappe.utils.icon("call", "sm")}
		</button>
	</li>`)
		.prependTo($("header.navbar .navbar-collapse > .navbar-nav"))
		.on("click", "button", log);
});
