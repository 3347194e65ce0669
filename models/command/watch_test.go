package command

import (
	"context"
	"strings"
	"testing"
	"time"

	"podium/api"
	"podium/models"
	mt "podium/models/modelstest"
)

func TestWatchRunsAgainAndHighlights(t *testing.T) {
	texts := make(chan string, 10)
	client := mt.NewClient()
	client.OnExec = func(context.Context, string, string, string, api.ExecConfig) (api.ExecSession, error) {
		s := newSession()
		text := <-texts
		go func() {
			_, _ = s.output.Write(append([]byte{1, 0, 0, 0, 0, 0, 0, byte(len(text))}, text...))
			s.exit(0)
		}()
		return s, nil
	}
	b := mt.NewBench(client)
	texts <- "one\ntwo\n"
	d, m := open(t, b, "x", 80, 14, "web")
	d.Sees("exit 0", "│ two")
	d.Press("W").Sees("watch every 2s").Press("ctrl+u").Type("100ms match=four").Press("enter").Sees("watched every 100ms")
	if !m.Holds() {
		t.Error("a watched command does not hold the screen")
	}
	texts <- "one\nthree\n"
	d.Sees("▌ three", "│ one", "1 line changed")
	texts <- "one\nfour\n"
	d.Sees("▌ four").Misses("watched every")
	if m.Holds() {
		t.Error("the watch has ended and still holds the screen")
	}
	var said []string
	for _, w := range b.Wishes {
		switch w := w.(type) {
		case models.NoticeMsg:
			said = append(said, w.Text)
		case models.FinishedMsg:
			said = append(said, w.Text)
		}
	}
	if all := strings.Join(said, "\n"); !strings.Contains(all, `The watch of x has ended: "four" is in the output`) {
		t.Errorf("it said %q", all)
	}
}

func TestWatchIsParsed(t *testing.T) {
	for text, want := range map[string]string{
		"": "2s", "5s": "5s", "5": "5s", "500ms change": "500ms change", "exit": "2s exit", "1m exit=0": "1m0s exit=0", "match=a b": "2s match=a b",
		"change exit=3 match=(": "2s change exit=3 match=(",
	} {
		w, err := parseWatch(text, 2*time.Second)
		if err != nil || w.text(0) != want {
			t.Errorf("%q: %v, %v", text, w, err)
		}
	}
	for _, text := range []string{"1x", "10ms", "often", "exit=x", "change=1", "18446744074"} {
		if w, err := parseWatch(text, time.Second); err == nil {
			t.Errorf("%q is taken as %+v", text, w)
		}
	}
}
