package terminal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"podium/api"
	"podium/models"
	mt "podium/models/modelstest"
)

// container is one that has some shells and no others.
type container struct {
	mu     sync.Mutex
	has    []string
	refuse bool       // what is not there is refused, instead of ending at once
	ran    [][]string // commands
	last   *session
}

func (c *container) exec(_ context.Context, _, _, _ string, cfg api.ExecConfig) (api.ExecSession, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ran = append(c.ran, cfg.Cmd)
	s := newSession()
	s.status = api.ExecStatus{Running: true}
	switch name := cfg.Cmd[0]; {
	case slices.Contains(c.has, name):
		c.last = s
		return s, nil
	case c.refuse:
		return nil, errors.New(`start it: exec: "` + name + `": executable file not found in $PATH`)
	}
	s.status = api.ExecStatus{ExitCode: 127}
	s.output.Close()
	return s, nil
}

// programs are those that were run, in their order.
func (c *container) programs() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []string
	for _, cmd := range c.ran {
		out = append(out, cmd[0])
	}
	return strings.Join(out, " ")
}

// in opens a shell in the container, whose image is img.
func in(t *testing.T, c *container, b *mt.Bench, wish models.ExecMsg) (*mt.Driver, *Model) {
	p := pod("main")
	p.Spec.Containers[0].Image = "img"
	b.Client.SetObject("{}", p)
	b.Client.OnExec = c.exec
	m := New(b.Env, wish)
	d := mt.Drive(t, m, 60, 14)
	t.Cleanup(m.Close)
	return d, m
}

func TestAContainerWithoutShGetsTheShellThatItHas(t *testing.T) {
	for _, refuse := range []bool{false, true} {
		c := &container{has: []string{"ash"}, refuse: refuse}
		b := mt.NewBench(mt.NewClient())
		d, m := in(t, c, b, shell())
		d.Until("a shell", func() bool { return m.state == running && c.programs() == "sh bash ash" })
		d.Send(b.Step(time.Second))
		if got, _ := b.Store.History(shellHistory("img")); len(got) > 0 {
			t.Errorf("kept %q before it is known to live", got)
		}
		d.Send(b.Step(noShellWithin))
		d.Until("it to be kept", func() bool {
			got, _ := b.Store.History(shellHistory("img"))
			return strings.Join(got, " ") == "ash"
		})
		c.ran = nil
		d, m = in(t, c, b, models.ExecMsg{Ref: web}) // from the list, the next day
		d.Until("a shell", func() bool { return m.state == running && c.programs() == "sh ash" })
	}
}

func TestAContainerWithoutAnyShellSaysWhatCanBeDone(t *testing.T) {
	for _, refuse := range []bool{false, true} {
		c := &container{refuse: refuse}
		b := mt.NewBench(mt.NewClient())
		d, m := in(t, c, b, shell())
		d.Sees("no shell", "has no bash, ash or sh", "x in the list runs", "s: another shell")
		if got := c.programs(); got != "sh bash ash" || m.Holds() {
			t.Errorf("tried %q, holds %v", got, m.Holds())
		}
		b.Step(endGrace)
		c.has = []string{"zsh"}
		d.Press("s").Sees("Which shell in web/main?", "4 zsh").Press("4")
		d.Until("zsh", func() bool { return m.state == running && strings.HasSuffix(c.programs(), " sh zsh") })
		if got := c.ran[len(c.ran)-1]; strings.Join(got, " ") != "zsh -c "+setTerm+"exec zsh" {
			t.Errorf("ran %q", got)
		}
		c.has = nil
		c.last.exit(0)
		d.Sees("exit 0")
		b.Step(endGrace)
		d.Press("enter").Sees("no zsh", "This container has no zsh")

		c.has, c.last = []string{"sh"}, nil // whose script finds none
		b.Step(endGrace)
		d.Press("enter").Until("the script to run", func() bool { return m.state == running && c.last != nil })
		before := c.programs()
		c.last.exit(noneThere)
		d.Sees("shell in web/main: no zsh", "This container has no zsh").Misses("exit 121")
		if got := c.programs(); got != before {
			t.Errorf("after a script that found none: %q", got)
		}
	}
}

func TestAChosenShellIsForTheImage(t *testing.T) {
	c := &container{has: []string{"sh"}}
	b := mt.NewBench(mt.NewClient())
	d, m := in(t, c, b, shell())
	d.Until("a shell", func() bool { return m.state == running })
	d.Send(models.ActionMsg{Action: models.ActionShell}).Sees("Which shell", "5 fish")
	if !m.Grabbing() || m.Cursor() != nil {
		t.Error("the choice does not take the keys")
	}
	d.Press("x")
	d.Send(models.ActionMsg{Action: models.ActionShell})
	d.Press("5").Misses("Which shell")
	wish, ok := b.Wishes[len(b.Wishes)-1].(models.ExecMsg)
	if want := (models.ExecMsg{Ref: web, Container: "main", Image: "img", Shell: "fish"}); !ok || !reflect.DeepEqual(wish, want) {
		t.Fatalf("the wish is %+v", b.Wishes)
	}
	d, m = in(t, c, b, wish)
	d.Until("a shell", func() bool { return m.state == running })
	d.Send(b.Step(noShellWithin))
	d.Until("the choice to be kept", func() bool {
		got, _ := b.Store.History(shellHistory("img"))
		return len(got) == 1 && got[0] == "fish"
	})
	d, m = in(t, c, b, models.ExecMsg{Ref: web, Container: "main", Image: "img"})
	d.Until("a shell", func() bool { return m.state == running })
	if script := m.tries[0].cmd[2]; !strings.Contains(script, "for s in fish bash ash sh;") {
		t.Errorf("the next time it is looked for by\n%s", script)
	}
}

func TestAShellThatEndsWith127IsAnEnd(t *testing.T) {
	c := &container{has: []string{"sh", "bash"}}
	b := mt.NewBench(mt.NewClient())
	d, m := in(t, c, b, shell())
	d.Until("a shell", func() bool { return m.state == running })
	discard(c.last)
	d.Type("nonsense; exit")
	b.Step(typedWithin)
	c.last.exit(127)
	d.Sees("exit 127").Misses("no shell")
	if got := c.programs(); got != "sh" {
		t.Errorf("tried %q after the user's own exit", got)
	}
}

// The script is run by a real shell, with one folder of programs as its PATH.
func TestTheScriptFindsShells(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no sh")
	}
	bin := t.TempDir()
	program := func(name, says string) {
		writeProgram(t, filepath.Join(bin, name), "#!"+sh+"\n"+says+"\n")
	}
	run := func(shells ...string) string {
		argv := findShell(shells)
		cmd := exec.Command(sh, argv[1:]...)
		cmd.Env = []string{"PATH=" + bin, "TERM=dumb"}
		out, _ := cmd.CombinedOutput()
		return strings.TrimSpace(fmt.Sprint(string(out), cmd.ProcessState.ExitCode()))
	}
	if got := run("bash", "ash"); got != fmt.Sprint(noneThere) {
		t.Errorf("without any: %q", got)
	}
	program("ash", `echo "ash on $TERM $COLORTERM, PS0 $PS0"`)
	program("bash", `echo "bash on $TERM, PROMPT_COMMAND ${PROMPT_COMMAND:+set}"`)
	for want, shells := range map[string][]string{
		"ash on xterm-256color truecolor, PS0 \n0":      {"zsh", "ash", "bash"},
		"bash on xterm-256color, PROMPT_COMMAND set\n0": {"bash", "ash"},
	} {
		if got := run(shells...); got != want {
			t.Errorf("%v: %q, want %q", shells, got, want)
		}
	}
}

func writeProgram(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
}

func TestShellNamesAreNoScript(t *testing.T) {
	for _, a := range attempts("$(rm -r x)", []string{"a; b", "-x", "ok"}, false) {
		if a.shell != "ok" || strings.Contains(strings.Join(a.cmd, " "), "rm -r") {
			t.Errorf("attempt %+v", a)
		}
	}
	if got := attempts("", nil, false); len(got) != 1 || got[0].shell != "sh" {
		t.Errorf("without any name: %+v", got)
	}
}

func TestTheServerIsAskedAboutASilentConnection(t *testing.T) {
	c := &container{has: []string{"sh"}}
	b := mt.NewBench(mt.NewClient())
	d, m := in(t, c, b, shell())
	d.Until("a shell", func() bool { return m.state == running })
	s := c.last
	discard(s)
	d.Type("ls")
	d.Send(b.Step(13 * time.Second)).Sees("no bytes for 13s since you typed; server: it runs")
	s.mu.Lock()
	s.err = errors.New("dial: refused")
	s.mu.Unlock()
	d.Send(b.Step(5 * time.Second))
	d.Sees("no bytes for 18s").Misses("no answer") // not asked again so soon
	d.Send(b.Step(6 * time.Second)).Sees("server: no answer")
	s.mu.Lock()
	s.err, s.status = nil, api.ExecStatus{ExitCode: 2}
	s.mu.Unlock()
	d.Send(b.Step(askTimeout)).Sees("server: it has ended")
	d.Send(b.Step(askTimeout)).Sees("exit 2, connection lost", "although the command has ended")
}

func TestKeepAliveAsksWhileNothingComes(t *testing.T) {
	c := &container{has: []string{"sh"}}
	b := mt.NewBench(mt.NewClient())
	b.Env.Settings.KeepAlive = 30 * time.Second
	d, m := in(t, c, b, shell())
	d.Until("a shell", func() bool { return m.state == running })
	s := c.last
	asked := func() int {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.asked
	}
	for range 59 {
		d.Send(b.Step(time.Second))
	}
	d.Until("it to be asked", func() bool { return asked() > 0 })
	if got := asked(); got != 1 {
		t.Errorf("asked %d times in 59 s", got)
	}
	s.mu.Lock()
	s.err = errors.New("dial: refused")
	s.mu.Unlock()
	d.Send(b.Step(time.Second)).Sees("server: no answer")
	s.mu.Lock()
	s.err = api.ErrNotServed
	s.mu.Unlock()
	d.Send(b.Step(30*time.Second)).Until("to be told", func() bool { return told(b, "keep-alive does nothing here") })
	before := asked()
	d.Send(b.Step(time.Minute)).Misses("no answer")
	if asked() != before {
		t.Error("a server that cannot answer is asked again")
	}
}

func TestNothingIsAskedUnasked(t *testing.T) {
	c := &container{has: []string{"sh"}}
	b := mt.NewBench(mt.NewClient())
	d, m := in(t, c, b, shell())
	d.Until("a shell", func() bool { return m.state == running })
	d.Send(b.Step(time.Hour))
	if c.last.asked != 0 {
		t.Error("without keep-alive an idle terminal asks the server")
	}
	b.Env.Settings.QuietAfter = 0
	discard(c.last)
	d.Type("x")
	d.Send(b.Step(time.Minute)).Misses("no bytes")
}

func TestWhatIsTypedAheadReachesTheShellThatIsThere(t *testing.T) {
	c := &container{has: []string{"bash"}}
	b := mt.NewBench(mt.NewClient())
	p := pod("main")
	b.Client.SetObject("{}", p)
	b.Client.OnExec = c.exec
	m := New(b.Env, shell())
	t.Cleanup(m.Close)
	m.SetSize(60, 14)
	d := mt.NewDriver(t, m, m.View)
	d.Type("ls\r")
	d.Run(m.Init())
	d.Until("bash", func() bool { return m.state == running && c.programs() == "sh bash" })
	got := make([]byte, 3)
	if _, err := io.ReadFull(c.last.input, got); err != nil || string(got) != "ls\r" {
		t.Errorf("bash got %q, %v", got, err)
	}
}
