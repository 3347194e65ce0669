package command

import (
	"fmt"
	"math"
	"unicode/utf8"

	"podium/internal/spool"
)

// binary tells whether standard output is no text, by how it begins.
func binary(s *spool.Spool) bool {
	p := s.Head()
	p = p[:min(len(p), 4<<10)]
	odd := 0
	for i := 0; i < len(p); {
		r, n := utf8.DecodeRune(p[i:])
		switch {
		case r == 0:
			return true
		case r == utf8.RuneError && n == 1 && len(p)-i >= utf8.UTFMax:
			odd++
		case r < 0x20 && r != '\n' && r != '\r' && r != '\t' && r != 0x1b && r != '\b' && r != '\f' && r != 7:
			odd++
		}
		i += n
	}
	return odd*10 > len(p)
}

// size is a number of bytes for people.
func size(n int64) string {
	const k = 1 << 10
	switch {
	case n < k:
		return fmt.Sprintf("%d B", n)
	case n < k*k:
		return fmt.Sprintf("%.1f KiB", float64(n)/k)
	case n < k*k*k:
		return fmt.Sprintf("%.1f MiB", float64(n)/(k*k))
	}
	return fmt.Sprintf("%.2f GiB", float64(n)/math.Pow(k, 3))
}

// hexLines are bytes as hex dumps have them, sixteen on a line.
func hexLines(p []byte) []string {
	out := make([]string, 0, len(p)/16+1)
	for at := 0; at < len(p); at += 16 {
		row := p[at:min(at+16, len(p))]
		line := fmt.Appendf(make([]byte, 0, 80), "%08x  ", at)
		text := make([]byte, 0, 16)
		for i := range 16 {
			if i == 8 {
				line = append(line, ' ')
			}
			if i >= len(row) {
				line = append(line, "   "...)
				continue
			}
			line = fmt.Appendf(line, "%02x ", row[i])
			if c := row[i]; c >= 0x20 && c < 0x7f {
				text = append(text, c)
			} else {
				text = append(text, '.')
			}
		}
		out = append(out, string(line)+" |"+string(text)+"|")
	}
	return out
}
