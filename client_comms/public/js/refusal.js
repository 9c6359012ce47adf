frappe.provide("client_comms");

// A form that the user may not open: one sentence and what to do next, instead of a blank page. Frappe's form view has no hook
// for that, so what loads the document is wrapped, once.
(() => {
	const forms = frappe.views.FormFactory?.prototype;
	if (!forms || forms.client_comms_refusal) return;
	forms.client_comms_refusal = true;
	const INTERACTION = "Client Interaction";
	const GOVERNED = [INTERACTION, "Issue", "Lead", "Opportunity"];

	const fetch_and_render = forms.fetch_and_render;
	forms.fetch_and_render = function (doctype, name, ...rest) {
		if (!GOVERNED.includes(doctype)) return fetch_and_render.call(this, doctype, name, ...rest);
		const again = () => fetch_and_render.call(this, doctype, name, ...rest);
		const refused = (answer) => show_refusal({ doctype, name, again, reasons: reasons_of(answer) });
		// Frappe builds the call inside; what handles its refusal travels with it.
		const call = frappe.call;
		frappe.call = (opts, ...more) => {
			frappe.call = call;
			const error_handlers = { PermissionError: refused, ClearanceMissingError: refused };
			const callback = (answer, ...others) => {
				const merged = answer?.docs?.find((doc) => doc.doctype === INTERACTION);
				// It was merged into another one, which its number leads to.
				if (doctype === INTERACTION && merged && merged.name !== name) {
					frappe.show_alert(__("{0} was merged into {1}.", [name, merged.name]));
					frappe.set_route("Form", doctype, merged.name);
					return undefined;
				}
				return opts.callback?.(answer, ...others);
			};
			return call.call(frappe, { ...opts, callback, error_handlers }, ...more);
		};
		try {
			return again();
		} finally {
			frappe.call = call;
		}
	};

	/** What the server said, as plain sentences. */
	function reasons_of(answer) {
		const messages = JSON.parse(answer?._server_messages || "[]").map((each) => JSON.parse(each).message);
		return messages.filter(Boolean).map((each) => frappe.utils.html2text(each));
	}

	/** Frappe tells the same in a dialog, which cannot be closed while it opens: only its text would go. */
	function close_message() {
		const dialog = frappe.msg_dialog;
		if (!dialog) return;
		delete dialog.custom_onhide; // with which version 16 leaves the page
		const { _isShown: shown, _isTransitioning: moving } = dialog.$wrapper.data("bs.modal") || {};
		if (shown && moving) dialog.$wrapper.one("shown.bs.modal", () => frappe.hide_msgprint(true));
		else frappe.hide_msgprint(true);
	}

	async function show_refusal(about) {
		const { doctype, name, reasons } = about;
		setTimeout(close_message); // which Frappe opens once this has run
		const found =
			doctype === INTERACTION
				? await frappe.xcall("client_comms.api.access_refusal", { name }, "GET")
				: {};
		if (found.allowed) return about.again();
		if (frappe.get_route()[2] !== name) return undefined; // the user has gone on
		const page = page_of_refusals();
		const text = frappe.utils.escape_html;
		page.set_title(name);
		const sentence = __("You have no access to {0}.", [text(`${__(doctype)} ${name}`)]);
		const asked = found.asked
			? `<p>${__("You have asked for access. You are notified when someone decides.")}</p>`
			: "";
		const why_html = reasons.map((each) => `<p>${text(each)}</p>`).join("");
		const $body = $(`<div class="client-comms-refusal p-4">
			<h4>${sentence}</h4>${asked}
			<div class="buttons"></div>
			<details class="text-muted mt-3"><summary>${__("Why?")}</summary>${why_html}</details>
		</div>`);
		$body.find("details").toggle(reasons.length > 0);
		page.main.empty();
		$body.appendTo(page.main);
		const button = (label, run, kind = "btn-default") =>
			$(`<button class="btn btn-sm mr-2 ${kind}">${label}</button>`)
				.on("click", run)
				.appendTo($body.find(".buttons"));
		if (found.may_ask && !found.asked) {
			button(__("Ask for Access"), () => ask(about), "btn-primary");
		}
		if (found.may_ask) button(__("Emergency Access"), () => break_glass(about));
		button(__("Back"), () => leave(doctype));
		return frappe.container.change_to("client-comms-refusal");
	}

	function page_of_refusals() {
		let wrapper = frappe.pages["client-comms-refusal"];
		if (!wrapper) {
			wrapper = frappe.container.add_page("client-comms-refusal");
			frappe.ui.make_app_page({ parent: wrapper, single_column: true });
		}
		return wrapper.page;
	}

	function ask(about) {
		client_comms.prompt(
			{
				fieldname: "reason",
				fieldtype: "Small Text",
				label: __("Reason"),
				reqd: 1,
				description: __("The responsible staff, or users with oversight, see it and decide."),
			},
			async ({ reason }) => {
				await frappe.xcall("client_comms.api.request_access", { name: about.name, reason }, "POST");
				frappe.show_alert({ message: __("Your request is on its way."), indicator: "green" });
				show_refusal(about);
			},
			__("Ask for Access"),
			__("Ask"),
		);
	}

	function break_glass(about) {
		client_comms.prompt(
			{
				fieldname: "reason",
				fieldtype: "Small Text",
				label: __("Reason"),
				reqd: 1,
				description: __("All users with oversight are notified immediately and see this reason."),
			},
			async ({ reason }) => {
				await frappe.xcall("client_comms.api.break_glass", { name: about.name, reason }, "POST");
				about.again();
			},
			__("Emergency Access"),
			__("Open the Record"),
		);
	}

	function leave(doctype) {
		if (frappe.route_history?.length > 1) window.history.back();
		else frappe.set_route("List", doctype);
	}
})();
