package safetext

import (
	"slices"
	"strings"
	"testing"
)

func TestWrap(t *testing.T) {
	tests := []struct {
		in   string
		max  int
		want []string
	}{
		{"", 10, []string{""}},
		{"one two", 10, []string{"one two"}},
		{"one  two", 8, []string{"one  two"}},
		{"one two three", 8, []string{"one two", "three"}},
		{"abcdefgh", 3, []string{"abc", "def", "gh"}},
		{"a abcdefgh b", 4, []string{"a", "abcd", "efgh", "b"}},
		{"a\x1b[31mb", 20, []string{Clean("a\x1b[31mb")}},
		{"x", 0, []string{"x"}},
		{"世界 世界", 5, []string{"世界", "世界"}},
	}
	for _, tt := range tests {
		if got := Wrap(tt.in, tt.max); !slices.Equal(got, tt.want) {
			t.Errorf("Wrap(%q, %d) = %q, want %q", tt.in, tt.max, got, tt.want)
		}
	}
}

func TestWrapNeverExceedsTheWidthAndEnds(t *testing.T) {
	for _, in := range []string{"世界世界 a", strings.Repeat("é ", 50), "\x1b]0;x\x07 long words here", "👩‍👩‍👧 family"} {
		for width := range 12 {
			for _, line := range Wrap(in, width) {
				if Width(line) > max(width, 1) {
					t.Errorf("Wrap(%q, %d) has the line %q of %d cells", in, width, line, Width(line))
				}
			}
		}
	}
}
