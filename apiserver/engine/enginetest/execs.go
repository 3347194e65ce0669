package enginetest

import (
	"bytes"
	"io"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/api"
	"podium/termbridge/frame"
)

// execs are the scenarios of exec's codes, flags and refusals.
func execs() []scenario {
	return []scenario{
		{"exec codes", execCodes},
		{"exec streams apart", func(e *env) {
			e.running("exec-apart", forever(), nil)
			r := e.run("exec-apart", "sh", "-c", "echo out; echo err >&2; exit 3")
			if r.out != "out\n" || r.err != "err\n" || r.status.ExitCode != 3 {
				e.Errorf("stdout %q, stderr %q, %+v", r.out, r.err, r.status)
			}
		}},
		{"exec attach flags", execFlags},
		{"exec in each container", func(e *env) {
			e.running("exec-each", forever(), func(p *corev1.Pod) {
				p.Spec.Containers[0].Env = []corev1.EnvVar{{Name: "WHO", Value: "first"}}
				p.Spec.Containers = append(p.Spec.Containers, corev1.Container{
					Name: "side", Image: e.h.Image, Command: forever(), Env: []corev1.EnvVar{{Name: "WHO", Value: "second"}},
				})
			})
			for container, want := range map[string]string{"": "first\n", "main": "first\n", "side": "second\n"} {
				if r := e.exec("exec-each", container, "", "sh", "-c", "echo $WHO"); r.out != want {
					e.Errorf("in %q: %q, want %q", container, r.out, want)
				}
			}
		}},
		{"exec refused", execRefused},
		{"exec started twice", func(e *env) {
			e.running("exec-twice", forever(), nil)
			cfg := plain(true, "cat")
			c, err := e.client.CreateExec(e.ctx, api.DefaultNamespace, "exec-twice", "", cfg)
			e.ok("exec create", err)
			s, err := e.client.StartExec(e.ctx, c.ID, cfg)
			e.ok("exec start", err)
			defer s.Close()
			if _, err := e.client.StartExec(e.ctx, c.ID, cfg); !apierrors.IsConflict(err) {
				e.Errorf("a second start: %v, want conflict", err)
			}
		}},
		{"exec killed", func(e *env) {
			e.running("exec-kill", forever(), nil)
			for signal, code := range map[string]int{"KILL": 137, "TERM": 143} {
				s := e.start("exec-kill", plain(false, "sleep", "1000"))
				e.ok("kill", s.Control().Kill(e.ctx, signal))
				e.drain(s)
				if st := e.ended(s); st.ExitCode != code {
					e.Errorf("after %s: %+v, want %d", signal, st, code)
				}
			}
		}},
		{"exec ends with its pod", func(e *env) {
			e.running("exec-pod", forever(), nil)
			s := e.start("exec-pod", plain(false, "sleep", "1000"))
			e.ok("delete", e.client.Delete(e.ctx, api.DefaultNamespace, "exec-pod", api.DeleteOptions{GracePeriodSeconds: new(int64)}))
			e.drain(s)
			e.ended(s)
		}},
	}
}

// plain is the configuration of a command without a terminal.
func plain(stdin bool, cmd ...string) api.ExecConfig {
	return api.ExecConfig{AttachStdin: stdin, AttachStdout: true, AttachStderr: true, Cmd: cmd}
}

// start runs a command. The end of the test closes its session.
func (e *env) start(pod string, cfg api.ExecConfig) api.ExecSession {
	e.Helper()
	s, err := e.client.Exec(e.ctx, api.DefaultNamespace, pod, "", cfg)
	e.ok("exec "+strings.Join(cfg.Cmd, " "), err)
	e.bound(s)
	return s
}

// bound sees to it that a session ends with its test, and that one which says
// nothing does not hold the test for ever. Most are closed already.
func (e *env) bound(s api.ExecSession) {
	late := time.AfterFunc(4*e.h.Patience, func() { _ = s.Close() })
	e.Cleanup(func() {
		late.Stop()
		_ = s.Close()
	})
}

// result is how a command went.
type result struct {
	out, err string
	status   api.ExecStatus
}

// run runs a command without input to its end.
func (e *env) run(pod string, cmd ...string) result {
	e.Helper()
	return e.exec(pod, "", "", cmd...)
}

// exec runs a command with input to its end.
func (e *env) exec(pod, container, input string, cmd ...string) result {
	e.Helper()
	s, err := e.client.Exec(e.ctx, api.DefaultNamespace, pod, container, plain(input != "", cmd...))
	e.ok("exec "+strings.Join(cmd, " "), err)
	e.bound(s)
	defer s.Close()
	if input != "" {
		_, err := io.WriteString(s, input)
		e.ok("write stdin", err)
	}
	e.ok("end stdin", s.CloseWrite())
	var out, errs bytes.Buffer
	_, err = frame.Demux(&out, &errs, s)
	e.ok("read the output of "+strings.Join(cmd, " "), err)
	return result{out.String(), errs.String(), e.ended(s)}
}

// drain reads a session to its end.
func (e *env) drain(s api.ExecSession) []byte {
	e.Helper()
	b, err := io.ReadAll(s)
	e.ok("read a session to its end", err)
	return b
}

// ended is the status of a session whose stream has ended: it must be known
// at once.
func (e *env) ended(s api.ExecSession) api.ExecStatus {
	e.Helper()
	st, err := s.Control().Inspect(e.ctx)
	e.ok("inspect", err)
	if st.Running {
		e.Errorf("the stream has ended and inspect says %+v", st)
	}
	return st
}

func execCodes(e *env) {
	e.running("exec-codes", forever(), nil)
	for _, row := range []struct {
		code int
		cmd  []string
	}{
		{0, []string{"true"}},
		{1, []string{"false"}},
		{3, []string{"sh", "-c", "exit 3"}},
		{126, []string{"/"}},
		{127, []string{"no-such-command-anywhere"}},
		{137, []string{"sh", "-c", "kill -9 $$"}},
		{143, []string{"sh", "-c", "kill -15 $$"}},
		{255, []string{"sh", "-c", "exit 255"}},
	} {
		r := e.run("exec-codes", row.cmd...)
		if r.status.ExitCode != row.code {
			e.Errorf("%v: code %d, want %d", row.cmd, r.status.ExitCode, row.code)
		}
		if (row.code == 126 || row.code == 127) && r.err == "" {
			e.Errorf("%v: nothing on stderr says why", row.cmd)
		}
	}
}

func execFlags(e *env) {
	e.running("exec-flags", forever(), nil)
	script := []string{"sh", "-c", "cat; echo out; echo err >&2; exit 6"}
	for _, row := range []struct {
		in, out, err bool
		wantOut      string
		wantErr      string
	}{
		{true, true, true, "in\nout\n", "err\n"},
		{false, true, true, "out\n", "err\n"},
		{false, true, false, "out\n", ""},
		{false, false, true, "", "err\n"},
		{true, false, false, "", ""},
		{false, false, false, "", ""},
	} {
		s := e.start("exec-flags", api.ExecConfig{AttachStdin: row.in, AttachStdout: row.out, AttachStderr: row.err, Cmd: script})
		if row.in {
			_, err := io.WriteString(s, "in\n")
			e.ok("write stdin", err)
		}
		e.ok("end stdin", s.CloseWrite())
		var out, errs bytes.Buffer
		_, err := frame.Demux(&out, &errs, s)
		e.ok("read the output", err)
		if out.String() != row.wantOut || errs.String() != row.wantErr {
			e.Errorf("%+v: stdout %q, stderr %q", row, out.String(), errs.String())
		}
		if st := e.ended(s); st.ExitCode != 6 {
			e.Errorf("%+v: %+v", row, st)
		}
	}
}

func execRefused(e *env) {
	e.running("exec-refused", forever(), nil)
	try := func(pod, container string, cfg api.ExecConfig) error {
		_, err := e.client.CreateExec(e.ctx, api.DefaultNamespace, pod, container, cfg)
		return err
	}
	if err := try("unknown", "", plain(false, "true")); !apierrors.IsNotFound(err) {
		e.Errorf("an unknown pod: %v, want not found", err)
	}
	if err := try("exec-refused", "unknown", plain(false, "true")); !apierrors.IsBadRequest(err) || !strings.Contains(err.Error(), "main") {
		e.Errorf("an unknown container: %v, want bad request with the names", err)
	}
	if err := try("exec-refused", "", plain(false)); !apierrors.IsBadRequest(err) {
		e.Errorf("no command: %v, want bad request", err)
	}
	e.create("exec-over", []string{"true"}, func(p *corev1.Pod) { p.Spec.RestartPolicy = corev1.RestartPolicyNever })
	e.reach("exec-over", "it has ended", func(p *corev1.Pod) bool { return p.Status.Phase == corev1.PodSucceeded })
	if err := try("exec-over", "", plain(false, "true")); !apierrors.IsBadRequest(err) {
		e.Errorf("a pod that has ended: %v, want bad request", err)
	}
}
