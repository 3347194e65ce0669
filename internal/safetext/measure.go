package safetext

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// spaces is cut, not built, for the paddings of a usual screen.
const spaces = "                                                                                                                                "

// Spaces returns n spaces, "" for n below 1.
func Spaces(n int) string {
	if n < 1 {
		return ""
	}
	if n <= len(spaces) {
		return spaces[:n]
	}
	return strings.Repeat(" ", n)
}

// characterEnd is the length of the first grapheme cluster (UAX #29) of s, looked
// for within the window.
func characterEnd(s string) int {
	if len(s) > window {
		end := window
		for !utf8.RuneStart(s[end]) && end > window-utf8.UTFMax {
			end--
		}
		s = s[:end]
	}
	cluster, _ := ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
	return max(len(cluster), 1)
}

// widths is how wide one character is where the terminal counts clusters, and
// where it counts code points.
func widths(text string) (grapheme, wc int) {
	_, grapheme = ansi.FirstGraphemeCluster(text, ansi.GraphemeWidth)
	if n := characterEnd(text); n < len(text) {
		// Respelled text may be more than one cluster.
		grapheme = ansi.StringWidth(text)
	}
	return grapheme, ansi.StringWidthWc(text)
}

// Next measures the first character, or escape sequence, of clean text: its
// length in bytes, at least 1 unless s is empty, and its cells. In scripts with
// spacing marks (Devanagari, Tamil), on which terminals disagree, it is the larger
// count: a line may come out short there, never long.
func Next(s string) (bytes, cells int) {
	if s == "" {
		return 0, 0
	}
	b := s[0]
	if b < utf8.RuneSelf {
		if b == 0x1b {
			if n := sequence(s); n > 0 {
				return n, 0
			}
		}
		if len(s) == 1 || s[1] < utf8.RuneSelf {
			if b < 0x20 || b == 0x7f {
				return 1, 0
			}
			return 1, 1
		}
	}
	n := characterEnd(s)
	g, wc := widths(s[:n])
	return n, max(g, wc)
}

func width(s string) int {
	if n := printable(s, len(s)); n == len(s) {
		return n
	}
	total := 0
	for len(s) > 0 {
		n, w := Next(s)
		total += w
		s = s[n:]
	}
	return total
}

func truncate(s string, limit int) string {
	if limit < 1 {
		return ""
	}
	if printable(s, limit) == len(s) {
		return s
	}
	cells, keep := 0, 0
	styled := false
	for i := 0; i < len(s); {
		n, w := Next(s[i:])
		cells += w
		if cells > limit {
			if styled {
				return s[:keep] + ellipsis + reset
			}
			return s[:keep] + ellipsis
		}
		styled = styled || s[i] == 0x1b
		i += n
		if cells < limit {
			keep = i
		}
	}
	return s
}

func fit(s string, w int, right bool) string {
	if w < 1 {
		return ""
	}
	s = truncate(s, w)
	pad := w - width(s)
	switch {
	case pad <= 0:
		return s
	case right:
		return Spaces(pad) + s
	}
	return s + Spaces(pad)
}

func cut(s string, left, w int) string {
	left = max(left, 0)
	if w < 1 {
		return ""
	}
	if printable(s, len(s)) == len(s) {
		return s[min(left, len(s)):min(left+w, len(s))]
	}
	var out strings.Builder
	styled := false
	at, right := 0, left+w
	for i := 0; i < len(s) && at < right; {
		n, cells := Next(s[i:])
		switch text := s[i : i+n]; {
		case s[i] == 0x1b && cells == 0:
			styled = true
			out.WriteString(text)
		case at+cells <= left:
		case at >= left && at+cells <= right:
			out.WriteString(text)
		default:
			// A wide character on the edge leaves the cells of it that show.
			out.WriteString(Spaces(min(at+cells, right) - max(at, left)))
		}
		at += cells
		i += n
	}
	if styled {
		out.WriteString(reset)
	}
	return out.String()
}

func block(s string, maxLines, limit int) []string {
	if maxLines < 1 {
		return nil
	}
	var out []string
	for s != "" {
		if len(out) == maxLines {
			out[maxLines-1] = ellipsis
			break
		}
		var l string
		l, s, _ = strings.Cut(s, "\n")
		out = append(out, Line(strings.TrimSuffix(l, "\r"), limit))
	}
	return out
}
