package command

import (
	"testing"
	"time"
)

// FuzzLines reads any text as a line of a history, and as what ends a watch.
func FuzzLines(f *testing.F) {
	for _, s := range []string{"uptime", "= ls -l 'a b'", "-l app=web -- x", "=-l a -- b", "5 exit=3 match=(", "18446744074", "1m change", `a "b\`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s := parseSpec(text)
		if again := parseSpec(s.text()); again != s {
			t.Errorf("%q is %+v, spelled %q, which is %+v", text, s, s.text(), again)
		}
		if argv, err := s.command(); err == nil && len(argv) == 0 {
			t.Errorf("%q is a command of no words", text)
		}
		if w, err := parseWatch(text, time.Second); err == nil && w.every < 100*time.Millisecond {
			t.Errorf("%q is watched every %v", text, w.every)
		}
	})
}
