package ui

import (
	"errors"
	"fmt"
	"image/color"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/exp/golden"

	"podium/models"
	"podium/models/modelstest"
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
	kept := make(chan string, 1)
	u := inColour(t, func(o *Options) {
		o.Configured = &Configured{Settings: models.DefaultSettings(), KeepTheme: func(dark bool, name string) error {
			kept <- fmt.Sprint(name, " ", dark)
			return nil
		}}
	})
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
	u.Sees("midnight is the theme for dark backgrounds from now on")
	if got := <-kept; got != "midnight true" {
		t.Errorf("kept %s", got)
	}
	u.Send(tea.BackgroundColorMsg{Color: color.White})
	u.wears("light", false)
	u.Send(tea.BackgroundColorMsg{Color: color.Black})
	u.wears("midnight", true)
	// Read again, the configuration has what was kept, until the file names another.
	s := models.DefaultSettings()
	u.Send(changedMsg{now: &Configured{Settings: s}})
	u.wears("midnight", true)
	s.ThemeDark = "midnight"
	u.Send(changedMsg{now: &Configured{Settings: s}})
	u.wears("midnight", true)
	s.ThemeDark = "contrast"
	u.Send(changedMsg{now: &Configured{Settings: s}})
	u.wears("contrast", true)
}

func TestAThemeThatCannotBeKeptHoldsForTheRun(t *testing.T) {
	u := inColour(t, func(o *Options) {
		o.Configured = &Configured{Settings: models.DefaultSettings(), KeepTheme: func(bool, string) error { return errors.New("disk full") }}
	})
	u.Sees("live").Press(":").Type("theme midnight").Press("enter").Sees("midnight holds for this run only: disk full")
	u.wears("midnight", true)
}

func TestWithoutColoursNoThemeIsChosen(t *testing.T) {
	u := sit(t, client("api-1"), 100, 24)
	u.Sees("live").Press(":").Type("theme light").Press("enter").Sees("no colours here")
	u.wears("plain", true)
}

// TestViewsWithFewColours keeps what is written for terminals of 16 colours, on both
// backgrounds, and of none: the list with marks and a selected row, and the dialog
// that deletes.
func TestViewsWithFewColours(t *testing.T) {
	for name, see := range map[string]struct {
		profile    colorprofile.Profile
		background color.Color
	}{
		"16 dark": {colorprofile.ANSI, color.Black}, "16 light": {colorprofile.ANSI, color.White},
		"none": {colorprofile.ASCII, color.Black},
	} {
		t.Run(name, func(t *testing.T) {
			broken, coming := pod("api-2"), pod("web-3")
			broken.Status, broken.Ready, coming.Status, coming.Phase = "CrashLoopBackOff", 0, "Pending", "Pending"
			c := modelstest.NewClient(pod("api-1"), broken, coming, pod("web-4"))
			c.InfoAnswer = able()
			u := sit(t, c, 60, 16, func(o *Options) { o.Environ = []string{"TERM=xterm"} })
			u.Send(tea.ColorProfileMsg{Profile: see.profile}, tea.BackgroundColorMsg{Color: see.background})
			u.Sees("live").Press("space j j")
			list := u.View()
			u.later(time.Second)
			u.Press("ctrl+d").Sees("Cancel")
			golden.RequireEqual(t, list+"\n\n"+u.View())
			if see.profile == colorprofile.ASCII && strings.Contains(u.View()+list, "\x1b[3") {
				t.Error("there is colour where there is none")
			}
		})
	}
}

func TestWhatIsWrongWithThemesNobodyChoseIsAWarning(t *testing.T) {
	u := inColour(t, func(o *Options) {
		o.Configured = &Configured{Settings: models.DefaultSettings(), Warnings: []string{"Not a theme: mine.yaml:3:1: x"}}
	})
	u.Sees("Not a theme: mine.yaml:3:1")
	u.Send(changedMsg{now: &Configured{Settings: models.DefaultSettings()}})
	u.Sees("was read again")
	u.Press("!").Sees("Not a theme: mine.yaml:3:1")
}
