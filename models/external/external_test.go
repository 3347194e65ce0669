//go:build unix

package external

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"go.uber.org/goleak"

	"podium/models"
	mt "podium/models/modelstest"
	"podium/termbridge"
	"podium/termbridge/vt"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// shellStart is an editor that is a line of shell; $1 is the file.
func shellStart(t *testing.T, script string) (Start, string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "pod.yaml")
	return func(req Request) (*Job, error) {
		f, err := os.Create(file)
		if err != nil {
			return nil, err
		}
		if err := errors.Join(req.Write(f), f.Close()); err != nil {
			return nil, err
		}
		bridge, err := termbridge.New(termbridge.Options{
			Cols: req.Cols, Rows: req.Rows, Command: exec.Command("/bin/sh", "-c", script, "sh", file),
			Terminal: vt.Options{Width: req.Width},
		})
		if err != nil {
			return nil, err
		}
		return &Job{
			Name: "ed", Bridge: bridge,
			Text:    func() (string, error) { data, err := os.ReadFile(file); return string(data), err },
			Discard: func() error { return os.Remove(file) },
		}, nil
	}, file
}

// asker is only told apart from others.
type asker struct{ models.Screen }

// show drives the screen and records its wishes.
func show(t *testing.T, start Start) (*mt.Driver, *mt.Bench, *Model, *[]tea.Msg, models.Screen) {
	t.Helper()
	b := mt.NewBench(mt.NewClient())
	var wishes []tea.Msg
	b.Env.Wish = func(w tea.Msg) { wishes = append(wishes, w) }
	who := &asker{}
	m := New(b.Env, start, models.LocalEditMsg{Asker: who, Text: "kind: Pod\n", Draft: "d"})
	d := mt.Drive(t, m, 60, 10)
	t.Cleanup(m.Close)
	return d, b, m, &wishes, who
}

func TestTheTextComesBack(t *testing.T) {
	start, file := shellStart(t, `stty -echo; echo "editing $(cat "$1")"; stty size; read line; echo "$line" >>"$1"`)
	d, b, m, wishes, who := show(t, start)
	d.Sees("editing kind: Pod", "10 60")
	if !m.Grabbing() || !m.Holds() || m.Ends() != "ed with a manifest" || m.Title() != "ed" {
		t.Errorf("while it runs: %v %v %q %q", m.Grabbing(), m.Holds(), m.Ends(), m.Title())
	}
	if m.View() != m.View() || len(strings.Split(m.View(), "\n")) != 10 {
		t.Errorf("the view is\n%s", m.View())
	}
	d.Type("# mine")
	d.Press("enter")
	d.Until("the end", func() bool { return len(*wishes) == 2 })
	if got, ok := (*wishes)[0].(models.EditedMsg); !ok || got.Text != "kind: Pod\n# mine\n" || got.Asker != who {
		t.Errorf("the first wish is %#v", (*wishes)[0])
	}
	if got, ok := (*wishes)[1].(models.BackMsg); !ok || got.From != models.Screen(m) {
		t.Errorf("the second wish is %#v", (*wishes)[1])
	}
	if draft, err := b.Env.Store.LoadDraft("d"); err != nil || string(draft) != "kind: Pod\n# mine\n" {
		t.Errorf("the draft is %q, %v", draft, err)
	}
	if m.Holds() || m.Ends() != "" {
		t.Error("it still holds something")
	}
	d.Until("the file to be gone", func() bool { _, err := os.Stat(file); return errors.Is(err, os.ErrNotExist) })
}

// TestThePaneIsThatOfShells: what the mouse and the leader do in one does the same
// in an editor's.
func TestThePaneIsThatOfShells(t *testing.T) {
	start, _ := shellStart(t, `stty -echo -icanon; printf '\033[?1049hone two\033[5;1H'; head -c 9 | od -An -c; printf '\a'; read line`)
	d, _, m, wishes, _ := show(t, start)
	d.Sees("one two")
	for range 2 {
		d.Send(tea.MouseClickMsg{X: 5, Button: tea.MouseLeft}, tea.MouseReleaseMsg{X: 5, Button: tea.MouseLeft})
	}
	if len(*wishes) != 1 {
		t.Fatalf("a double click wishes %v", *wishes)
	}
	if got, ok := (*wishes)[0].(models.CopyMsg); !ok || got.Text != "two" {
		t.Errorf("a double click wishes %#v", (*wishes)[0])
	}
	for _, a := range []models.Action{models.ActionLiteral, models.ActionPaste, models.ActionCopyMode, models.ActionSearch} {
		if !slices.Contains(m.Actions(), a) {
			t.Errorf("action %d is missing", a)
		}
	}
	m.SetFocus(false)
	m.SetShown(false)
	d.Send(tea.MouseWheelMsg{Button: tea.MouseWheelUp}) // arrows, as for any program with a screen of its own
	d.Until("its bell", func() bool { return len(*wishes) == 2 })
	if got, ok := (*wishes)[1].(models.NoticeMsg); !ok || got.Text != "bell in ed" {
		t.Errorf("the bell wishes %#v", (*wishes)[1])
	}
	m.SetShown(true)
	d.Sees("033   [   A 033   [   A 033   [   A")
	if s := m.Session(); !s.Running || !s.Bell {
		t.Errorf("it does %+v", s)
	}
}

func TestAPagerThatIsNotThereIsLeft(t *testing.T) {
	b := mt.NewBench(mt.NewClient())
	var wishes []tea.Msg
	b.Env.Wish = func(w tea.Msg) { wishes = append(wishes, w) }
	m := NewPager(b.Env, nil, models.PagerMsg{Write: func(io.Writer) error { return nil }})
	mt.Drive(t, m, 60, 10).Sees("The pager did not start").Press("esc")
	if len(wishes) != 1 {
		t.Errorf("esc wishes %v", wishes)
	}
}

func TestAnEditorThatFailsChangesNothing(t *testing.T) {
	start, _ := shellStart(t, `echo changed >"$1"; exit 3`)
	d, _, _, wishes, _ := show(t, start)
	d.Until("the end", func() bool { return len(*wishes) == 2 })
	if got, ok := (*wishes)[0].(models.NoticeMsg); !ok || !strings.Contains(got.Text, "status 3") {
		t.Errorf("the first wish is %#v", (*wishes)[0])
	}
}

// An editor that crashes, or is killed, has not refused what it saved before.
func TestAnEditorThatDiesLeavesADraft(t *testing.T) {
	start, _ := shellStart(t, `echo saved >>"$1"; kill -KILL $$`)
	d, b, _, wishes, _ := show(t, start)
	d.Until("the end", func() bool { return len(*wishes) == 2 })
	if got, ok := (*wishes)[0].(models.NoticeMsg); !ok || !strings.Contains(got.Text, "status 137") || !strings.Contains(got.Text, "is a draft") {
		t.Errorf("the first wish is %#v", (*wishes)[0])
	}
	if draft, err := b.Env.Store.LoadDraft("d"); err != nil || string(draft) != "kind: Pod\nsaved\n" {
		t.Errorf("the draft is %q, %v", draft, err)
	}
}

func TestNoEditor(t *testing.T) {
	for _, start := range []Start{nil, func(Request) (*Job, error) { return nil, errors.New("no editor was found: set $EDITOR\x1b[2J") }} {
		d, _, m, wishes, _ := show(t, start)
		d.Sees("The editor did not start: no editor")
		if m.Grabbing() || m.Holds() || m.Cursor() != nil {
			t.Error("it grabs or holds")
		}
		d.Press("esc")
		if len(*wishes) != 1 {
			t.Errorf("esc wishes %v", *wishes)
		}
	}
}

// TestClosedWhileRunning: what the editor has saved by then is kept as a draft.
func TestClosedWhileRunning(t *testing.T) {
	start, _ := shellStart(t, `echo saved >>"$1"; echo ready; read line`)
	d, b, m, wishes, _ := show(t, start)
	d.Sees("ready")
	m.Close()
	d.Until("the draft", func() bool {
		draft, err := b.Env.Store.LoadDraft("d")
		return err == nil && string(draft) == "kind: Pod\nsaved\n"
	})
	if len(*wishes) != 0 {
		t.Errorf("it wishes %v", *wishes)
	}
}
