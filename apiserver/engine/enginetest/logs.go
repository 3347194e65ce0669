package enginetest

import (
	"bufio"
	"io"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/api"
)

// logs are the scenarios of log.
func logs() []scenario {
	return []scenario{
		{"log", logOptions},
		{"log of both streams", func(e *env) {
			e.needs(api.CapLog)
			e.running("log-both", []string{"sh", "-c", "echo to stdout; echo to stderr >&2; sleep 1000"}, nil)
			e.logHas("log-both", "to stdout\n")
			e.logHas("log-both", "to stderr\n")
		}},
		{"log followed", followLog},
		{"log follow is closed", func(e *env) {
			e.needs(api.CapLog)
			e.running("log-close", []string{"sh", "-c", "echo up; sleep 1000"}, nil)
			r := e.openLog("log-close", &corev1.PodLogOptions{Follow: true})
			line, err := bufio.NewReader(r).ReadString('\n')
			if line != "up\n" {
				e.Fatalf("first line %q, %v", line, err)
			}
			e.ok("close", r.Close())
		}},
		{"log since", logSince},
		{"log of the run before", func(e *env) {
			e.needs(api.CapLog)
			e.create("log-prev", []string{"sh", "-c", "echo run $$; sleep 0.2; exit 1"}, nil)
			// Not that it runs: a cluster may tell of the short run only when it is over.
			e.reach("log-prev", "it has run again", func(p *corev1.Pod) bool { return state(p, "main").RestartCount > 0 })
			// Again, since a run may be forgotten just when its log is asked for.
			e.until("there is the log of the run before", func() bool {
				return strings.HasPrefix(e.log("log-prev", &corev1.PodLogOptions{Previous: true}), "run ")
			})
		}},
		{"log of none of several", func(e *env) {
			e.needs(api.CapLog)
			e.running("log-two", forever(), func(p *corev1.Pod) {
				p.Spec.Containers = append(p.Spec.Containers, corev1.Container{Name: "side", Image: e.h.Image, Command: forever()})
			})
			_, err := e.client.Log(e.ctx, api.DefaultNamespace, "log-two", nil)
			if !apierrors.IsBadRequest(err) || !strings.Contains(err.Error(), "side") {
				e.Errorf("no container named: %v, want bad request with the names", err)
			}
			_, err = e.client.Log(e.ctx, api.DefaultNamespace, "log-two", &corev1.PodLogOptions{Container: "none"})
			if !apierrors.IsBadRequest(err) {
				e.Errorf("a container that is not: %v, want bad request", err)
			}
			if _, err := e.client.Log(e.ctx, api.DefaultNamespace, "unknown", nil); !apierrors.IsNotFound(err) {
				e.Errorf("a pod that is not: %v, want not found", err)
			}
		}},
	}
}

func (e *env) openLog(name string, opts *corev1.PodLogOptions) io.ReadCloser {
	e.Helper()
	r, err := e.client.Log(e.ctx, api.DefaultNamespace, name, opts)
	e.ok("log of "+name, err)
	return r
}

// log is the whole log as it is now.
func (e *env) log(name string, opts *corev1.PodLogOptions) string {
	e.Helper()
	r := e.openLog(name, opts)
	defer r.Close()
	b, err := io.ReadAll(r)
	e.ok("read the log of "+name, err)
	return string(b)
}

// logHas waits until the log has the text.
func (e *env) logHas(name, text string) {
	e.Helper()
	e.until("the log of "+name+" has "+text, func() bool {
		r, err := e.client.Log(e.ctx, api.DefaultNamespace, name, nil)
		if apierrors.IsBadRequest(err) || apierrors.IsNotFound(err) {
			return false // not started yet, or a node does not know it yet
		}
		e.ok("log of "+name, err)
		defer r.Close()
		b, err := io.ReadAll(r)
		e.ok("read the log of "+name, err)
		return strings.Contains(string(b), text)
	})
}

func logOptions(e *env) {
	e.needs(api.CapLog)
	e.running("log", []string{"sh", "-c", "for i in 1 2 3 4 5; do echo line $i; done; sleep 1000"}, nil)
	e.logHas("log", "line 5\n")
	whole := "line 1\nline 2\nline 3\nline 4\nline 5\n"
	for _, row := range []struct {
		name string
		opts corev1.PodLogOptions
		want string
	}{
		{"whole", corev1.PodLogOptions{}, whole},
		{"by name", corev1.PodLogOptions{Container: "main"}, whole},
		{"tail 2", corev1.PodLogOptions{TailLines: new(int64(2))}, "line 4\nline 5\n"},
		{"tail 0", corev1.PodLogOptions{TailLines: new(int64)}, ""},
		{"tail more than there is", corev1.PodLogOptions{TailLines: new(int64(100))}, whole},
		{"10 bytes", corev1.PodLogOptions{LimitBytes: new(int64(10))}, whole[:10]},
	} {
		if got := e.log("log", &row.opts); got != row.want {
			e.Errorf("%s: %q, want %q", row.name, got, row.want)
		}
	}
	for line := range strings.Lines(e.log("log", &corev1.PodLogOptions{Timestamps: true})) {
		stamp, rest, _ := strings.Cut(line, " ")
		if _, err := time.Parse(time.RFC3339Nano, stamp); err != nil || !strings.Contains(whole, rest) {
			e.Errorf("a line with its time: %q (%v)", line, err)
		}
	}
}

func followLog(e *env) {
	e.needs(api.CapLog)
	e.create("log-follow", []string{"sh", "-c", "for i in 1 2 3 4; do echo tick $i; sleep 0.3; done"}, func(p *corev1.Pod) {
		p.Spec.RestartPolicy = corev1.RestartPolicyNever
	})
	e.logHas("log-follow", "tick 1") // as a rule well before the last one
	if out := e.log("log-follow", &corev1.PodLogOptions{Follow: true}); out != "tick 1\ntick 2\ntick 3\ntick 4\n" {
		e.Errorf("followed to its end: %q", out)
	}
}

func logSince(e *env) {
	e.needs(api.CapLog)
	e.running("log-since", []string{"sh", "-c", "echo early; sleep 2.5; echo late; sleep 1000"}, nil)
	e.logHas("log-since", "late")
	if out := e.log("log-since", &corev1.PodLogOptions{SinceSeconds: new(int64(1))}); out != "late\n" && out != "" {
		e.Errorf("of the last second: %q", out)
	}
	stamped := e.log("log-since", &corev1.PodLogOptions{Timestamps: true})
	lines := strings.SplitAfter(stamped, "\n")
	if len(lines) < 2 {
		e.Fatalf("its log is %q", stamped)
	}
	stamp, _, _ := strings.Cut(lines[1], " ")
	at, err := time.Parse(time.RFC3339Nano, stamp)
	e.ok("read a time of the log", err)
	since := metav1.NewTime(at.Add(-time.Second))
	if out := e.log("log-since", &corev1.PodLogOptions{SinceTime: &since}); out != "late\n" {
		e.Errorf("since %s: %q", since, out)
	}
}
