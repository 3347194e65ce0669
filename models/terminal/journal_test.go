package terminal

import (
	"testing"

	"podium/models"
)

func TestTheEndIsWrittenDown(t *testing.T) {
	for _, tt := range []struct {
		wish models.ExecMsg
		code int
		want models.Entry
	}{
		{shell(), 3, models.Entry{Action: "shell", Target: "default/web/main", Result: "exit 3"}},
		{models.ExecMsg{Ref: web, Container: "main", Cmd: []string{"top", "-b"}}, 0, models.Entry{Action: "terminal", Target: "default/web/main", Result: "top -b: exit 0"}},
	} {
		d, bench, _, s := open(t, tt.wish)
		s.exit(tt.code)
		d.Sees("exit")
		var got []models.Entry
		for _, w := range bench.Wishes {
			if j, ok := w.(models.JournalMsg); ok {
				got = append(got, j.Entry)
			}
		}
		if len(got) != 1 || got[0] != tt.want {
			t.Errorf("written down is %+v, want %+v", got, tt.want)
		}
	}
}
