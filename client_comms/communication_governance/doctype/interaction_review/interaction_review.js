frappe.ui.form.on("Interaction Review", {
	refresh(frm) {
		const me = frappe.session.user;
		const { status, reviewer, reviewed_user, part } = frm.doc;
		client_comms.beside_review.render(frm);
		// The programme sets the criteria; only what is scored can be entered.
		for (const fixed of ["cannot_add_rows", "cannot_delete_rows"]) {
			frm.set_df_property("scores", fixed, 1);
		}
		frm.get_field("scores").$wrapper.addClass("client-comms-scores");
		show_guidance(frm);
		if (status === "Open" && reviewer === me) {
			const how = __(
				"The record is shown beside the scores. The system has filled in what it can judge; score the remaining criteria.",
			);
			frm.set_intro(`${why_again(frm)}${how}`, "blue");
			frm.add_custom_button(__("Complete Review"), () => complete(frm)).addClass("btn-primary");
		} else {
			frm.disable_form();
		}
		if (reviewed_user === me && status !== "Open") {
			frm.add_custom_button(__("Comment"), () =>
				ask(frm, __("Comment"), "comment", "comment_on_review", __("Your comment")),
			);
			if (status === "Completed" && part !== "After a Dispute") {
				frm.add_custom_button(__("Dispute"), () =>
					ask(
						frm,
						__("Dispute"),
						"reason",
						"dispute_review",
						__("What you do not accept, and why"),
					),
				);
			}
		}
	},
});

/** What the person reviewed did not accept in the review that this one replaces. */
function why_again(frm) {
	const reason = frm.doc.dispute_reason;
	return reason ? `<p><b>${__("Reason for the Dispute")}</b>: ${frappe.utils.escape_html(reason)}</p>` : "";
}

/** What the programme says about its criteria, below their scores. */
function show_guidance(frm) {
	const text = frappe.utils.escape_html;
	const $scores = frm.get_field("scores").$wrapper;
	$scores.find(".guidance").remove();
	for (const { criterion, guidance } of frm.doc.scores || []) {
		if (!guidance) continue;
		$scores.append(
			`<p class="guidance text-muted small"><b>${text(__(criterion))}</b>: ${text(__(guidance))}</p>`,
		);
	}
}

async function complete(frm) {
	await client_comms.save(frm);
	await frappe.xcall("client_comms.api.complete_review", { review: frm.docname });
	frappe.show_alert({ message: __("The review is completed."), indicator: "green" });
	frm.reload_doc();
}

function ask(frm, title, argument, method, label) {
	client_comms.prompt(
		[{ fieldname: "text", fieldtype: "Small Text", label, reqd: 1 }],
		async ({ text }) => {
			await frappe.xcall(`client_comms.api.${method}`, { review: frm.docname, [argument]: text });
			frm.reload_doc();
		},
		title,
		title,
	);
}
