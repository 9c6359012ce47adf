// A name or text that does not fit into its place in a list or grid of this app is shown whole under the pointer, as Frappe does it in reports.
(() => {
	const MODULES = ["Client Interactions", "Client Privacy", "Communication Governance"];
	const PLACES = ".list-row-col, .grid-static-col .static-area";

	/** The module of the list or form on the screen. */
	function module_shown() {
		const [view] = frappe.get_route();
		return { List: window.cur_list, Form: window.cur_frm }[view]?.meta?.module;
	}

	/** Whether some of the text has no room, in the place itself or in what it contains. */
	const is_cut = (place) =>
		[place, ...place.querySelectorAll("*")].some(
			(each) => each.clientWidth && each.scrollWidth > each.clientWidth,
		);

	$(document).on("mouseenter", PLACES, ({ currentTarget: place }) => {
		if (!MODULES.includes(module_shown())) return;
		if (place.dataset.wholeText) place.removeAttribute("title");
		delete place.dataset.wholeText;
		const text = place.innerText.trim();
		if (!text || place.title || place.querySelector("[title]") || !is_cut(place)) return;
		place.title = text;
		place.dataset.wholeText = 1;
	});
})();
