package ui

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/creack/pty"
	"golang.org/x/term"

	"podium/api"
	"podium/models"
	"podium/models/modelstest"
)

// outer is a terminal that a program runs in, and what it was sent.
type outer struct {
	t             *testing.T
	master, slave *os.File
	before        *term.State
	mu            sync.Mutex
	sent          bytes.Buffer
	ended         chan error
}

// runIn starts the program in a terminal of its own.
func runIn(ctx context.Context, t *testing.T, c *modelstest.Client, change ...func(*Options)) *outer {
	t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		t.Skipf("no pseudo-terminal can be had here: %v", err)
	}
	if err := pty.Setsize(master, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		t.Fatal(err)
	}
	before, err := term.GetState(int(slave.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	o := &outer{t: t, master: master, slave: slave, before: before, ended: make(chan error, 1)}
	read := make(chan struct{})
	go func() {
		defer close(read)
		buf := make([]byte, 4096)
		for {
			n, err := master.Read(buf)
			o.mu.Lock()
			o.sent.Write(buf[:n])
			o.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		slave.Close()
		<-read
		master.Close()
	})
	opts := Options{Env: modelstest.NewBench(c).Env, Input: slave, Output: slave, Environ: []string{"TERM=xterm-256color"}}
	opts.Env.Now, opts.Env.Go = nil, nil
	for _, f := range change {
		f(&opts)
	}
	go func() { o.ended <- Run(ctx, opts) }()
	return o
}

func (o *outer) text() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.sent.String()
}

func (o *outer) sees(what string) {
	o.t.Helper()
	for deadline := time.Now().Add(time.Minute); !strings.Contains(o.text(), what); {
		if time.Now().After(deadline) {
			o.t.Fatalf("%q never came; the terminal was sent %q", what, o.text())
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func (o *outer) end() error {
	o.t.Helper()
	select {
	case err := <-o.ended:
		return err
	case <-time.After(time.Minute):
		o.t.Fatal("the program does not end")
		return nil
	}
}

// restored checks that every mode that was set is reset, and the line discipline
// is as before.
func (o *outer) restored() {
	o.t.Helper()
	o.sees("\x1b[?1049l")
	all := o.text()
	for _, mode := range []string{"1049", "1002", "1003", "1004", "1006", "2004"} {
		on, off := strings.LastIndex(all, "\x1b[?"+mode+"h"), strings.LastIndex(all, "\x1b[?"+mode+"l")
		if on > off {
			o.t.Errorf("mode %s is left on", mode)
		}
	}
	if strings.LastIndex(all, "\x1b[?25l") > strings.LastIndex(all, "\x1b[?25h") {
		o.t.Error("the cursor is left hidden")
	}
	now, err := term.GetState(int(o.slave.Fd()))
	if err != nil {
		o.t.Fatal(err)
	}
	if *now != *o.before {
		o.t.Errorf("the line discipline is left as %v, it was %v", now, o.before)
	}
}

func TestRunAndQuit(t *testing.T) {
	o := runIn(context.Background(), t, client("api-1"))
	o.sees("api-1")
	if _, err := io.WriteString(o.master, "q"); err != nil {
		t.Fatal(err)
	}
	if err := o.end(); err != nil {
		t.Errorf("quitting gives %v", err)
	}
	o.restored()
}

func TestRunSaysWhatGoesOn(t *testing.T) {
	c := client("api-1", "web-1")
	c.InfoAnswer = api.Info{api.InfoEngine: "host"}.With(api.CapWatch)
	o := runIn(context.Background(), t, c)
	o.sees("live")
	if _, err := io.WriteString(o.master, "q"); err != nil {
		t.Fatal(err)
	}
	if err := o.end(); err != nil {
		t.Error(err)
	}
	o.sees("2 pods go on running; podium host stop ends them.")
}

func TestRunEndedFromOutside(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	o := runIn(ctx, t, client("api-1"))
	o.sees("api-1")
	cancel(errors.New("terminated"))
	if err := o.end(); !errors.Is(err, ErrEnded) || !strings.Contains(err.Error(), "terminated") {
		t.Errorf("ended from outside gives %v", err)
	}
	o.restored()
}

// slowStore is a store on a slow disk.
type slowStore struct{ models.Store }

func (s slowStore) SaveDraft(id string, text []byte) error {
	time.Sleep(100 * time.Millisecond)
	return s.Store.SaveDraft(id, text)
}

// What was typed last is kept whatever ends the program: the process does not
// end before it is on disk.
func TestRunKeepsTheDraftOnItsWayOut(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	var store models.Store
	o := runIn(ctx, t, client("api-1"), func(opts *Options) {
		store = opts.Env.Store
		opts.Env.Store = slowStore{store}
		if err := store.SaveDraft("new", []byte("kind: Zebra\n")); err != nil {
			t.Error(err)
		}
	})
	o.sees("api-1")
	for _, step := range []struct{ press, sees string }{{"Z", "Zebra"}, {"#typed", "#typed"}} {
		if _, err := io.WriteString(o.master, step.press); err != nil {
			t.Fatal(err)
		}
		o.sees(step.sees)
	}
	cancel(errors.New("hangup"))
	if err := o.end(); !errors.Is(err, ErrEnded) {
		t.Errorf("ended from outside gives %v", err)
	}
	if text, err := store.LoadDraft("new"); err != nil || !strings.Contains(string(text), "#typed") {
		t.Errorf("the draft is %q, %v", text, err)
	}
}

func TestRunAfterAPanic(t *testing.T) {
	report := func(o *Options) {
		o.Report = func(text []byte) (string, error) {
			if !bytes.Contains(text, []byte("dropped")) || !bytes.Contains(text, []byte("goroutine")) {
				return "", errors.New("the report lacks something: " + string(text))
			}
			return "/reports/1", nil
		}
	}
	for where, harm := range map[string]func(c *modelstest.Client){
		"a goroutine": func(c *modelstest.Client) {
			c.OnList = func(context.Context, api.ListOptions, func(api.PodRow) error) (api.ListMeta, error) {
				panic("dropped in the list")
			}
		},
		"a command": func(c *modelstest.Client) {
			c.OnInfo = func(context.Context) (api.Info, error) { panic("dropped in a command") }
		},
	} {
		t.Run(where, func(t *testing.T) {
			c := client("api-1")
			harm(c)
			o := runIn(context.Background(), t, c, report)
			var crash *CrashError
			if err := o.end(); !errors.As(err, &crash) {
				t.Fatalf("a panic gives %v", err)
			}
			if crash.Report != "/reports/1" || !strings.Contains(crash.Error(), "dropped") || !strings.Contains(crash.Error(), "/reports/1") {
				t.Errorf("the crash says %q, %v", crash.Error(), crash.Failed)
			}
			if strings.Contains(o.text(), "\x1b[?1049h") { // it may be over before the first frame
				o.restored()
			}
			if strings.Contains(o.text(), "Caught panic") {
				t.Error("Bubble Tea printed the panic over the screen")
			}
		})
	}
}

// falling is a screen that panics.
type falling struct{ session }

func (f *falling) Update(msg tea.Msg) tea.Cmd {
	if _, ok := msg.(tea.KeyPressMsg); ok {
		panic("dropped in Update")
	}
	return nil
}

func TestAPanicInUpdateIsCaught(t *testing.T) {
	u := sit(t, client("api-1"), 80, 24)
	u.Sees("live")
	u.root.keep(&falling{session{name: "x", running: true}})
	u.Press("a")
	if crash := u.root.crashes.first(); crash == nil || crash.Value != "dropped in Update" {
		t.Errorf("the crash is %v", crash)
	}
	u.Press("b") // is not handled any more
}
