frappe.provide("client_comms");

// A form that the user may not open: one sentence and what to do next, instead of a blank page. Frappe's form view has no hook
// for that, so what loads the document is wrapped, once.
(() => {
	const forms = frappe.views.FormFactory?.prototype;
	if (!forms || forms.client_comms_refusal) return;
	forms.client_comms_refusal = true;
	const INTERACTION = "Client Interaction";
	const WITH_LEVELS = ["Issue", "Lead", "Opportunity"];
	// The forms of this app have links to contacts and users, which Frappe makes for all who can choose one or can open their own.
	const TOLD = [INTERACTION, "Issue", "Lead", "Opportunity", "Contact", "User"];

	const fetch_and_render = forms.fetch_and_render;
	forms.fetch_and_render = function (doctype, name, ...rest) {
		if (!TOLD.includes(doctype)) return fetch_and_render.call(this, doctype, name, ...rest);
		const again = () => fetch_and_render.call(this, doctype, name, ...rest);
		const refused = (answer) => show_refusal({ doctype, name, again, reasons: reasons_of(answer) });
		const callback = (opts, answer, ...others) => {
			const merged = answer?.docs?.find((doc) => doc.doctype === INTERACTION);
			// It was merged into another one, which its number leads to.
			if (doctype === INTERACTION && merged && merged.name !== name) {
				frappe.show_alert(__("{0} was merged into {1}.", [name, merged.name]));
				frappe.set_route("Form", doctype, merged.name);
				return undefined;
			}
			return opts.callback?.(answer, ...others);
		};
		return client_comms.with_first_call(again, (opts) => ({
			...opts,
			callback: (...answer) => callback(opts, ...answer),
			error_handlers: { PermissionError: refused, ClearanceMissingError: refused },
		}));
	};

	/** Runs `run`, whose first call is made as `change(opts)`: Frappe builds it inside. */
	client_comms.with_first_call = (run, change) => {
		const call = frappe.call;
		frappe.call = (opts, ...more) => {
			frappe.call = call;
			return call.call(frappe, change(opts), ...more);
		};
		try {
			return run();
		} finally {
			frappe.call = call;
		}
	};

	// Frappe adds to the rule that decided that it did, twice, in words of its own, which it translates.
	const SAID_BY_FRAPPE = [
		"Not allowed via controller permission check",
		"User {0} does not have access to this document",
	];

	/** What the server said, as plain sentences, each for itself. */
	function reasons_of(answer) {
		const messages = JSON.parse(answer?._server_messages || "[]").map((each) => JSON.parse(each).message);
		const said = SAID_BY_FRAPPE.map((each) => __(each, [frappe.session.user]));
		const lines = messages.filter(Boolean).flatMap((each) => each.split(/<br\s*\/?>/));
		return lines
			.map((each) => frappe.utils.html2text(each))
			.filter((each) => each.trim() && !said.some((start) => each.startsWith(start)));
	}

	/** Frappe tells the same in a dialog, which cannot be closed while it opens: only its text would go. */
	client_comms.close_message = () => {
		const dialog = frappe.msg_dialog;
		if (!dialog) return;
		delete dialog.custom_onhide; // with which version 16 leaves the page
		const { _isShown: shown, _isTransitioning: moving } = dialog.$wrapper.data("bs.modal") || {};
		if (shown && moving) dialog.$wrapper.one("shown.bs.modal", () => frappe.hide_msgprint(true));
		else frappe.hide_msgprint(true);
	};

	async function show_refusal(about) {
		const { doctype, name, reasons } = about;
		setTimeout(client_comms.close_message); // which Frappe opens once this has run
		const found = await found_out(doctype, name);
		if (found.allowed) return about.again();
		if (frappe.get_route()[2] !== name) return undefined; // the user has gone on
		const text = frappe.utils.escape_html;
		const asked = found.asked
			? `<p>${__("You have asked for access. You are notified when someone decides.")}</p>`
			: "";
		const training = found.training
			? `<p>${__("A training that its level requires is missing or must be repeated. Once you complete it, you can open the record at once.")}</p>`
			: "";
		const help = (found.help || []).map((each) => `<p>${text(each)}</p>`).join("");
		const why = reasons.map((each) => `<p>${text(each)}</p>`).join("");
		return client_comms.show_refusal_page({
			title: name,
			sentence: __("You have no access to {0}.", [text(`${__(doctype)} ${name}`)]),
			rest: asked || training || help,
			buttons: [
				found.training && [__("My Training"), () => frappe.set_route("take-training"), "btn-primary"],
				found.may_ask && !found.asked && [__("Ask for Access"), () => ask(about), "btn-primary"],
				found.may_ask && [__("Emergency Access"), () => break_glass(about)],
				[__("Back"), () => leave(doctype)],
			].filter(Boolean),
			why: why && `<details class="text-muted mt-3"><summary>${__("Why?")}</summary>${why}</details>`,
		});
	}

	/** What the server says of a refusal, besides the reasons. */
	async function found_out(doctype, name) {
		if (doctype === INTERACTION) {
			return frappe.xcall("client_comms.api.access_refusal", { name }, "GET");
		}
		const { sentences } = await frappe.xcall("client_comms.api.who_opens", { address: doctype }, "GET");
		if (sentences || !WITH_LEVELS.includes(doctype)) return { help: sentences };
		return frappe.xcall("client_comms.api.access_refusal", { name, doctype }, "GET");
	}

	/** One sentence, and what to do next; all but the title as HTML. */
	client_comms.show_refusal_page = ({ title, sentence, rest, buttons, why = "" }) => {
		const page = page_of_refusals();
		page.set_title(title);
		page.main.empty();
		const $body = $(`<div class="client-comms-refusal p-4">
			<h4>${sentence}</h4>${rest}
			<div class="buttons"></div>${why}
		</div>`).appendTo(page.main);
		for (const [label, run, kind = "btn-default"] of buttons) {
			$(`<button class="btn btn-sm mr-2 ${kind}">${label}</button>`)
				.on("click", run)
				.appendTo($body.find(".buttons"));
		}
		return frappe.container.change_to("client-comms-refusal");
	};

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
			client_comms.fields.reason(
				__("The responsible staff, or users with oversight, see it and decide."),
			),
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
			client_comms.fields.reason(
				__("All users with oversight are notified immediately and see this reason."),
			),
			async ({ reason }) => {
				await frappe.xcall("client_comms.api.break_glass", { name: about.name, reason }, "POST");
				about.again();
			},
			__("Emergency Access"),
			__("Open the Record"),
		);
	}

	/** A document that now has a level at which the user may not open it: they read so in the list, since loading it would be refused. */
	client_comms.leave_hidden = async ({ doctype, docname: name }, level) => {
		await frappe.set_route("List", doctype);
		frappe.model.clear_doc(doctype, name);
		frappe.show_alert(
			{
				message: __("{0} now has the level {1}, so you can no longer open it.", [
					frappe.utils.escape_html(name),
					frappe.utils.escape_html(__(level)),
				]),
				indicator: "orange",
			},
			15,
		);
	};

	function leave(doctype) {
		if (frappe.route_history?.length > 1) window.history.back();
		else frappe.set_route("List", doctype);
	}
})();
