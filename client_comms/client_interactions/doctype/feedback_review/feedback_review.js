frappe.ui.form.on("Feedback Review", {
	refresh(frm) {
		show_figures(frm);
		keep_plan(frm);
		if (frm.is_new() || frm.doc.status !== "Draft") return;
		if (!frm.doc.prepared_by) {
			client_comms.say(
				frm,
				__("Review the figures and signals, enter findings and decisions, and save."),
				"blue",
			);
		} else if (frm.doc.prepared_by === frappe.session.user) {
			const rule = __("Someone other than you, who prepared this review, must sign it off.");
			client_comms.say(frm, `${rule} ${frm.doc.__onload?.who_else || ""}`, "blue");
		} else if (frm.perm[0]?.write) {
			frm.add_custom_button(__("Sign Off"), async () => {
				if (frm.is_dirty()) return refuse_changed(frm);
				await frappe.xcall("client_comms.api.sign_off_feedback_review", { review: frm.docname });
				frappe.show_alert({ message: __("Signed off."), indicator: "green" });
				return frm.reload_doc();
			}).addClass("btn-primary");
		}
	},
});

/** After the sign-off, only whether an action is done can still be changed. */
function keep_plan(frm) {
	const fixed = frm.doc.status === "Signed Off" ? 1 : 0;
	for (const field of ["findings", "decisions"]) frm.set_df_property(field, "read_only", fixed);
	for (const rows of ["cannot_add_rows", "cannot_delete_rows"]) {
		frm.set_df_property("actions", rows, fixed);
	}
	for (const field of ["description", "assigned_to", "due_on"]) {
		frm.get_field("actions").grid.update_docfield_property(field, "read_only", fixed);
	}
	if (fixed && !(frm.doc.actions || []).some(({ status }) => status === "Open")) frm.disable_form();
}

/** Saving would make this user the one who prepared it, and no one signs off their own. */
function refuse_changed(frm) {
	frappe.msgprint({
		title: __("Second Approver Required"),
		indicator: "orange",
		message: __(
			"You have changed this review, so you cannot sign it off. Save your changes: Someone else can then sign it off. Or discard them and sign off the review as it was prepared.",
		),
		primary_action: {
			label: __("Discard My Changes"),
			action() {
				frappe.hide_msgprint();
				frm.reload_doc();
			},
		},
	});
}

/** What the trend tests rest on, by method (`rules/trends.py`). */
const SOURCES = {
	"u-chart":
		"NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.3.1; Montgomery, Introduction to Statistical Quality Control",
	"g-chart": "Benneyan (2001), Health Care Management Science 4, 305-318",
	runs: "Anhøj and Olesen (2014), PLoS ONE 9(11), e113825",
};

function show_figures(frm) {
	const $area = frm.get_field("figures_html").$wrapper.empty();
	if (!frm.doc.figures) return;
	const figures = JSON.parse(frm.doc.figures);
	const escape = (text) => frappe.utils.escape_html(cstr(text));
	const number = (value) => format_number(value, null, 1);
	const rate = (kind, name) => {
		const value = figures.rates?.[kind]?.[name];
		return value == null ? "" : ` <span class="text-muted">(${number(value)})</span>`;
	};
	const list = (title, counts, kind) =>
		`<div class="col-sm-4 col-lg-3 mb-3"><b>${title}</b>${Object.entries(counts || {})
			.map(([name, count]) => `<div>${escape(__(name))}: ${count}${rate(kind, name)}</div>`)
			.join("")}</div>`;
	// As long as nothing is decided, there is no share.
	const counts =
		figures.upheld_share === null
			? __("{0} feedback records, {1} still open", [figures.total, figures.open])
			: __("{0} feedback records, {1} still open, {2} upheld or partly upheld", [
					figures.total,
					figures.open,
					`${number(figures.upheld_share)} %`,
				]);
	const { by, ratings } = figures;
	if (!figures.total) $area.append(`<p><b>${__("No feedback was recorded in this period.")}</b></p>`);
	$area.append(`<p>${counts}. ${__("In brackets: per 100 interactions.")}</p><div class="row">${list(__("Category"), by.category, "category")}
		${list(__("Kind"), by.kind, "kind")}${list(__("Product"), by.product, "product")}
		${list(__("Channel"), by.channel, "channel")}${list(__("Branch"), by.branch, "branch")}
		${list(__("Severity"), by.severity, "severity")}${list(__("Time to Close"), figures.bands)}
		${list(
			ratings?.count
				? __("Ratings (mean {0} of 5)", [format_number(ratings.mean, null, 2)])
				: __("Ratings"),
			ratings?.count ? ratings.counts : { [__("None")]: 0 },
		)}</div>`);
	for (const series of figures.series) show_series($area, series, escape);
	$area.append(
		`<p class="text-muted small">${__(
			"u-chart with exact Poisson limits: {0}; g-chart: {1}; run rules: {2}.",
			[SOURCES["u-chart"], SOURCES["g-chart"], SOURCES.runs],
		)}</p>`,
	);
}

function show_series($area, series, escape) {
	const signals = series.signals
		.map(
			({ month, method, message }) =>
				`<div class="text-danger small">${escape(`${month} (${__(method)}): ${message}`)}</div>`,
		)
		.join("");
	const $series = $(`<div class="mb-4"><b>${escape(__(series.name))}</b>
		<span class="text-muted small">${escape(__(series.method))}${series.few ? ` · ${escape(series.few)}` : ""}</span>
		${signals}<div class="chart"></div></div>`).appendTo($area);
	if (!series.values.length) return;
	const line = (name, values) => ({ name, values: values.map((value) => value ?? 0), chartType: "line" });
	const is_rate = series.method === "u-chart";
	new frappe.Chart($series.find(".chart")[0], {
		type: "axis-mixed",
		height: 180,
		colors: ["#2490ef", "#cb2929", "#cb2929"],
		lineOptions: { hideDots: 0 },
		axisOptions: { xIsSeries: 1 },
		data: {
			labels: is_rate ? series.months : series.values.map((_value, index) => index + 1),
			datasets: [
				line(is_rate ? __("Rate", null, "Feedback Review") : __("Days Between"), series.values),
				...(series.upper.length
					? [line(__("Upper Limit"), series.upper), line(__("Lower Limit"), series.lower)]
					: []),
			],
		},
	});
}
