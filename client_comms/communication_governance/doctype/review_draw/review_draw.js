frappe.ui.form.on("Review Draw", {
	refresh(frm) {
		if (!frm.is_new()) frm.add_custom_button(__("Draw Again"), () => draw_again(frm));
	},
});

/** Repeats the draw from its seed and its candidates, and tells whether the sample is the same. Nothing is stored. */
async function draw_again(frm) {
	const { same, drawn, candidates } = await frappe.xcall("client_comms.api.redraw_reviews", {
		draw: frm.docname,
	});
	frappe.msgprint({
		title: __("Draw Again"),
		indicator: same ? "green" : "red",
		message: same
			? __("The seed {0} draws the same sample. Records: {1} of {2}.", [
					frm.doc.seed,
					drawn,
					candidates,
				])
			: __("The seed {0} draws another sample. This draw was changed after it was made.", [
					frm.doc.seed,
				]),
	});
}
