package apiserver

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"podium/api"
	"podium/apiserver/engine"
)

// What is wrong with asking for something of an exec at this time.
var (
	errStarted    = errors.New("the exec has been started already: create another")
	errNotStarted = errors.New("the exec has no process yet")
	errEnded      = errors.New("the exec's process has ended")
)

func execResource() schema.GroupResource { return schema.GroupResource{Resource: "exec"} }

// createExec is the API page's ExecCreate. Everything that can be wrong is
// found here, where clients show errors; the page's table names the query
// parameter containerName, its clients send container.
func (s *Server) createExec(w http.ResponseWriter, r *http.Request, p params) error {
	body, err := s.readBody(w, r, s.limits.ExecBytes)
	if err != nil {
		return err
	}
	cfg, err := execConfig(body)
	if err != nil {
		return err
	}
	pod, err := s.engine.Get(r.Context(), p["namespace"], p["name"])
	if err != nil {
		return err
	}
	container, err := s.execContainer(r.URL.Query(), pod)
	if err != nil {
		return err
	}
	e := &execution{
		namespace: pod.Namespace, pod: pod.Name, container: container,
		containerID: containerID(pod, container), cfg: cfg,
	}
	if err := s.execs.add(e); err != nil {
		return err
	}
	writeJSON(w, http.StatusCreated, api.ExecCreated{ID: e.id})
	return nil
}

// execConfig reads and checks the body of exec create. Fields of the original
// client that are not on the page must say nothing: what they ask for is not
// done here, and silence about it would be a lie.
func execConfig(body []byte) (api.ExecConfig, error) {
	var cfg api.ExecConfig
	if body == nil {
		return cfg, apierrors.NewBadRequest("the body is empty; it must say at least cmd")
	}
	if err := json.Unmarshal(body, &cfg); err != nil { // field names in any case: Docker's clients write Cmd
		return cfg, apierrors.NewBadRequest("the body cannot be read: " + err.Error())
	}
	switch {
	case len(cfg.Cmd) == 0 || cfg.Cmd[0] == "":
		return cfg, apierrors.NewBadRequest("cmd is empty; it must be a program and its arguments")
	case slices.ContainsFunc(cfg.Cmd, func(a string) bool { return strings.ContainsRune(a, 0) }):
		return cfg, apierrors.NewBadRequest("cmd has a NUL character in it; no program can be given one")
	case cfg.User != "":
		return cfg, apierrors.NewBadRequest(fmt.Sprintf("user is %q; commands run as the container's own user only", cfg.User))
	case cfg.Privileged:
		return cfg, apierrors.NewBadRequest("privileged is true; commands get the container's own rights only")
	case cfg.Detach:
		return cfg, apierrors.NewBadRequest("detach is true; a command lives as long as its stream")
	case cfg.DetachKeys != "":
		return cfg, apierrors.NewBadRequest("detachKeys is set; a stream cannot be detached from")
	}
	return cfg, nil
}

// execContainer finds the container that is meant and checks that a command
// can run in it now. The first one is meant when none is named.
func (s *Server) execContainer(q url.Values, pod *corev1.Pod) (string, error) {
	name := q.Get("container")
	if name == "" {
		name = q.Get("containerName")
	}
	if name == "" {
		if len(pod.Spec.Containers) == 0 {
			return "", apierrors.NewBadRequest(fmt.Sprintf("pod %q has no container", pod.Name))
		}
		name = pod.Spec.Containers[0].Name
	}
	if !slices.Contains(engine.ContainerNames(pod), name) {
		return "", engine.NoContainer(pod, name)
	}
	check := engine.CheckExec
	if c, ok := s.engine.(engine.ExecChecker); ok {
		check = c.CheckExec
	}
	return name, check(pod, name)
}

func containerID(pod *corev1.Pod, name string) string {
	for _, list := range [][]corev1.ContainerStatus{pod.Status.ContainerStatuses, pod.Status.InitContainerStatuses} {
		for _, c := range list {
			if c.Name == name {
				return c.ContainerID
			}
		}
	}
	return ""
}

// startBody is the part of exec start's body that can disagree with create's.
type startBody struct {
	TTY    *bool `json:"tty"`
	Detach bool  `json:"detach"`
}

// startExec is the API page's ExecStart: 101 when the request asks to upgrade,
// 200 otherwise, and then the stream until the process has ended. The engine
// is asked first, so that its refusal is an ordinary answer.
func (s *Server) startExec(w http.ResponseWriter, r *http.Request, p params) error {
	e, err := s.execs.find(p["id"])
	if err != nil {
		return err
	}
	body, err := s.readBody(w, r, s.limits.ExecBytes)
	if err != nil {
		return err
	}
	var b startBody
	if body != nil {
		if err := json.Unmarshal(body, &b); err != nil {
			return apierrors.NewBadRequest("the body cannot be read: " + err.Error())
		}
	}
	switch {
	case b.Detach:
		return apierrors.NewBadRequest("detach is true; a command lives as long as its stream")
	case b.TTY != nil && *b.TTY != e.cfg.TTY:
		return apierrors.NewBadRequest(fmt.Sprintf("tty is %t here and was %t when the exec was created", *b.TTY, e.cfg.TTY))
	}
	if !s.enter() {
		return goingDown()
	}
	defer s.streams.Done()
	return s.stream(w, r, e)
}

// resizeExec is the API page's ExecResize, with the POST that its clients send.
func (s *Server) resizeExec(w http.ResponseWriter, r *http.Request, p params) error {
	e, err := s.execs.find(p["id"])
	if err != nil {
		return err
	}
	q := r.URL.Query()
	rows, err := cells(q, "h")
	if err != nil {
		return err
	}
	cols, err := cells(q, "w")
	if err != nil {
		return err
	}
	if !e.cfg.TTY {
		return apierrors.NewBadRequest("the exec has no terminal to resize: it was created with tty false")
	}
	size := engine.Size{Rows: rows, Cols: cols}
	proc, err := s.execs.resize(e, size)
	if err != nil {
		return err
	}
	if proc != nil {
		if err := proc.Resize(size); err != nil {
			return fmt.Errorf("resize the terminal: %w", err)
		}
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func cells(q url.Values, name string) (uint16, error) {
	n, err := strconv.ParseUint(q.Get(name), 10, 16)
	if err != nil || n == 0 {
		return 0, &api.QueryError{Param: name, Value: q.Get(name), Want: "a whole number from 1 to 65535"}
	}
	return uint16(n), nil
}

// inspectExec tells how an exec ended. It is not on the page, yet the page's
// original client asks it after every stream.
func (s *Server) inspectExec(w http.ResponseWriter, _ *http.Request, p params) error {
	e, err := s.execs.find(p["id"])
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, s.execs.status(e))
	return nil
}

// signals are those that a client may send.
func signals() []string {
	return []string{"ABRT", "ALRM", "CONT", "HUP", "INT", "KILL", "QUIT", "STOP", "TERM", "TSTP", "USR1", "USR2", "WINCH"}
}

// killExec sends a signal to an exec's process.
func (s *Server) killExec(w http.ResponseWriter, r *http.Request, p params) error {
	e, err := s.execs.find(p["id"])
	if err != nil {
		return err
	}
	given := r.URL.Query().Get("signal")
	name := strings.TrimPrefix(strings.ToUpper(given), "SIG")
	if !slices.Contains(signals(), name) {
		return &api.QueryError{Param: "signal", Value: given, Want: "one of " + strings.Join(signals(), ", ")}
	}
	proc, err := s.execs.process(e)
	if err != nil {
		return err
	}
	if err := proc.Signal(name); err != nil {
		return fmt.Errorf("send %s to the process: %w", name, err)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
