package themes

import "maps"

// palette gives colours names.
type palette map[string]rgb

// look is the style of a role in the names of a palette. A name that the palette
// has not, "" among them, is the terminal's own colour.
type look struct {
	fg, bg, line string // line is the colour of the underline
	attr         attr
}

// variant is a theme for one kind of background.
type variant struct {
	palette palette
	looks   [roleCount]look
}

// styles are the looks in colours.
func (v *variant) styles() [roleCount]style {
	var out [roleCount]style
	for r, l := range v.looks {
		out[r] = style{fg: v.palette[l.fg], bg: v.palette[l.bg], line: v.palette[l.line], attr: l.attr}
	}
	return out
}

// clone is a copy that can be changed.
func (v *variant) clone() *variant {
	return &variant{palette: maps.Clone(v.palette), looks: v.looks}
}

// coloured lays a palette out over the roles.
var coloured = [roleCount]look{
	Text: {}, Strong: {fg: "strong", attr: bold}, Muted: {fg: "muted"},
	Accent: {fg: "accent"}, Title: {fg: "accent", attr: bold},
	Bar: {fg: "text", bg: "bar"}, BarMuted: {fg: "muted", bg: "bar"},
	Header: {fg: "muted", attr: bold}, HeaderSort: {fg: "accent", attr: bold},
	Selected:     {fg: "text", bg: "selected", attr: bold},
	SelectedBlur: {fg: "text", bg: "selected-blur"}, Marked: {fg: "text", bg: "marked"},
	Border: {fg: "border"}, BorderFocus: {fg: "accent"}, BorderDanger: {fg: "error"},
	OK: {fg: "ok"}, Warning: {fg: "warning"}, Error: {fg: "error"}, Pending: {fg: "pending"},
	Terminating: {fg: "terminating"}, Completed: {fg: "muted"}, Unknown: {fg: "muted", attr: italic},
	KeyHint: {fg: "accent", attr: bold}, KeyDesc: {fg: "muted"},
	Match:        {fg: "match-text", bg: "match", attr: underline},
	MatchCurrent: {fg: "current-text", bg: "current", attr: bold | underline},
	Added:        {fg: "ok"}, Removed: {fg: "error"}, Stdout: {fg: "pending"}, Stderr: {fg: "error"},
	Gutter: {fg: "muted"}, GutterCurrent: {fg: "text", attr: bold},
	Selection:      {fg: "text", bg: "selection"},
	ProblemError:   {fg: "error", line: "error", attr: curly},
	ProblemWarning: {fg: "warning", line: "warning", attr: curly},
	SyntaxKey:      {fg: "accent"}, SyntaxString: {fg: "ok"}, SyntaxNumber: {fg: "warning"},
	SyntaxBool: {fg: "terminating"}, SyntaxComment: {fg: "comment", attr: italic},
	SyntaxPunct: {fg: "muted"}, SyntaxAnchor: {fg: "pending"},
	Input: {}, Placeholder: {fg: "muted"},
	Button: {fg: "text", bg: "button"}, ButtonFocus: {fg: "focus-text", bg: "focus", attr: bold},
	ButtonDanger: {fg: "danger-text", bg: "danger", attr: bold},
	Notice:       {fg: "accent"}, NoticeWarning: {fg: "warning"}, NoticeError: {fg: "error", attr: bold},
	ReadOnly: {fg: "match-text", bg: "match", attr: bold},
}

// emphatic says by attributes too what colour alone would.
func emphatic(looks [roleCount]look) [roleCount]look {
	for _, r := range [...]Role{Error, Removed, Stderr, BorderFocus, BorderDanger, Warning, NoticeWarning, Marked} {
		looks[r].attr |= bold
	}
	for _, r := range [...]Role{Error, HeaderSort, NoticeError, SelectedBlur, Removed} {
		looks[r].attr |= underline
	}
	return looks
}

// sixteen lays out a palette of the 16 colours. Rows and bars have no background
// of their own, since no one of the 16 lets the other ones be read: the selected
// row is reversed, which keeps every contrast as it is.
var sixteen = [roleCount]look{
	Strong: {attr: bold}, Muted: {fg: "muted"},
	Accent: {fg: "accent"}, Title: {fg: "accent", attr: bold},
	Bar: {}, BarMuted: {fg: "muted"},
	Header: {fg: "muted", attr: bold}, HeaderSort: {fg: "accent", attr: bold | underline},
	Selected: {attr: reverse}, SelectedBlur: {attr: underline}, Marked: {fg: "warning", attr: bold},
	Border: {fg: "border"}, BorderFocus: {fg: "accent", attr: bold}, BorderDanger: {fg: "error", attr: bold},
	OK: {fg: "ok"}, Warning: {fg: "warning"}, Error: {fg: "error", attr: bold}, Pending: {fg: "pending"},
	Terminating: {fg: "terminating"}, Completed: {fg: "muted"}, Unknown: {fg: "muted", attr: italic},
	KeyHint: {fg: "accent", attr: bold}, KeyDesc: {fg: "muted"},
	Match: {attr: underline | reverse}, MatchCurrent: {attr: bold | underline | reverse},
	Added: {fg: "ok"}, Removed: {fg: "error"}, Stdout: {fg: "pending"}, Stderr: {fg: "error", attr: bold},
	Gutter: {fg: "muted"}, GutterCurrent: {attr: bold},
	Selection:    {attr: reverse},
	ProblemError: {fg: "error", attr: underline}, ProblemWarning: {fg: "warning", attr: underline},
	SyntaxKey: {fg: "accent"}, SyntaxString: {fg: "ok"}, SyntaxNumber: {fg: "warning"},
	SyntaxBool: {fg: "terminating"}, SyntaxComment: {fg: "comment", attr: italic},
	SyntaxPunct: {fg: "muted"}, SyntaxAnchor: {fg: "pending"},
	Placeholder: {fg: "muted", attr: italic},
	Button:      {attr: underline}, ButtonFocus: {attr: reverse | bold},
	ButtonDanger: {fg: "bright", bg: "danger", attr: bold},
	Notice:       {fg: "accent"}, NoticeWarning: {fg: "warning", attr: bold}, NoticeError: {fg: "error", attr: bold},
	ReadOnly: {attr: reverse | bold},
}

// plainStyles tells apart with attributes what must not be mistaken: the cursor's
// row, the focused button, what failed, what was found.
var plainStyles = [roleCount]style{
	Strong: {attr: bold}, Title: {attr: bold}, Bar: {attr: bold},
	Header: {attr: bold}, HeaderSort: {attr: bold | underline},
	Selected: {attr: reverse}, SelectedBlur: {attr: underline}, Marked: {attr: bold},
	BorderFocus: {attr: bold}, BorderDanger: {attr: bold},
	Warning: {attr: bold}, Error: {attr: bold | underline},
	KeyHint: {attr: bold}, Match: {attr: underline}, MatchCurrent: {attr: bold | underline | reverse},
	Added: {attr: bold}, Stderr: {attr: bold},
	GutterCurrent: {attr: bold}, Selection: {attr: reverse},
	ProblemError: {attr: underline | bold}, ProblemWarning: {attr: underline},
	SyntaxKey: {attr: bold}, ButtonFocus: {attr: reverse}, ButtonDanger: {attr: reverse | bold},
	NoticeWarning: {attr: bold}, NoticeError: {attr: bold | underline}, ReadOnly: {attr: reverse},
}
