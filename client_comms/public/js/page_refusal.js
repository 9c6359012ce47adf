// A page, list, report or workspace of this app that the user may not open: who can, and the way back, instead of a blank page.
// Only a refusal asks the server whose it is; what may be opened costs nothing.
(() => {
	const { pageview, QueryReport } = frappe.views;
	if (!pageview || pageview.client_comms_refusal) return;
	pageview.client_comms_refusal = true;

	/** Runs `run`, and shows who can open what `name` stands for if the call of `method` in it is refused. */
	client_comms.told_of_refusal = function (name, method, run) {
		const error_handlers = { PermissionError: () => show_refusal(name) };
		return client_comms.with_first_call(run, (opts) =>
			opts.method === method ? { ...opts, error_handlers } : opts,
		);
	};

	const with_page = pageview.with_page;
	pageview.with_page = function (name, ...rest) {
		return client_comms.told_of_refusal(name, "frappe.desk.desk_page.getpage", () =>
			with_page.call(this, name, ...rest),
		);
	};

	const reports = QueryReport?.prototype;
	if (!reports) return;
	const get_report_settings = reports.get_report_settings;
	reports.get_report_settings = function (...rest) {
		const run = () => get_report_settings.call(this, ...rest);
		return client_comms.told_of_refusal(this.report_name, "frappe.desk.query_report.get_script", run);
	};

	async function show_refusal(name) {
		const found = await frappe.xcall("client_comms.api.who_opens", { address: name }, "GET");
		if (!frappe.get_route().includes(name)) return undefined; // the user has gone on
		if (!found.title && !found.route) return undefined; // another app's: Frappe has said so
		client_comms.close_message();
		if (found.route) return frappe.set_route(...found.route);
		const [sentence, rest] = found.sentences.map((each) => frappe.utils.escape_html(each));
		const owed = frappe.boot.page_info["owed-today"] && name !== "owed-today";
		return client_comms.show_refusal_page({
			title: found.title,
			sentence,
			rest: `<p>${rest}</p>`,
			buttons: [
				owed && [__("Owed Today"), () => frappe.set_route("owed-today"), "btn-primary"],
				[__("Back"), leave],
			].filter(Boolean),
		});
	}

	function leave() {
		if (frappe.route_history?.length > 1) window.history.back();
		else frappe.set_route("");
	}
})();
