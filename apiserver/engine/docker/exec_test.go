package docker

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/api/types/container"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/api"
	"podium/apiserver/engine"
)

func TestExecAtAFakeDaemon(t *testing.T) {
	both(t, func(t *testing.T, d *fakeDaemon, e *Engine) {
		ctx := testContext(t)
		create(t, e, word("web", []string{"stay"}))
		await(t, e, "web", "run", isRunning)
		cfg := func(argv ...string) api.ExecConfig {
			return api.ExecConfig{AttachStdin: true, AttachStdout: true, AttachStderr: true, Cmd: argv}
		}
		for _, row := range []struct {
			argv      []string
			out, errs string
			code      int
		}{
			{[]string{"say", "hello"}, "hello\n", "", 0},
			{[]string{"warn", "oh"}, "", "oh\n", 1},
			{[]string{"code", "42"}, "", "", 42},
			{[]string{"missing"}, "", "executable file not found", 127},
		} {
			out, errs, code := runConfigured(t, e, "web", "", cfg(row.argv...), noSize)
			if out != row.out || !strings.Contains(errs, row.errs) || (row.errs == "") != (errs == "") || code != row.code {
				t.Errorf("%v: %q %q %d", row.argv, out, errs, code)
			}
		}
		x, err := e.Exec(ctx, "default", "web", "", cfg("cat"), noSize)
		if err != nil {
			t.Fatal(err)
		}
		defer x.Close()
		if _, err := io.WriteString(x.Stdin(), "typed"); err != nil {
			t.Fatal(err)
		}
		if err := x.Stdin().Close(); err != nil {
			t.Fatal(err)
		}
		if out, err := io.ReadAll(x.Stdout()); err != nil || string(out) != "typed" {
			t.Errorf("cat: %q %v", out, err)
		}
		d.mu.Lock()
		for _, x := range d.execs {
			if x.config.DetachKeys != detachKeys {
				t.Errorf("an exec was made with the detach keys %q: ctrl-p would be eaten", x.config.DetachKeys)
			}
		}
		d.mu.Unlock()
	})
}

func TestTerminalSizes(t *testing.T) {
	both(t, func(t *testing.T, d *fakeDaemon, e *Engine) {
		ctx := testContext(t)
		create(t, e, word("web", []string{"stay"}))
		await(t, e, "web", "run", isRunning)
		cfg := api.ExecConfig{TTY: true, AttachStdin: true, AttachStdout: true, Cmd: []string{"size"}}
		if out, _, _ := runConfigured(t, e, "web", "", cfg, engine.Size{Rows: 33, Cols: 111}); out != "33 111\r\n" {
			t.Errorf("at the first moment: %q", out)
		}
		// The daemon refuses the first two: it is asked until it takes one.
		cfg.Cmd = []string{"wait"}
		x, err := e.Exec(ctx, "default", "web", "", cfg, noSize)
		if err != nil {
			t.Fatal(err)
		}
		defer x.Close()
		if err := x.Resize(engine.Size{Rows: 50, Cols: 132}); err != nil {
			t.Error(err)
		}
		d.mu.Lock()
		fake := d.execs[x.(*process).id]
		d.mu.Unlock()
		fake.mu.Lock()
		if fake.size != "50 132" || fake.resizes != 3 {
			t.Errorf("size %s after %d resizes", fake.size, fake.resizes)
		}
		fake.mu.Unlock()
		if err := x.Resize(engine.Size{}); !apierrors.IsBadRequest(err) {
			t.Errorf("to nothing: %v", err)
		}
	})
	// A container without a shell runs the command itself.
	d := newFakeDaemon(t, false)
	d.noShell = true
	e := openEngine(t, d.options(t))
	create(t, e, word("web", []string{"stay"}))
	await(t, e, "web", "run", isRunning)
	cfg := api.ExecConfig{TTY: true, AttachStdout: true, Cmd: []string{"say", "bare"}}
	if out, _, code := runConfigured(t, e, "web", "", cfg, engine.Size{Rows: 2, Cols: 2}); out != "bare\n" || code != 0 {
		t.Errorf("without a shell: %q %d", out, code)
	}
}

func TestSignalsAndOrphans(t *testing.T) {
	both(t, func(t *testing.T, d *fakeDaemon, e *Engine) {
		ctx := testContext(t)
		create(t, e, word("web", []string{"stay"}))
		await(t, e, "web", "run", isRunning)
		start := func(argv ...string) engine.Process {
			x, err := e.Exec(ctx, "default", "web", "", api.ExecConfig{AttachStdout: true, Cmd: argv}, noSize)
			if err != nil {
				t.Fatal(err)
			}
			go func() { _, _ = io.Copy(io.Discard, x.Stdout()) }() // ends with the process
			return x
		}
		x := start("wait")
		defer x.Close()
		if err := x.Signal("NOSUCH"); !apierrors.IsBadRequest(err) {
			t.Errorf("a signal that is none: %v", err)
		}
		if err := x.Signal("TERM"); err != nil {
			t.Fatal(err)
		}
		if exit, err := x.Wait(ctx); err != nil || exit.Code != 143 {
			t.Errorf("%+v %v", exit, err)
		}
		for _, kind := range []string{"heeding", "stubborn"} {
			x := start("wait", kind)
			if err := x.Close(); err != nil {
				t.Fatal(err)
			}
			d.mu.Lock()
			fake := d.execs[x.(*process).id]
			d.mu.Unlock()
			select {
			case <-fake.ended:
			default:
				t.Errorf("a %s process goes on when its client is gone", kind)
			}
		}
		// One whose container goes ends, although Docker keeps its stream.
		last := start("wait")
		defer last.Close()
		remove(t, e, "web")
		if exit, err := last.Wait(ctx); err != nil || exit.Code != 137 {
			t.Errorf("%+v %v", exit, err)
		}
	})
}

func TestExecInWhatHasEnded(t *testing.T) {
	both(t, func(t *testing.T, d *fakeDaemon, e *Engine) {
		create(t, e, word("web", []string{"stay"}, never))
		await(t, e, "web", "run", isRunning)
		d.mu.Lock() // ends without an event
		for _, c := range d.containers {
			if c.config.Labels[labelRole] == roleRun {
				c.state.Running, c.state.Status, c.state.ExitCode = false, container.StateExited, 1
				c.state.FinishedAt = time.Now().UTC().Format(time.RFC3339Nano)
			}
		}
		d.mu.Unlock()
		_, err := e.Exec(testContext(t), "default", "web", "", api.ExecConfig{Cmd: []string{"say"}}, noSize)
		if !apierrors.IsBadRequest(err) || !strings.Contains(err.Error(), "ended") {
			t.Errorf("%v, want bad request", err)
		}
	})
}
