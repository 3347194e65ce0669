package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/charmbracelet/x/exp/golden"

	"podium/internal/faultserver"
)

// TestGetPrints holds what get prints by golden files.
func TestGetPrints(t *testing.T) {
	s := newBench(t, 4)
	for name, args := range map[string][]string{
		"table":      {"get", "pods"},
		"wide":       {"get", "po", "-o", "wide", "-A", "--show-labels"},
		"no-headers": {"get", "pods", "--no-headers"},
		"name":       {"get", "pods", "-o", "name"},
		"describe":   {"describe", "pods"},
		"yaml":       {"get", "pods", "-o", "yaml"},
	} {
		t.Run(name, func(t *testing.T) {
			r := s.podium("", args...)
			if r.status != 0 || r.err != "" {
				t.Errorf("status %d, standard error %q", r.status, r.err)
			}
			golden.RequireEqual(t, []byte(r.out))
		})
	}
}

// TestGetJSONIsWhatTheServerSent: one pod is the server's object, several are a
// list of them.
func TestGetJSONIsWhatTheServerSent(t *testing.T) {
	s := newBench(t, 3)
	names := strings.Fields(s.podium("", "get", "pods", "-o", "name").out)
	if len(names) != 3 {
		t.Fatalf("names %q", names)
	}
	var one struct {
		Kind     string
		Metadata struct{ Name string }
	}
	r := s.podium("", "get", names[0], "-o", "json")
	if err := json.Unmarshal([]byte(r.out), &one); err != nil || one.Kind != "Pod" || "pod/"+one.Metadata.Name != names[0] {
		t.Errorf("%v: %+v", err, one)
	}
	for want, args := range map[string][]string{
		strings.TrimPrefix(names[0], "pod/"):                 {"get", names[0], "-o", "jsonpath={.metadata.name}"},
		strings.TrimPrefix(strings.Join(names, " "), "pod/"): {"get", "pods", "-o", "jsonpath={.items[*].metadata.name}"},
		"none": {"get", "pods", "-l", "none=such", "-o", "jsonpath={.items[*].x}none"},
	} {
		if r := s.podium("", args...); r.status != 0 || r.out != strings.ReplaceAll(want, " pod/", " ") {
			t.Errorf("%q: %+v, want %q", args, r, want)
		}
	}
	for want, args := range map[int][]string{3: {"get", "pods", "-o", "json"}, 2: {"get", names[0], names[1], "-o", "json"}, 0: {"get", "pods", "-l", "none=such", "-o", "json"}} {
		var list struct {
			Kind  string
			Items []struct{ Kind string }
		}
		r := s.podium("", args...)
		if err := json.Unmarshal([]byte(r.out), &list); err != nil || list.Kind != "List" || len(list.Items) != want || list.Items == nil {
			t.Errorf("%q: %v: %+v", args, err, list)
		}
	}
}

// TestWhatIsWrongIsOneLine: errors are a line on standard error, with the status
// of their kind.
// A server that is not to be trusted sends a pod whose texts would move the
// cursor, or more.
func TestGetPrintsNothingThatATerminalObeys(t *testing.T) {
	pod := `{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a\u001b[2J` + "\u009b31m\u007f" + `","namespace":"default","annotations":{"x` + "\u009d" + `":"` + "\u009b2J\u007f" + `"}}}`
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/pods") {
			_, _ = io.WriteString(w, `{"kind":"PodList","apiVersion":"v1","items":[`+pod+`]}`)
		} else {
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(server.Close)
	b := &bench{t: t, url: server.URL, dir: t.TempDir()}
	for _, format := range []string{"", "wide", "name", "json", "yaml"} {
		got := b.podium("", "get", "pods", "-o", format)
		if got.status != 0 || !strings.Contains(got.out, "a") {
			t.Errorf("-o %q: status %d, %q", format, got.status, got.err)
		}
		if i := strings.IndexFunc(got.out, func(r rune) bool { return r != '\n' && unicode.IsControl(r) }); i >= 0 {
			t.Errorf("-o %q prints %q", format, got.out[i:])
		}
		if format == "json" && !json.Valid([]byte(got.out)) {
			t.Errorf("this is no JSON: %s", got.out)
		}
	}
}

func TestWhatIsWrongIsOneLine(t *testing.T) {
	s := newBench(t, 1)
	gone := &bench{t: t, url: "unix:///nowhere/pods.sock", dir: t.TempDir()}
	for _, row := range []struct {
		on     *bench
		args   string
		status int
		says   string
	}{
		{s, "get pods nope", 1, `Error from server (NotFound): pods "nope" not found`},
		{s, "get", 3, "say what: pods"},
		{s, "get services", 3, `there is no resource "services"`},
		{s, "get pods -o nonsense", 3, "there is no output"},
		{s, "get pods -o jsonpath={.x", 3, "cannot be read"},
		{s, "get pods x -l a=b", 3, "cannot be given together"},
		{s, "get pods -l a==", 0, ""},
		{s, "get pods -l ((", 1, "Error from server (BadRequest)"},
		{s, "get pods --bogus", 3, "unknown flag"},
		{s, "describe nope", 3, `there is no resource "nope"`},
		{s, "describe pod nope", 1, "NotFound"},
		{s, "delete pods", 3, "say which pods to delete"},
		{s, "delete pods x --all", 3, "exclude one another"},
		{s, "delete pods x --now --grace-period=4", 3, "--now and --grace-period"},
		{s, "delete pods x --force --grace-period=4", 3, "--force and a grace period"},
		{s, "delete pods nope", 1, "NotFound"},
		{s, "delete pods nope --ignore-not-found", 0, ""},
		{s, "create", 3, "-f FILE"},
		{s, "create -f /nowhere.yaml", 1, "nothing was sent"},
		{s, "logs", 3, "say whose log"},
		{s, "logs nope", 1, "NotFound"},
		{s, "logs nope --since-time x", 3, "--since-time is a time"},
		{s, "exec", 3, "say what to run"},
		{s, "exec nope", 3, "say what to run"},
		{s, "exec nope -- true", 255, "NotFound"},
		{s, "exec -l none=such -- true", 255, "finds no running pod"},
		{s, "exec x -l a=b -- true", 3, "cannot be given together"},
		{s, "exec -it -l a=b -- true", 3, "-i and -t are for one pod"},
		{gone, "get pods", 1, "error: cannot reach unix:///nowhere/pods.sock"},
		{gone, "exec x -- true", 255, "error: cannot reach"},
	} {
		r := row.on.podium("", strings.Fields(row.args)...)
		last := r.err[strings.LastIndexByte(strings.TrimSuffix(r.err, "\n"), '\n')+1:]
		if r.status != row.status || !strings.Contains(last, row.says) || row.status == 0 && strings.Contains(r.err, "rror") {
			t.Errorf("%s: status %d, standard error %q; want %d and %q", row.args, r.status, r.err, row.status, row.says)
		}
		if row.status != 0 && r.out != "" {
			t.Errorf("%s: standard output has %q", row.args, r.out)
		}
	}
}

func TestCreateChecksBeforeItSends(t *testing.T) {
	s := newBench(t, 0)
	dir := t.TempDir()
	good := "apiVersion: v1\nkind: Pod\nmetadata: {name: %s}\nspec: {containers: [{name: a, image: x}]}\n"
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("a.yaml", strings.ReplaceAll(good, "%s", "one")+"---\n"+strings.ReplaceAll(good, "%s", "two"))
	bad := write("b.yaml", strings.ReplaceAll(strings.ReplaceAll(good, "%s", "three"), "image: x", "imag: x"))
	r := s.podium("", "create", "-f", dir)
	if r.status != 1 || !strings.Contains(r.err, bad+":4:") || !strings.Contains(r.err, "nothing was sent") || r.out != "" {
		t.Errorf("with an error: %+v", r)
	}
	if got := s.podium("", "get", "pods", "-o", "name").out; got != "" {
		t.Errorf("with an error %q was created", got)
	}
	if err := os.Remove(bad); err != nil {
		t.Fatal(err)
	}
	if r = s.podium("", "create", "-f", dir, "--dry-run"); r.out != "pod/one created (dry run)\npod/two created (dry run)\n" || r.status != 0 {
		t.Errorf("dry run: %+v", r)
	}
	if r = s.podium("", "create", "-f", dir, "-o", "name"); r.out != "pod/one\npod/two\n" || r.status != 0 {
		t.Errorf("create: %+v", r)
	}
	if r = s.podium("", "create", "-f", dir); r.status != 1 || strings.Count(r.err, "AlreadyExists") != 2 {
		t.Errorf("again: %+v", r)
	}
	if r = s.podium("", "create", "-n", "other", "-f", "-"); r.status != 1 {
		t.Errorf("nothing on standard input: %+v", r)
	}
	if r = s.podium("", "delete", "-f", dir, "--force"); r.status != 0 || !strings.Contains(r.out, `pod "one" force deleted`) {
		t.Errorf("delete -f: %+v", r)
	}
}

func TestDeleteWaitsUntilTheyAreGone(t *testing.T) {
	s := newBench(t, 0)
	s.create("one", "app: x")
	s.create("two", "app: x")
	s.create("three", "app: z")
	r := s.podium("", "delete", "pods", "-l", "app=x", "--now")
	if r.status != 0 || r.out != "pod \"one\" deleted\npod \"two\" deleted\n" {
		t.Errorf("%+v", r)
	}
	if got := s.podium("", "get", "pods", "-o", "name").out; got != "pod/three\n" {
		t.Errorf("left are %q", got)
	}
	if r = s.podium("", "delete", "pod/three", "--grace-period=60", "--timeout=300ms"); r.status != 1 || !strings.Contains(r.err, "still there after 300ms") {
		// The fake shell ends on TERM unless it traps it: then it was gone in time.
		if r.status != 0 {
			t.Errorf("with a timeout: %+v", r)
		}
	}
}

func TestReadOnlyOfTheConfiguration(t *testing.T) {
	s := newBench(t, 0)
	s.create("one", "app: x")
	file := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(file, []byte("contexts: {read-only: [\""+s.url+"\"]}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PODIUM_CONFIG", file)
	pod := "apiVersion: v1\nkind: Pod\nmetadata: {name: two}\nspec: {containers: [{name: main, image: busybox}]}\n"
	for _, c := range []struct {
		stdin  string
		args   []string
		status int
	}{
		{"", []string{"delete", "pod", "one"}, exitError},
		{pod, []string{"create", "-f", "-"}, exitError},
		{"", []string{"exec", "one", "--", "true"}, exitUnknown},
		{"", []string{"exec", "-l", "app=x", "--", "true"}, exitUnknown},
	} {
		r := s.podium(c.stdin, c.args...)
		if r.status != c.status || !strings.Contains(r.err, "is read-only by contexts.read-only ("+file+":1): nothing was done; --set contexts.read-only= allows") {
			t.Errorf("%v: %+v", c.args, r)
		}
	}
	if got := s.podium("", "get", "pods", "-o", "name"); got.out != "pod/one\n" {
		t.Errorf("left are %+v", got)
	}
	if r := s.podium(pod, "create", "-f", "-", "--dry-run"); r.status != 0 {
		t.Errorf("a check: %+v", r)
	}
	if r := s.podium("", "delete", "pod", "one", "--now", "--set", "contexts.read-only="); r.status != 0 {
		t.Errorf("allowed for one command: %+v", r)
	}
}

func TestLogsPrint(t *testing.T) {
	s := newBench(t, 0)
	s.create("one", "app: x", "main", "side")
	s.create("two", "app: x")
	r := s.podium("", "logs", "one")
	if r.out != "hello from main\n" || !strings.Contains(r.err, `Defaulted container "main" out of: main, side`) {
		t.Errorf("%+v", r)
	}
	if r = s.podium("", "logs", "one", "side"); r.out != "hello from side\n" || r.err != "" {
		t.Errorf("%+v", r)
	}
	if r = s.podium("", "logs", "one", "--all-containers", "--prefix"); r.out != "[pod/one/main] hello from main\n[pod/one/side] hello from side\n" {
		t.Errorf("%+v", r)
	}
	if r = s.podium("", "logs", "-l", "app=x", "--prefix"); r.out != "[pod/one/main] hello from main\n[pod/two/main] hello from main\n" {
		t.Errorf("%+v", r)
	}
	if r = s.podium("", "logs", "two", "--tail", "0"); r.out != "" || r.status != 0 {
		t.Errorf("%+v", r)
	}
}

func TestWatchPrintsChangesUntilInterrupted(t *testing.T) {
	s := newBench(t, 0)
	s.create("one", "app: x")
	ctx, cancel := context.WithCancelCause(t.Context())
	got := make(chan result, 1)
	go func() { got <- s.within(ctx, "", "get", "pods", "-w") }()
	s.create("two", "app: x")
	if r := s.podium("", "delete", "pod", "two", "--now"); r.status != 0 {
		t.Fatalf("%+v", r)
	}
	time.Sleep(100 * time.Millisecond) // for the event of a deletion that is over
	cancel(&signalError{signal: 2})
	r := <-got
	if r.status != 130 || r.err != "" {
		t.Errorf("status %d, standard error %q", r.status, r.err)
	}
	if !strings.HasPrefix(r.out, "NAME") || !strings.Contains(r.out, "one ") {
		t.Errorf("it printed %q", r.out)
	}
}

// TestWatchOfAServerWithoutOne polls, and prints what has changed.
func TestWatchesAreNotHurried(t *testing.T) {
	for lasted, want := range map[time.Duration]time.Duration{0: pollEvery, time.Second: pollEvery - time.Second, time.Hour: 0} {
		if got := watchAgain(lasted); got != want {
			t.Errorf("after %v it waits for %v, want %v", lasted, got, want)
		}
	}
}

func TestWatchOfAServerWithoutOne(t *testing.T) {
	f := faultserver.New(t, faultserver.Script{})
	s := &bench{t: t, url: f.URL, dir: t.TempDir()}
	ctx, cancel := context.WithCancelCause(t.Context())
	out := make(chan result, 1)
	go func() { out <- s.within(ctx, "", "get", "pods", "-w") }()
	for f.Lists() < 3 {
		time.Sleep(5 * time.Millisecond)
	}
	cancel(&signalError{signal: 2})
	if r := <-out; r.status != 130 || strings.Count(r.out, "web ") != 1 || r.err != "" {
		t.Errorf("%+v", r)
	}
}

func TestCompletionKnowsWhatIsThere(t *testing.T) {
	s := newBench(t, 0)
	s.create("web-1", "app: x", "main", "side")
	s.create("web-2", "app: x")
	s.create("db", "app: x")
	for line, want := range map[string]string{
		"get p":               "pods",
		"get pods w":          "web-1 web-2",
		"get pods web-1 w":    "web-2",
		"get pod/d":           "pod/db",
		"delete pods d":       "db",
		"logs w":              "web-1 web-2",
		"logs web-1 ":         "main side",
		"exec web-1 -c ":      "main side",
		"exec w":              "web-1 web-2",
		"get pods -o ":        "wide json yaml name",
		"get pods -n other w": "",
	} {
		args := strings.Split(line, " ")
		r := s.podium("", append([]string{"__complete"}, append([]string{args[0]}, append([]string{"--server", s.url, "--state-dir", s.dir}, args[1:]...)...)...)...)
		var got []string
		for _, l := range strings.Split(r.out, "\n") {
			if l != "" && !strings.HasPrefix(l, ":") {
				got = append(got, l)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q completes to %q, want %q", line, got, want)
		}
	}
}

// TestManualPages: every command that help lists has a page that says what it is,
// its options, and its exit statuses.
func TestManualPages(t *testing.T) {
	b := &bench{t: t, url: "unix:///nowhere", dir: t.TempDir()}
	dir := t.TempDir()
	if r := b.alone("man", "--dir", dir); r.status != 0 {
		t.Fatalf("%+v", r)
	}
	for _, page := range []string{"podium", "podium-get", "podium-describe", "podium-create", "podium-delete", "podium-logs", "podium-exec", "podium-serve", "podium-host-status", "podium-man"} {
		text, err := os.ReadFile(filepath.Join(dir, page+".1"))
		if err != nil {
			t.Error(err)
			continue
		}
		for _, part := range []string{".TH ", ".SH NAME\n", ".SH SYNOPSIS\n", "OPTIONS\n", ".SH EXIT STATUS\n", ".SH SEE ALSO\n"} {
			if !bytes.Contains(text, []byte(part)) {
				t.Errorf("%s has no %q", page, part)
			}
		}
	}
	r := b.alone("man", "exec")
	for _, part := range []string{`podium\-exec`, `\-c, \-\-container=string`, "255", "podium exec web"} {
		if !strings.Contains(r.out, part) {
			t.Errorf("the page of exec has no %q", part)
		}
	}
	if r := b.alone("man", "nonsense"); r.status != exitUsage {
		t.Errorf("%+v", r)
	}
}
