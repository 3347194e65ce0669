package ui

import (
	"io"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"podium/models"
	"podium/themes"
)

// colours is what decides the theme.
type colours struct {
	none    bool // NO_COLOR, or a terminal without any
	few     bool // the terminal has 16 of them
	dark    bool // the terminal's background, as it says itself
	forced  bool // somebody said by hand which it is: dark then is that
	preview string
	dusk    string // chosen here for dark backgrounds, "" for the configured theme
	dawn    string // the same for light ones
}

// darkness tells which kind of background the theme is for.
func (r *root) darkness() bool {
	switch s := r.env.Settings.Background; {
	case r.colours.forced || s == models.Auto:
		return r.colours.dark
	default:
		return s != models.BackgroundLight
	}
}

// theme is the theme that suits the terminal and the user.
func (r *root) theme() themes.Theme {
	return r.themeOf(r.colours)
}

// themeOf is the theme that suits those colours.
func (r *root) themeOf(c colours) themes.Theme {
	dark := r.darkness()
	if c.none {
		return themes.Plain()
	}
	name, own := r.env.Settings.ThemeLight, c.dawn
	if dark {
		name, own = r.env.Settings.ThemeDark, c.dusk
	}
	if c.few {
		name = themes.NameTerminal // nobody has chosen the nearest of 16 colours
	}
	for _, n := range []string{c.preview, own, name} {
		if th, ok := r.themes().Find(n, dark); ok {
			return th
		}
	}
	return themes.ForBackground(dark)
}

// themes are those that can be chosen.
func (r *root) themes() *themes.Set {
	if c := r.opts.Configured; c != nil && c.Themes != nil {
		return c.Themes
	}
	return themes.Builtin()
}

// setColours changes what is known of the terminal's colours and of the user's
// choice.
func (r *root) setColours(c colours) {
	if c != r.colours {
		r.colours = c
		r.paint()
	}
}

// paint puts the theme that is due into force everywhere.
func (r *root) paint() {
	r.env.Theme = r.theme()
	for _, s := range r.open() {
		if t, ok := s.(models.Themed); ok {
			t.SetTheme(r.env.Theme)
		}
	}
	for _, t := range r.sessions {
		t.forget()
	}
	r.draw.forget()
}

// profile takes the terminal's abilities: without colours the theme must tell
// things apart by attributes, and with 16 it must do with those.
func (r *root) profile(p colorprofile.Profile) {
	c := r.colours
	c.none = c.none || p < colorprofile.ANSI
	c.few = p == colorprofile.ANSI
	r.setColours(c)
}

// background takes the terminal's word for how dark it is.
func (r *root) background(dark bool) {
	c := r.colours
	if c.forced {
		return
	}
	c.dark = dark
	r.setColours(c)
}

// followColours asks the terminal to tell of changes between light and dark (mode
// 2031), and what it is now.
func (r *root) followColours() tea.Cmd {
	return tea.Batch(tea.RequestBackgroundColor, tea.Raw(ansi.SetModeLightDark))
}

// restoreColours ends what followColours asked for. The program is over: there is
// nobody left to tell that this failed.
func restoreColours(w io.Writer) {
	if w != nil {
		_, _ = io.WriteString(w, ansi.ResetModeLightDark)
	}
}

// force makes the theme that for a dark, or a light, background whatever the
// terminal says.
func (r *root) force(dark bool) {
	c := r.colours
	c.forced, c.dark = true, dark
	r.setColours(c)
}

// preview shows a theme until something else is chosen; "" ends that.
func (r *root) preview(name string) {
	c := r.colours
	c.preview = name
	r.setColours(c)
}

// choose takes a theme, and keeps it for the runs to come.
func (r *root) choose(name string) {
	if r.colours.none {
		r.notify(models.NoticeMsg{Level: models.LevelWarning, Text: "There are no colours here (NO_COLOR, or a terminal without any), so themes have none either"})
		return
	}
	c, dark := r.colours, r.darkness()
	c.preview = ""
	if dark {
		c.dusk = name
	} else {
		c.dawn = name
	}
	r.setColours(c)
	conf := r.opts.Configured
	if conf == nil || conf.KeepTheme == nil {
		return
	}
	r.do(func() tea.Msg {
		if err := conf.KeepTheme(dark, name); err != nil {
			return models.NoticeMsg{Level: models.LevelWarning, Text: name + " holds for this run only: " + err.Error()}
		}
		kind := "light"
		if dark {
			kind = "dark"
		}
		return models.NoticeMsg{Text: name + " is the theme for " + kind + " backgrounds from now on"}
	})
}

// rechosen lets go what was chosen here where another theme is configured: kept as
// it is, the choice is configured too, unless something wins over it by now.
func (r *root) rechosen(before, now models.Settings) {
	if before.ThemeDark != now.ThemeDark {
		r.colours.dusk = ""
	}
	if before.ThemeLight != now.ThemeLight {
		r.colours.dawn = ""
	}
}

// themeWord is the palette's word that is followed by a theme's name.
const themeWord = "theme"

// themeChoices are the themes as a picker offers them, those for this kind of
// background first. prefix stands before their names.
func (r *root) themeChoices(prefix string) []choice {
	settled := r.colours
	settled.preview = ""
	now, dark := r.themeOf(settled).Name(), r.darkness()
	var fit, rest []choice
	for _, info := range r.themes().List() {
		detail := info.Doc
		if info.File != "" {
			detail = strings.TrimPrefix(detail+" · "+info.File, " · ")
		}
		if info.Name == now {
			detail += " · in force"
		}
		c := choice{
			name: prefix + info.Name, detail: detail,
			try: func(r *root) { r.preview(info.Name) },
			do:  func(r *root) { r.choose(info.Name) },
		}
		if dark && info.Dark || !dark && info.Light {
			fit = append(fit, c)
		} else {
			rest = append(rest, c)
		}
	}
	return append(fit, rest...)
}

// openThemes lists the themes; moving over one shows it.
func (r *root) openThemes() {
	p := &picker{root: r, title: "theme", typed: true, prompt: "theme "}
	choices := r.themeChoices("")
	p.all = func() []choice { return choices }
	p.match = func(c choice, typed string) bool { return strings.Contains(c.name+" "+c.detail, typed) }
	p.exact = true
	r.show(&layer{screen: p, foot: true})
	for i, c := range choices {
		if c.name == r.env.Theme.Name() {
			p.move(i)
		}
	}
	p.draw()
}
