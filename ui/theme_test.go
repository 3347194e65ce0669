package ui

import (
	"image/color"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	uv "github.com/charmbracelet/ultraviolet"

	"podium/models"
	"podium/themes"
)

// inColour opens the program on a terminal with colours.
func inColour(t *testing.T, change ...func(*Options)) *user {
	t.Helper()
	colourful := func(o *Options) { o.Environ = []string{"TERM=xterm-256color"} }
	return sit(t, client("api-1"), 100, 24, append([]func(*Options){colourful}, change...)...)
}

// wears tells the theme in force, and that what is shown is drawn in it.
func (u *user) wears(name string, dark bool) {
	u.t.Helper()
	th := u.bench.Env.Theme
	if th.Name() != name || th.Dark() != dark {
		u.t.Fatalf("the theme is %s (dark: %t), want %s (dark: %t)", th.Name(), th.Dark(), name, dark)
	}
	if open := th.Open(themes.Bar); open != "" && !strings.Contains(u.View(), open) {
		u.t.Errorf("nothing is drawn in %s", name)
	}
}

func TestTheThemeFollowsTheTerminal(t *testing.T) {
	u := inColour(t)
	u.wears("dark", true)
	u.Send(tea.BackgroundColorMsg{Color: color.White}).Sees("live")
	u.wears("light", false)
	u.Send(uv.DarkColorSchemeEvent{})
	u.wears("dark", true)
	u.Send(uv.LightColorSchemeEvent{})
	u.wears("light", false)
	u.Send(tea.ColorProfileMsg{Profile: colorprofile.ANSI})
	u.wears("terminal-16", false)
	u.Send(uv.DarkColorSchemeEvent{})
	u.wears("terminal-16", true)
	u.Send(tea.ColorProfileMsg{Profile: colorprofile.ASCII})
	u.wears("plain", true)
}

func TestThemesAreConfiguredForBothBackgrounds(t *testing.T) {
	s := models.DefaultSettings()
	s.ThemeDark, s.ThemeLight = "midnight", "contrast"
	u := inColour(t, func(o *Options) { o.Configured = &Configured{Settings: s} })
	u.wears("midnight", true)
	u.Send(tea.BackgroundColorMsg{Color: color.White})
	u.wears("contrast", false)
	s.Background = models.BackgroundDark
	u.Send(changedMsg{now: &Configured{Settings: s}})
	u.wears("midnight", true)
	u.Send(tea.BackgroundColorMsg{Color: color.White})
	u.wears("midnight", true)
	u.Press(":").Type("light").Press("enter")
	u.wears("contrast", false)
}

func TestAThemeIsShownWhileItIsChosen(t *testing.T) {
	u := inColour(t)
	u.Sees("live").Press(":").Type("theme").Press("enter").Sees("for dark backgrounds", "in force")
	u.wears("dark", true)
	u.Press("down")
	u.wears("midnight", true)
	u.Press("esc")
	u.wears("dark", true)
	u.Press(":").Type("theme c")
	u.wears("contrast", true)
	u.Press("backspace").Type("pap")
	u.wears("paper", false)
	u.Press("backspace backspace backspace backspace backspace")
	u.wears("dark", true)
	u.Type("e midn").Press("enter")
	u.wears("midnight", true)
	u.Sees("look.theme-dark: midnight")
	u.Send(tea.BackgroundColorMsg{Color: color.White})
	u.wears("light", false)
	u.Send(tea.BackgroundColorMsg{Color: color.Black})
	u.wears("midnight", true)
}

func TestWithoutColoursNoThemeIsChosen(t *testing.T) {
	u := sit(t, client("api-1"), 100, 24)
	u.Sees("live").Press(":").Type("theme light").Press("enter").Sees("no colours here")
	u.wears("plain", true)
}
