// For the JavaScript of the desk. Layout is prettier's, which takes tabs and 110 columns from .editorconfig.
import js from "@eslint/js";
import globals from "globals";

const FRAPPE = [
	"$",
	"__",
	"cint",
	"cstr",
	"cur_frm",
	"cur_list",
	"flt",
	"format_number",
	"frappe",
	"moment",
	"open_url_post",
];

// What is read from a record and put into HTML as it is: `<b>${doc.subject}</b>`, also as one of two alternatives.
const IN_HTML = "TemplateLiteral:has(> TemplateElement[value.raw=/<[a-z]/i])";
const AS_IT_IS = "MemberExpression:not([computed=true], [property.name=/^(length|(\\w+_)?html)$/])";
const ESCAPE = "Escape it with frappe.utils.escape_html; what is HTML already is named html or …_html.";

export default [
	{ ignores: ["**/dist/**"] },
	js.configs.recommended,
	{
		files: ["client_comms/**/*.js"],
		languageOptions: {
			sourceType: "script",
			globals: {
				...globals.browser,
				...Object.fromEntries(FRAPPE.map((name) => [name, "readonly"])),
				client_comms: "readonly",
			},
		},
		linterOptions: { reportUnusedDisableDirectives: "error" },
		rules: {
			curly: ["error", "multi-line"],
			eqeqeq: ["error", "smart"],
			"no-eval": "error",
			"no-implied-eval": "error",
			"no-new-func": "error",
			"no-restricted-syntax": [
				"error",
				{ selector: `${IN_HTML} > ${AS_IT_IS}.expressions`, message: ESCAPE },
				{
					selector: `${IN_HTML} > .expressions > ${AS_IT_IS}:matches(.consequent, .alternate, .left, .right)`,
					message: ESCAPE,
				},
				{
					selector: `CallExpression[callee.property.name=/^(html|append|prepend|before|after)$/] > ${AS_IT_IS}.arguments`,
					message: ESCAPE,
				},
				{
					selector: "CallExpression[callee.property.name='full_name']",
					message: "Frappe knows the names of those on the form alone: client_comms.user_names.",
				},
				{
					selector:
						"AssignmentExpression > MemberExpression[property.name=/^(inner|outer)HTML$/].left",
					message: "jQuery's html() does this as everywhere else; for text, use text().",
				},
				{
					selector: "CallExpression[callee.property.name=/^(insertAdjacentHTML|write|writeln)$/]",
					message: "jQuery's append() and html() do this as everywhere else.",
				},
			],
			"no-unused-vars": ["error", { ignoreRestSiblings: true }],
			"no-var": "error",
			"prefer-const": "error",
		},
	},
];
