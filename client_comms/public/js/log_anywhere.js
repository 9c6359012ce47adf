// Logging from anywhere in the desk: a button, a key, a command of the search bar.
$(document).on("app_ready", () => {
	if (!frappe.model.can_create("Client Interaction")) return;
	const label = __("Log Interaction");
	const log = () => client_comms.log_interaction();
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
