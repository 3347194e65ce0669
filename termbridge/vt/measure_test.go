package vt

import (
	"slices"
	"strings"
	"testing"
)

// What Next says of a line's text is what the screen's cells say.
func TestNextAgreesWithCells(t *testing.T) {
	texts := []string{
		"plain ascii", "世界 wide", "e\u0301a\u0308 marks", "👩 one", "a👨‍👩‍👧b", "🇩🇪🇫🇷", "नमस्ते", "한글 \u1112\u1161\u11ab", "x\ufe0fy", "❤️!",
	}
	for _, m := range []WidthMethod{WidthWC, WidthGrapheme} {
		for _, text := range texts {
			term := New(Options{Cols: 60, Rows: 1, Width: m})
			_, _ = term.Write([]byte(text))
			line := term.Line(0).Text
			var want, got []int
			for x := 0; x < 60; x++ {
				if c := term.Cell(x, 0); c.Width > 0 && strings.TrimSpace(c.Content) != "" {
					want = append(want, x)
				}
			}
			x := 0
			for rest := line; rest != ""; {
				n, w := m.Next(rest)
				if strings.TrimSpace(rest[:n]) != "" {
					got = append(got, x)
				}
				x += w
				rest = rest[n:]
			}
			if !slices.Equal(got, want) {
				t.Errorf("method %d, %q: characters at %v, the cells say %v", m, text, got, want)
			}
		}
	}
}
