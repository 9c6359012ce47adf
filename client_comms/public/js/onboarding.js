// In version 16 the steps of setting up the app stand in the sidebar. Frappe empties their place where another sidebar is shown, beside the
// mailboxes for example, and then takes them for shown until the desk is loaded again.
(() => {
	const STEPS = "Client Communications";

	$(document).on("sidebar_setup", (_event, { sidebar }) => {
		const shown = sidebar.onboarding_widget?.[STEPS];
		if (!shown || shown.hide_panel) return; // which the user closed
		if (!sidebar.wrapper.find(".user-onboarding").children().length) {
			delete sidebar.onboarding_widget[STEPS];
		}
	});

	// Frappe shows the steps there without what they say. It stands beside the page of a step, also where another sidebar takes the steps away.
	// Frappe's own listener removes the steps, so this one comes before it.
	document.addEventListener(
		"click",
		({ target }) => {
			if (!target.closest?.(".user-onboarding")) return;
			$(".client-comms-step").remove();
			const row = target.closest(".onb-step-left")?.closest(".onb-steps > *");
			const widget = frappe.app.sidebar.onboarding_widget?.[STEPS];
			const step = row && widget?.steps[[...row.parentElement.children].indexOf(row)];
			if (!step || step.is_skipped) return;
			if (step.is_complete) {
				frappe.set_route(step.path); // as Frappe does once, and folds the steps
				row.closest(".onb-panel").querySelector(".onb-header-actions button").click();
			}
			describe(step);
		},
		true,
	);

	function describe(step) {
		const $hint = $(`<aside class="client-comms-step" role="note">
			<button type="button" class="btn-modal-close close" aria-label="${__("Close")}">&times;</button>
			<div class="text"></div>
			<button type="button" class="btn btn-default btn-xs back">${__("All Steps")}</button>
		</aside>`).appendTo(document.body);
		// Those who configure the app can change it.
		$hint
			.find(".text")
			.html(client_comms.harmless_html(frappe.markdown(__(step.description || ""))).html);
		$hint.find(".close").on("click", () => $hint.remove());
		$hint.find(".back").on("click", () => {
			$hint.remove();
			const { sidebar } = frappe.app;
			delete sidebar.onboarding_widget[STEPS];
			if (sidebar.sidebar_data?.module_onboarding === STEPS) sidebar.setup_onboarding();
			else frappe.set_route("client-communications");
		});
	}
})();
