// In version 16 the steps of setting up the app stand in the sidebar. Frappe empties their place where another sidebar is shown, beside the
// mailboxes for example, and then takes them for shown until the desk is loaded again.
$(document).on("sidebar_setup", (_event, { sidebar }) => {
	const shown = sidebar.onboarding_widget?.["Client Communications"];
	if (!shown || shown.hide_panel) return; // which the user closed
	if (!sidebar.wrapper.find(".user-onboarding").children().length) {
		delete sidebar.onboarding_widget["Client Communications"];
	}
});
