package host

import "testing"

func FuzzParseStat(f *testing.F) {
	f.Add("1 (a) b) S 2 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 12345 1 1")
	f.Fuzz(func(_ *testing.T, line string) { _, _ = parseStat(line) })
}
