package themes

// The built-in themes. Each is a palette laid out over the roles; what two themes
// share, they share by name.

// Names of the built-in themes that others refer to.
const (
	NameDark     = "dark"
	NameLight    = "light"
	NameTerminal = "terminal-16"
	namePlain    = "plain"
)

// builtin are the themes that come with podium, in the order in which they are
// offered.
func builtin() []definition {
	return []definition{
		{name: NameDark, doc: "for dark backgrounds", dark: &variant{darkPalette, coloured}},
		{name: "midnight", doc: "for dark backgrounds, told apart by colour-blind eyes too", dark: &variant{midnightPalette, coloured}},
		{name: NameLight, doc: "for light backgrounds", light: &variant{lightPalette, coloured}},
		{name: "paper", doc: "for light backgrounds, in the colours of ink", light: &variant{paperPalette, coloured}},
		{
			name: "contrast", doc: "high contrast, at least 7:1",
			dark: &variant{contrastDarkPalette, emphatic(coloured)}, light: &variant{contrastLightPalette, emphatic(coloured)},
		},
		{
			name: NameTerminal, doc: "the terminal's own 16 colours",
			dark: &variant{terminalDarkPalette, sixteen}, light: &variant{terminalLightPalette, sixteen},
		},
	}
}

// darkPalette keeps 4.5:1 on backgrounds from black up to #303446.
var darkPalette = palette{
	"text": hex(0xe4e4ec), "strong": hex(0xffffff), "muted": hex(0xa9adbd), "border": hex(0xa0a4b4), "comment": hex(0xa9b5a0),
	"accent": hex(0x8fc7ff), "ok": hex(0x8fdc9a), "warning": hex(0xf2cf73), "error": hex(0xff9d9d),
	"pending": hex(0x8fd7e8), "terminating": hex(0xd3b4ff),
	"bar": hex(0x262a3b), "selected": hex(0x1d2e70), "selected-blur": hex(0x343849), "marked": hex(0x4a2f5c), "selection": hex(0x222e78),
	"match": hex(0xf2cf73), "match-text": hex(0x1a1a1a), "current": hex(0xff9e5e), "current-text": hex(0x1a1a1a),
	"button": hex(0x343849), "focus": hex(0x8fc7ff), "focus-text": hex(0x10141f),
	"danger": hex(0xff9d9d), "danger-text": hex(0x1f0a0a),
}

// midnightPalette tells states apart along blue and yellow and by lightness, which
// eyes without one of the cones still see.
var midnightPalette = palette{
	"text": hex(0xe6e9f5), "strong": hex(0xffffff), "muted": hex(0xabb2c8), "border": hex(0x9aa3bd), "comment": hex(0xa3aecb),
	"accent": hex(0x8cc8ff), "ok": hex(0x5cc3ff), "warning": hex(0xfff07a), "error": hex(0xff9a57),
	"pending": hex(0xf0f2fa), "terminating": hex(0xb4bacb),
	"bar": hex(0x1b2340), "selected": hex(0x142e6c), "selected-blur": hex(0x34363d), "marked": hex(0x4a2e08), "selection": hex(0x1c2e7a),
	"match": hex(0xfff07a), "match-text": hex(0x10131f), "current": hex(0xff9a57), "current-text": hex(0x10131f),
	"button": hex(0x34363d), "focus": hex(0x8cc8ff), "focus-text": hex(0x0a1020),
	"danger": hex(0xff9a57), "danger-text": hex(0x1a0d04),
}

// lightPalette keeps 4.5:1 on backgrounds from white down to #eee8d5.
var lightPalette = palette{
	"text": hex(0x1d1f28), "strong": hex(0x000000), "muted": hex(0x555a68), "border": hex(0x555a68), "comment": hex(0x4c5a44),
	"accent": hex(0x0b4f9e), "ok": hex(0x14602a), "warning": hex(0x704700), "error": hex(0xa01522),
	"pending": hex(0x08586b), "terminating": hex(0x6a2c98),
	"bar": hex(0xdfe3ee), "selected": hex(0xc4dafc), "selected-blur": hex(0xdcdee6), "marked": hex(0xecd6f7), "selection": hex(0xcadcfb),
	"match": hex(0xffe08a), "match-text": hex(0x1d1f28), "current": hex(0xffb27a), "current-text": hex(0x1d1f28),
	"button": hex(0xdcdee6), "focus": hex(0x0b4f9e), "focus-text": hex(0xffffff),
	"danger": hex(0xa01522), "danger-text": hex(0xffffff),
}

var paperPalette = palette{
	"text": hex(0x2b2620), "strong": hex(0x120d08), "muted": hex(0x5c5348), "border": hex(0x5c5348), "comment": hex(0x5a5a3e),
	"accent": hex(0x2c4a7c), "ok": hex(0x35591f), "warning": hex(0x6f4306), "error": hex(0x96271b),
	"pending": hex(0x1f5a63), "terminating": hex(0x63326d),
	"bar": hex(0xe6dcc6), "selected": hex(0xd3ddea), "selected-blur": hex(0xe2d9c8), "marked": hex(0xf2dcea), "selection": hex(0xc8d7ec),
	"match": hex(0xf3d98b), "match-text": hex(0x2b2620), "current": hex(0xf0b27f), "current-text": hex(0x2b2620),
	"button": hex(0xe2d9c8), "focus": hex(0x2c4a7c), "focus-text": hex(0xfdf8ee),
	"danger": hex(0x96271b), "danger-text": hex(0xfdf8ee),
}

// The high-contrast palettes keep 7:1 on the same backgrounds.
var contrastDarkPalette = palette{
	"text": hex(0xffffff), "strong": hex(0xffffff), "muted": hex(0xdedede), "border": hex(0xffffff), "comment": hex(0xdedede),
	"accent": hex(0x9be8ff), "ok": hex(0x7dff9b), "warning": hex(0xffee58), "error": hex(0xffbdb3),
	"pending": hex(0x9be8ff), "terminating": hex(0xf2c9ff),
	"bar": hex(0x000000), "selected": hex(0x00246b), "selected-blur": hex(0x2e2e2e), "marked": hex(0x4a0055), "selection": hex(0x00246b),
	"match": hex(0xffee58), "match-text": hex(0x000000), "current": hex(0xffffff), "current-text": hex(0x000000),
	"button": hex(0x2e2e2e), "focus": hex(0xffffff), "focus-text": hex(0x000000),
	"danger": hex(0xffbdb3), "danger-text": hex(0x000000),
}

var contrastLightPalette = palette{
	"text": hex(0x000000), "strong": hex(0x000000), "muted": hex(0x2e2e2e), "border": hex(0x000000), "comment": hex(0x2e2e2e),
	"accent": hex(0x00307a), "ok": hex(0x003d12), "warning": hex(0x4a2c00), "error": hex(0x7a0010),
	"pending": hex(0x003a4a), "terminating": hex(0x4a0070),
	"bar": hex(0xffffff), "selected": hex(0xcfe2ff), "selected-blur": hex(0xe4e4e4), "marked": hex(0xf6dcff), "selection": hex(0xcfe2ff),
	"match": hex(0xffee58), "match-text": hex(0x000000), "current": hex(0x000000), "current-text": hex(0xffffff),
	"button": hex(0xe4e4e4), "focus": hex(0x000000), "focus-text": hex(0xffffff),
	"danger": hex(0x7a0010), "danger-text": hex(0xffffff),
}

// The palettes of terminal-16 have only those of the 16 colours that can be read
// on the background in xterm's own palette.
var terminalDarkPalette = palette{
	"muted": ansi(white), "border": ansi(white), "comment": ansi(white),
	"accent": ansi(brightCyan), "ok": ansi(green), "warning": ansi(yellow), "error": ansi(brightRed),
	"pending": ansi(cyan), "terminating": ansi(brightMagenta), "ink": ansi(black), "bright": ansi(brightWhite),
	"danger": ansi(red),
}

var terminalLightPalette = palette{
	"accent": ansi(blue), "warning": ansi(magenta), "error": ansi(red), "pending": ansi(blue), "terminating": ansi(magenta),
	"ink": ansi(black), "bright": ansi(brightWhite), "danger": ansi(red),
}

// Plain is the theme without a colour, for NO_COLOR (no-color.org) and for
// terminals that have none: bold, underline and reverse only.
func Plain() Theme { return build(namePlain, true, plainStyles) }

// Dark is the built-in theme for dark backgrounds.
func Dark() Theme { return Builtin().find(NameDark, true) }

// Light is the built-in theme for light backgrounds.
func Light() Theme { return Builtin().find(NameLight, false) }

// ForBackground returns the built-in theme for a terminal whose background is
// dark, or light.
func ForBackground(dark bool) Theme {
	if dark {
		return Dark()
	}
	return Light()
}
