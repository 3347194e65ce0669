package modelstest

import (
	"regexp"
	"strings"
	"testing"
	"unicode"

	"podium/internal/safetext"
	"podium/models"
)

// sgr are the only control sequences that a screen may bring.
var sgr = regexp.MustCompile("\x1b\\[[0-9;:]*m")

// CheckView fails the test unless the view has exactly the rows and columns and
// holds no control character but colours.
func CheckView(tb testing.TB, view string, cols, rows int) {
	tb.Helper()
	plain := sgr.ReplaceAllString(view, "")
	if strings.ContainsFunc(plain, func(c rune) bool { return c != '\n' && (unicode.IsControl(c) || unicode.Is(unicode.Bidi_Control, c)) }) {
		tb.Errorf("the view holds control characters: %q", plain)
	}
	if cols == 0 || rows == 0 {
		return
	}
	lines := strings.Split(plain, "\n")
	if len(lines) != rows {
		tb.Errorf("the view has %d lines, want %d:\n%s", len(lines), rows, plain)
	}
	for i, line := range lines {
		if w := safetext.Width(line); w != cols {
			tb.Errorf("line %d of the view is %d cells wide, want %d: %q", i, w, cols, line)
		}
	}
}

// CheckViews checks the screen's view at all Sizes, and that drawing it twice gives
// the same.
func CheckViews(tb testing.TB, s models.Screen) {
	tb.Helper()
	for _, size := range Sizes {
		s.SetSize(size[0], size[1])
		view := s.View()
		if s.View() != view {
			tb.Errorf("at %v the view differs when drawn twice", size)
		}
		CheckView(tb, view, size[0], size[1])
	}
}

// Sizes are the windows at which every screen is drawn in tests.
var Sizes = [][2]int{{80, 24}, {200, 50}, {40, 12}, {1, 1}, {0, 0}, {3, 2}, {17, 5}}

// Hostile are texts that a server may send and that must not reach a terminal.
var Hostile = []string{
	"\x1b[2J\x1b]0;owned\x07", "a\r\nb", "\x9b31m", "\u202etxt.exe", strings.Repeat("x", 4096),
	"\x00\x01\x7f", "\xff\xfe", "\t\t", "\x1b]52;c;aGk=\x1b\\", "世界👩‍👩‍👧", "",
}
