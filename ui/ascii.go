package ui

import (
	"strings"

	"podium/internal/safetext"
	"podium/models"
)

// asciiDue tells whether to draw in ASCII: as configured, or, left to podium, where
// the locale is said to be another one than UTF-8, and on the Linux console, whose
// fonts lack half of what frames and arrows are made of.
func asciiDue(setting string, environ []string) bool {
	switch setting {
	case models.On:
		return true
	case models.Off:
		return false
	}
	if getenv(environ, "TERM") == "linux" {
		return true
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} { // POSIX, XBD 8.2
		if value := strings.ToLower(getenv(environ, name)); value != "" {
			return !strings.Contains(value, "utf-8") && !strings.Contains(value, "utf8")
		}
	}
	return false // nobody said anything, which is common in containers
}

// spelt is a view as the terminal can show it.
func (r *root) spelt(view string) string {
	if r.ascii {
		return safetext.ASCII(view)
	}
	return view
}

// keyWords are the words for keys that are written with an arrow.
var keyWords = strings.NewReplacer("↑", "up", "↓", "down", "←", "left", "→", "right", "–", "-")

// spellInASCII writes the arrows in the help of keys as words: as signs they would
// be letters.
func spellInASCII(scope models.KeyScope) {
	for _, a := range scope.Actions() {
		h := a.Binding.Help()
		a.Binding.SetHelp(keyWords.Replace(h.Key), h.Desc)
	}
}
