package host

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"podium/api"
	"podium/apiserver/engine"
	"podium/apiserver/engine/kubelet"
)

func finished(pod *corev1.Pod) bool { return kubelet.Ended(pod) }

func withPolicy(policy corev1.RestartPolicy) func(*corev1.Pod) {
	return func(pod *corev1.Pod) { pod.Spec.RestartPolicy = policy }
}

func first(edit func(*corev1.Container)) func(*corev1.Pod) {
	return func(pod *corev1.Pod) { edit(&pod.Spec.Containers[0]) }
}

// reasonsOf are the reasons of a pod's events, with counts above one.
func reasonsOf(t *testing.T, e *Engine, name string) []string {
	t.Helper()
	events, err := e.Events(testContext(t), "default", api.ListOptions{FieldSelector: "involvedObject.name=" + name})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, event := range events {
		reason := event.Reason
		if event.Count > 1 {
			reason += fmt.Sprintf("x%d", event.Count)
		}
		out = append(out, reason)
	}
	return out
}

func TestPhasesByRestartPolicy(t *testing.T) {
	t.Parallel()
	e := open(t)
	for _, test := range []struct {
		name, script string
		policy       corev1.RestartPolicy
		phase        corev1.PodPhase
		reason       string
		code         int32
	}{
		{"never-ok", "exit 0", corev1.RestartPolicyNever, corev1.PodSucceeded, "Completed", 0},
		{"never-bad", "exit 7", corev1.RestartPolicyNever, corev1.PodFailed, "Error", 7},
		{"never-signal", "kill -9 $$", corev1.RestartPolicyNever, corev1.PodFailed, "Error", 137},
		{"onfailure-ok", "exit 0", corev1.RestartPolicyOnFailure, corev1.PodSucceeded, "Completed", 0},
		{"onfailure-later", `[ -e again ] && exit 0; touch again; exit 1`, corev1.RestartPolicyOnFailure, corev1.PodSucceeded, "Completed", 0},
	} {
		create(t, e, podOf(test.name, test.script, withPolicy(test.policy)))
		pod := await(t, e, test.name, "end", finished)
		term := pod.Status.ContainerStatuses[0].State.Terminated
		if pod.Status.Phase != test.phase || term == nil || term.Reason != test.reason || term.ExitCode != test.code {
			t.Errorf("%s: %s %+v", test.name, pod.Status.Phase, term)
		}
	}
	pod, err := e.Get(testContext(t), "default", "onfailure-later")
	if err != nil || pod.Status.ContainerStatuses[0].RestartCount != 1 {
		t.Errorf("restarts: %+v, %v", pod.Status.ContainerStatuses, err)
	}
}

func TestCrashLoopBacksOff(t *testing.T) {
	t.Parallel()
	e := open(t)
	create(t, e, podOf("crash", "echo run; exit 3", withPolicy(corev1.RestartPolicyAlways)))
	waiting := func(pod *corev1.Pod) bool {
		w := pod.Status.ContainerStatuses[0].State.Waiting
		return w != nil && w.Reason == "CrashLoopBackOff" && pod.Status.ContainerStatuses[0].RestartCount >= 3
	}
	pod := await(t, e, "crash", "back off", waiting)
	s := pod.Status.ContainerStatuses[0]
	if s.LastTerminationState.Terminated == nil || s.LastTerminationState.Terminated.ExitCode != 3 || pod.Status.Phase != corev1.PodRunning || s.Ready {
		t.Errorf("status: %s %+v", pod.Status.Phase, s)
	}
	if !strings.HasPrefix(s.State.Waiting.Message, "back-off ") || api.RowOf(pod).Status != "CrashLoopBackOff" {
		t.Errorf("message: %q, row %+v", s.State.Waiting.Message, api.RowOf(pod))
	}
	if got := logOf(t, e, "crash", corev1.PodLogOptions{}); got != "run\n" {
		t.Errorf("log: %q", got)
	}
	if got := logOf(t, e, "crash", corev1.PodLogOptions{Previous: true}); got != "run\n" {
		t.Errorf("previous log: %q", got)
	}
	reasons := reasonsOf(t, e, "crash")
	if !slices.ContainsFunc(reasons, func(r string) bool { return strings.HasPrefix(r, "BackOffx") }) {
		t.Errorf("events: %v", reasons)
	}
}

func TestInitContainersRunInOrder(t *testing.T) {
	t.Parallel()
	e := open(t)
	dir := t.TempDir()
	step := func(name, script string) corev1.Container {
		return corev1.Container{Name: name, Image: "none", Command: []string{"sh", "-c", script}}
	}
	create(t, e, podOf("init", `cat `+dir+`/order`, func(pod *corev1.Pod) {
		pod.Spec.RestartPolicy = corev1.RestartPolicyOnFailure
		pod.Spec.InitContainers = []corev1.Container{
			step("one", `echo one >> `+dir+`/order`),
			step("two", `echo two >> `+dir+`/order; [ -e tried ] || { touch tried; exit 1; }`),
		}
	}))
	pod := await(t, e, "init", "end", finished)
	if pod.Status.Phase != corev1.PodSucceeded || pod.Status.InitContainerStatuses[1].RestartCount != 1 {
		t.Errorf("status: %+v", pod.Status)
	}
	if got := logOf(t, e, "init", corev1.PodLogOptions{}); got != "one\ntwo\ntwo\n" {
		t.Errorf("order: %q", got)
	}
	create(t, e, podOf("init-bad", `echo never`, func(pod *corev1.Pod) {
		pod.Spec.InitContainers = []corev1.Container{step("one", "exit 4"), step("two", "exit 0")}
	}))
	pod = await(t, e, "init-bad", "fail", finished)
	if pod.Status.Phase != corev1.PodFailed || api.RowOf(pod).Status != "Init:Error" || pod.Status.InitContainerStatuses[1].State.Waiting == nil {
		t.Errorf("status: %s %+v", api.RowOf(pod).Status, pod.Status)
	}
}

func TestCommandThatCannotRun(t *testing.T) {
	t.Parallel()
	e := open(t)
	dir := t.TempDir()
	plain := filepath.Join(dir, "plain")
	orphan := filepath.Join(dir, "orphan")
	if err := os.WriteFile(plain, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(orphan, []byte("#!/no/such/interpreter\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	create(t, e, podOf("base", "sleep 1000"))
	awaitRunning(t, e, "base")
	for _, test := range []struct {
		argv []string
		code int
		says string
	}{
		{[]string{"no-such-command"}, 127, "no such command in PATH"},
		{[]string{"/no/such/file"}, 127, "no such file"},
		{[]string{orphan}, 127, "interpreter is missing"},
		{[]string{plain}, 126, "permission denied"},
		{[]string{dir}, 126, "is a directory"},
	} {
		cfg := sh("")
		cfg.Cmd = test.argv
		_, errs, code := run(t, e, "base", cfg, engine.Size{})
		if code != test.code || !strings.Contains(errs, test.says) || strings.Count(errs, "\n") != 1 {
			t.Errorf("exec %v: %d %q", test.argv, code, errs)
		}
		cfg.TTY = true
		out, _, code := run(t, e, "base", cfg, engine.Size{Rows: 5, Cols: 200})
		if code != test.code || !strings.Contains(out, test.says) {
			t.Errorf("exec with a TTY %v: %d %q", test.argv, code, out)
		}
	}
	create(t, e, podOf("bad", "", first(func(c *corev1.Container) { c.Command = []string{"no-such-command"} })))
	pod := await(t, e, "bad", "fail", finished)
	term := pod.Status.ContainerStatuses[0].State.Terminated
	if term == nil || term.ExitCode != 127 || term.Reason != "ContainerCannotRun" || !strings.Contains(term.Message, "PATH") {
		t.Errorf("state: %+v", term)
	}
	if got := logOf(t, e, "bad", corev1.PodLogOptions{}); !strings.Contains(got, "no such command in PATH") {
		t.Errorf("log: %q", got)
	}
	create(t, e, podOf("nodir", "pwd", first(func(c *corev1.Container) { c.WorkingDir = "/no/such/folder" })))
	if pod := await(t, e, "nodir", "fail", finished); !strings.Contains(pod.Status.ContainerStatuses[0].State.Terminated.Message, "/no/such/folder does not exist") {
		t.Errorf("status: %+v", pod.Status.ContainerStatuses)
	}
}

func TestPlaceholder(t *testing.T) {
	t.Parallel()
	e := open(t)
	pod := podOf("image", "")
	_, warnings, err := e.Create(testContext(t), pod)
	if err != nil || len(warnings) != 1 || !strings.Contains(warnings[0], "names no command") {
		t.Fatalf("%v, %v", warnings, err)
	}
	got := await(t, e, "image", "be a placeholder", func(p *corev1.Pod) bool {
		w := p.Status.ContainerStatuses[0].State.Waiting
		return w != nil && w.Reason == "Placeholder"
	})
	row := api.RowOf(got)
	if row.Status != "Placeholder" || row.Ready != 0 || got.Status.Phase != corev1.PodPending || !strings.Contains(got.Status.ContainerStatuses[0].State.Waiting.Message, "shell") {
		t.Errorf("row %+v", row)
	}
	if err := e.CheckExec(got, "c"); err != nil {
		t.Error(err)
	}
	if out, _, code := run(t, e, "image", sh("echo in $PODIUM_POD"), engine.Size{}); out != "in image\n" || code != 0 {
		t.Errorf("exec: %q %d", out, code)
	}
	if _, err := e.Log(testContext(t), "default", "image", nil); !apierrors.IsBadRequest(err) || !strings.Contains(err.Error(), "placeholder") {
		t.Errorf("log: %v", err)
	}
	if err := e.Delete(testContext(t), "default", "image", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	awaitGone(t, e, "image")
}

func TestActiveDeadline(t *testing.T) {
	t.Parallel()
	e := open(t)
	seconds := int64(1)
	create(t, e, podOf("slow", "sleep 1000", withPolicy(corev1.RestartPolicyAlways), func(pod *corev1.Pod) { pod.Spec.ActiveDeadlineSeconds = &seconds }))
	pod := await(t, e, "slow", "be ended", func(p *corev1.Pod) bool {
		return kubelet.Ended(p) && p.Status.ContainerStatuses[0].State.Terminated != nil
	})
	if pod.Status.Phase != corev1.PodFailed || pod.Status.Reason != "DeadlineExceeded" || api.RowOf(pod).Ready != 0 {
		t.Errorf("status: %+v", pod.Status)
	}
}

func TestDeleteGraceCanOnlyShorten(t *testing.T) {
	t.Parallel()
	e := open(t)
	long := int64(1000)
	create(t, e, podOf("stubborn", `trap "" TERM; echo up; while :; do sleep 0.05; done`, func(p *corev1.Pod) { p.Spec.TerminationGracePeriodSeconds = &long }))
	awaitRunning(t, e, "stubborn")
	awaitLog(t, e, "stubborn", "up")
	ctx := testContext(t)
	wrong := types.UID("wrong")
	if err := e.Delete(ctx, "default", "stubborn", metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &wrong}}); !apierrors.IsConflict(err) {
		t.Errorf("precondition: %v", err)
	}
	if err := e.Delete(ctx, "default", "stubborn", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	pod, err := e.Get(ctx, "default", "stubborn")
	if err != nil || pod.DeletionTimestamp == nil || *pod.DeletionGracePeriodSeconds != 1000 || api.RowOf(pod).Status != "Terminating" {
		t.Fatalf("%+v, %v", pod, err)
	}
	if err := e.CheckExec(pod, "c"); err != nil {
		t.Errorf("a shell in a pod that ends: %v", err)
	}
	if out, _, code := run(t, e, "stubborn", sh("echo still"), engine.Size{}); out != "still\n" || code != 0 {
		t.Errorf("exec while it ends: %q %d", out, code)
	}
	longer, one := int64(2000), int64(1)
	for _, grace := range []*int64{&longer, &one} {
		if err := e.Delete(ctx, "default", "stubborn", metav1.DeleteOptions{GracePeriodSeconds: grace}); err != nil {
			t.Fatal(err)
		}
		if pod, err = e.Get(ctx, "default", "stubborn"); err != nil || *pod.DeletionGracePeriodSeconds != min(1000, *grace) {
			t.Errorf("after %d: %v", *grace, pod.DeletionGracePeriodSeconds)
		}
	}
	awaitGone(t, e, "stubborn")
}

func TestTerminationMessages(t *testing.T) {
	t.Parallel()
	e := open(t)
	create(t, e, podOf("said", `echo -n because > "$PODIUM_TERMINATION_LOG"; exit 1`))
	create(t, e, podOf("logged", `echo one; echo two >&2; exit 1`, first(func(c *corev1.Container) {
		c.TerminationMessagePolicy = corev1.TerminationMessageFallbackToLogsOnError
	})))
	for name, want := range map[string]string{"said": "because", "logged": "one\ntwo"} {
		pod := await(t, e, name, "fail", finished)
		got := pod.Status.ContainerStatuses[0].State.Terminated.Message
		if name == "logged" { // the two streams have no order between them
			parts := lines(got)
			slices.Sort(parts)
			got = strings.Join(parts, "\n")
		}
		if got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestRunAsAnotherUser(t *testing.T) {
	t.Parallel()
	e := open(t)
	uid, group := int64(54321), int64(4567)
	pod := podOf("other", `id -u; id -g; id -G; echo $HOME; echo ok > file && cat file; sleep 1000`, func(p *corev1.Pod) {
		p.Spec.SecurityContext = &corev1.PodSecurityContext{RunAsUser: &uid, SupplementalGroups: []int64{group}}
	})
	if os.Geteuid() != 0 {
		if _, err := e.Validate(pod); !apierrors.IsInvalid(err) || !strings.Contains(err.Error(), "only root can run as others") {
			t.Errorf("validate: %v", err)
		}
		return
	}
	create(t, e, pod)
	awaitRunning(t, e, "other")
	awaitLog(t, e, "other", "ok")
	if got := logOf(t, e, "other", corev1.PodLogOptions{}); got != "54321\n54321\n54321 4567\n/\nok\n" {
		t.Errorf("log: %q", got)
	}
	if out, _, _ := run(t, e, "other", sh("id -u"), engine.Size{}); out != "54321\n" {
		t.Errorf("exec: %q", out)
	}
}

func TestCorruptFilesAreSetAside(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := folders{dir}
	if err := f.make(); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"garbage": "{", "11111111-1111-4111-8111-111111111111": `{"metadata":{"name":"../../x","namespace":"default","uid":"11111111-1111-4111-8111-111111111111"}}`,
	} {
		if err := os.MkdirAll(filepath.Join(f.pods(), name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(f.pods(), name, "pod.json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for path, text := range map[string]string{f.meta(): "]", filepath.Join(f.running(), "x.json"): "?"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	e := openAt(t, dir)
	if n := e.Active(); n != 0 {
		t.Errorf("%d pods", n)
	}
	if entries, err := os.ReadDir(f.aside()); err != nil || len(entries) != 3 {
		t.Errorf("set aside: %v, %v", entries, err)
	}
	create(t, e, podOf("fine", "exit 0"))
	await(t, e, "fine", "end", finished)
	var modes []string
	err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().Perm()&0o077 != 0 && info.Mode()&os.ModeSymlink == 0 {
			modes = append(modes, path)
		}
		return err
	})
	if err != nil || len(modes) > 0 {
		t.Errorf("others can see %v, %v", modes, err)
	}
}
