package themes

// palette is what the coloured themes differ in: a hue per meaning and the few
// backgrounds.
type palette struct {
	text, strong, muted                rgb
	accent, ok, warn, err, blue, ghost rgb
	barBg, selBg, selBlurBg, markBg    rgb
	selTextBg, matchBg, matchFg        rgb
	currentBg, currentFg               rgb
	buttonBg, focusBg, focusFg         rgb
	dangerBg, dangerFg                 rgb
	border, comment                    rgb
}

// darkPalette keeps 4.5:1 on backgrounds from black up to #303446.
var darkPalette = palette{
	text: hex(0xe4e4ec), strong: hex(0xffffff), muted: hex(0xa9adbd),
	accent: hex(0x8fc7ff), ok: hex(0x8fdc9a), warn: hex(0xf2cf73), err: hex(0xff9d9d),
	blue: hex(0x8fd7e8), ghost: hex(0xd3b4ff),
	barBg: hex(0x262a3b), selBg: hex(0x1f3a6e), selBlurBg: hex(0x3a3f52), markBg: hex(0x4a2f5c),
	selTextBg: hex(0x223d6b), matchBg: hex(0xf2cf73), matchFg: hex(0x1a1a1a),
	currentBg: hex(0xff9e5e), currentFg: hex(0x1a1a1a),
	buttonBg: hex(0x3a3f52), focusBg: hex(0x8fc7ff), focusFg: hex(0x10141f),
	dangerBg: hex(0xff9d9d), dangerFg: hex(0x1f0a0a),
	border: hex(0xa0a4b4), comment: hex(0xa9b5a0),
}

// lightPalette keeps 4.5:1 on backgrounds from white down to #eee8d5.
var lightPalette = palette{
	text: hex(0x1d1f28), strong: hex(0x000000), muted: hex(0x555a68),
	accent: hex(0x0b4f9e), ok: hex(0x14602a), warn: hex(0x704700), err: hex(0xa01522),
	blue: hex(0x08586b), ghost: hex(0x6a2c98),
	barBg: hex(0xdfe3ee), selBg: hex(0xc4dafc), selBlurBg: hex(0xdcdee6), markBg: hex(0xecd6f7),
	selTextBg: hex(0xb9d3fb), matchBg: hex(0xffe08a), matchFg: hex(0x1d1f28),
	currentBg: hex(0xffb27a), currentFg: hex(0x1d1f28),
	buttonBg: hex(0xdcdee6), focusBg: hex(0x0b4f9e), focusFg: hex(0xffffff),
	dangerBg: hex(0xa01522), dangerFg: hex(0xffffff),
	border: hex(0x5d6270), comment: hex(0x4c5a44),
}

// Dark is the built-in theme for dark backgrounds.
func Dark() Theme { return build("dark", true, coloured(darkPalette), nil) }

// Light is the built-in theme for light backgrounds.
func Light() Theme { return build("light", false, coloured(lightPalette), nil) }

// Plain is the theme without a colour, for NO_COLOR (no-color.org) and for
// terminals that have none: bold, underline and reverse only.
func Plain() Theme { return build("plain", true, plainStyles, nil) }

// ForBackground returns the built-in theme for a terminal whose background is
// dark, or light.
func ForBackground(dark bool) Theme {
	if dark {
		return Dark()
	}
	return Light()
}

// coloured lays a palette out over the roles.
func coloured(p palette) [roleCount]style {
	return [roleCount]style{
		Text: {}, Strong: {fg: p.strong, attr: bold}, Muted: {fg: p.muted},
		Accent: {fg: p.accent}, Title: {fg: p.accent, attr: bold},
		Bar: {fg: p.text, bg: p.barBg}, BarMuted: {fg: p.muted, bg: p.barBg},
		Header: {fg: p.muted, attr: bold}, HeaderSort: {fg: p.accent, attr: bold},
		Selected:     {fg: p.text, bg: p.selBg, attr: bold},
		SelectedBlur: {fg: p.text, bg: p.selBlurBg}, Marked: {fg: p.text, bg: p.markBg},
		Border: {fg: p.border}, BorderFocus: {fg: p.accent}, BorderDanger: {fg: p.err},
		OK: {fg: p.ok}, Warning: {fg: p.warn}, Error: {fg: p.err}, Pending: {fg: p.blue},
		Terminating: {fg: p.ghost}, Completed: {fg: p.muted}, Unknown: {fg: p.muted, attr: italic},
		KeyHint: {fg: p.accent, attr: bold}, KeyDesc: {fg: p.muted},
		Match:        {fg: p.matchFg, bg: p.matchBg, attr: underline},
		MatchCurrent: {fg: p.currentFg, bg: p.currentBg, attr: bold | underline},
		Added:        {fg: p.ok}, Removed: {fg: p.err}, Stdout: {fg: p.blue}, Stderr: {fg: p.err},
		Gutter: {fg: p.muted}, GutterCurrent: {fg: p.text, attr: bold},
		Selection:      {fg: p.text, bg: p.selTextBg},
		ProblemError:   {fg: p.err, line: p.err, attr: curly},
		ProblemWarning: {fg: p.warn, line: p.warn, attr: curly},
		SyntaxKey:      {fg: p.accent}, SyntaxString: {fg: p.ok}, SyntaxNumber: {fg: p.warn},
		SyntaxBool: {fg: p.ghost}, SyntaxComment: {fg: p.comment, attr: italic},
		SyntaxPunct: {fg: p.muted}, SyntaxAnchor: {fg: p.blue},
		Input: {}, Placeholder: {fg: p.muted},
		Button: {fg: p.text, bg: p.buttonBg}, ButtonFocus: {fg: p.focusFg, bg: p.focusBg, attr: bold},
		ButtonDanger: {fg: p.dangerFg, bg: p.dangerBg, attr: bold},
		Notice:       {fg: p.accent}, NoticeWarning: {fg: p.warn}, NoticeError: {fg: p.err, attr: bold},
		ReadOnly: {fg: p.matchFg, bg: p.matchBg, attr: bold},
	}
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
