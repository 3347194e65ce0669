package config

import (
	"os"
	"path/filepath"
	"strings"

	"podium/internal/spelling"
	"podium/internal/strictyaml"
	"podium/themes"
)

// themesFolder is the folder of theme files beside a configuration file.
func themesFolder(file string) string { return filepath.Join(filepath.Dir(file), "themes") }

// themes reads the theme files and finds the themes that are configured. What is
// wrong with a file whose theme nobody asked for is kept, not a problem.
func (l *loader) themes() {
	folder := themesFolder(l.File)
	var wrong strictyaml.FileErrors
	l.Themes, wrong = themes.Load(os.DirFS(folder), Shown(folder))
	asked := false
	for _, c := range []struct{ key, name string }{
		{themeDark, l.Settings.ThemeDark}, {themeLight, l.Settings.ThemeLight},
	} {
		if _, ok := l.Themes.Find(c.name, true); ok {
			continue
		}
		if broken := ofTheme(wrong, c.name); len(broken) > 0 {
			if !asked {
				l.problems = append(l.problems, broken...)
			}
			asked = true
			continue
		}
		hint := "; there are " + strictyaml.Among(l.Themes.Names())
		if guess := spelling.Closest(c.name, l.Themes.Names()); guess != "" {
			hint = "; did you mean " + guess + "?"
		}
		l.problems = append(l.problems, l.at(c.key, "there is no theme "+strictyaml.Quote(c.name)+hint))
	}
	l.BrokenThemes = wrong
}

// The keys of the themes, for either background.
const (
	themeDark  = "look.theme-dark"
	themeLight = "look.theme-light"
)

// ThemeKey is the key of the theme for a kind of background.
func ThemeKey(dark bool) string {
	if dark {
		return themeDark
	}
	return themeLight
}

// chosen takes the themes that were chosen in the dashboard: they win over the file
// as it was then, and over nothing else. One that is not there any more counts as
// none.
func (l *loader) chosen(all map[string]Choice) {
	for key, theme := range l.themeSettings() {
		c, ok := all[key]
		if !ok || l.origins[key].Source > FromChoice || *theme != c.Over {
			continue
		}
		if _, ok := l.Themes.Find(c.Value, true); ok {
			*theme, l.origins[key] = c.Value, Origin{Source: FromChoice}
		}
	}
}

func (l *loader) themeSettings() map[string]*string {
	return map[string]*string{themeDark: &l.Settings.ThemeDark, themeLight: &l.Settings.ThemeLight}
}

// Choose is the choice of a theme for a kind of background, ok when it is another
// than the file has.
func (c *Config) Choose(dark bool, name string) (choice Choice, ok bool) {
	over := c.written.ThemeLight
	if dark {
		over = c.written.ThemeDark
	}
	return Choice{Value: name, Over: over}, name != over
}

// ofTheme are the problems of the file of a theme.
func ofTheme(ps strictyaml.FileErrors, name string) strictyaml.FileErrors {
	var out strictyaml.FileErrors
	for _, p := range ps {
		if base := filepath.Base(p.File); strings.TrimSuffix(base, filepath.Ext(base)) == name {
			out = append(out, p)
		}
	}
	return out
}

// Files are the files that this configuration was, or would be, read from. It does
// I/O.
func Files(o Options) []string {
	file, _ := Path(o)
	out := []string{file}
	entries, err := os.ReadDir(themesFolder(file))
	if err != nil {
		return out // no folder, no themes
	}
	for _, e := range entries {
		if len(out) < filesLimit {
			out = append(out, filepath.Join(themesFolder(file), e.Name()))
		}
	}
	return out
}

// filesLimit is how many files are watched at most.
const filesLimit = 201
