frappe.ui.form.on("Feedback Review", {
	refresh(frm) {
		show_figures(frm);
		if (frm.is_new() || frm.doc.status !== "Draft") return;
		if (!frm.doc.prepared_by) {
			frm.set_intro(
				__("Review the figures and signals, enter findings and decisions, and save."),
				"blue",
			);
		} else if (frm.doc.prepared_by === frappe.session.user) {
			frm.set_intro(__("Someone other than you, who prepared this review, must sign it off."), "blue");
		} else if (frm.perm[0]?.write) {
			frm.add_custom_button(__("Sign Off"), async () => {
				if (frm.is_dirty()) await frm.save();
				await frappe.xcall("client_comms.api.sign_off_feedback_review", { review: frm.docname });
				frappe.show_alert({ message: __("Signed off."), indicator: "green" });
				frm.reload_doc();
			}).addClass("btn-primary");
		}
	},
});

function show_figures(frm) {
	const $area = frm.get_field("figures_html").$wrapper.empty();
	if (!frm.doc.figures) return;
	const figures = JSON.parse(frm.doc.figures);
	const escape = (text) => frappe.utils.escape_html(cstr(text));
	const list = (title, counts) =>
		`<div class="col-sm-3 mb-3"><b>${title}</b>${Object.entries(counts)
			.map(([name, count]) => `<div>${escape(__(name))}: ${count}</div>`)
			.join("")}</div>`;
	const share = figures.upheld_share === null ? "–" : `${figures.upheld_share} %`;
	$area.append(`<p>${__("{0} feedback records, {1} still open, {2} upheld or partly upheld", [
		figures.total,
		figures.open,
		share,
	])}</p><div class="row">${list(__("Category"), figures.by.category)}${list(__("Kind"), figures.by.kind)}
		${list(__("Channel"), figures.by.channel)}${list(__("Time to Close"), figures.bands)}</div>`);
	for (const series of figures.series) {
		const $series = $(`<div class="mb-4"><b>${escape(series.name)}</b>
			<span class="text-muted small">${escape(series.method)}${series.few ? ` · ${escape(series.few)}` : ""}</span>
			<div class="chart"></div></div>`).appendTo($area);
		if (series.method !== "u-chart") continue;
		const limit = (name, values) => ({
			name,
			values: values.map((value) => value ?? 0),
			chartType: "line",
		});
		new frappe.Chart($series.find(".chart")[0], {
			type: "axis-mixed",
			height: 180,
			colors: ["#2490ef", "#cb2929", "#cb2929"],
			lineOptions: { hideDots: 0 },
			axisOptions: { xIsSeries: 1 },
			data: {
				labels: series.months,
				datasets: [
					limit(__("Rate"), series.values),
					...(series.upper.length
						? [limit(__("Upper Limit"), series.upper), limit(__("Lower Limit"), series.lower)]
						: []),
				],
			},
		});
	}
}
