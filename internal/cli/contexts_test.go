package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"podium/models"
)

// neighbourhood is a machine with a daemon at a socket, and a kubeconfig whose
// cluster and credential plugin must be left alone.
type neighbourhood struct {
	flags
	touched string       // the file that the plugin leaves behind
	dialled atomic.Int32 // connections to the cluster
}

func newNeighbourhood(t *testing.T) *neighbourhood {
	t.Helper()
	home := t.TempDir()
	n := &neighbourhood{touched: filepath.Join(home, "touched")}
	n.stateDir = filepath.Join(home, "state")
	t.Setenv("HOME", home)
	t.Setenv("DOCKER_CONFIG", filepath.Join(home, "docker"))
	t.Setenv("DOCKER_HOST", "unix://"+filepath.Join(home, "d.sock"))
	t.Setenv("XDG_RUNTIME_DIR", home)
	t.Setenv("KUBERNETES_SERVICE_HOST", "")

	daemon, err := net.Listen("unix", filepath.Join(home, "d.sock"))
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/_ping" {
			t.Errorf("the daemon is asked for %s", r.URL.Path)
		}
		w.Header().Set("Server", "Docker/20.10.24 (linux)")
		fmt.Fprint(w, "OK")
	})}
	go server.Serve(daemon)
	t.Cleanup(func() { server.Close() })

	cluster, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cluster.Close() })
	go func() {
		for {
			conn, err := cluster.Accept()
			if err != nil {
				return
			}
			n.dialled.Add(1)
			conn.Close()
		}
	}()
	plugin := filepath.Join(home, "plugin")
	n.kubeconfig = filepath.Join(home, "kubeconfig")
	for path, text := range map[string]string{
		plugin: "#!/bin/sh\ntouch " + n.touched + "\n",
		n.kubeconfig: fmt.Sprintf(`
apiVersion: v1
kind: Config
current-context: corp
clusters:
- {name: c, cluster: {server: "https://%s"}}
users:
- {name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: %q}}}
contexts:
- {name: corp, context: {cluster: c, user: u, namespace: shop}}
- {name: "evil\e[2J", context: {cluster: c, user: u}}
`, cluster.Addr(), plugin),
	} {
		if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return n
}

func (n *neighbourhood) list(t *testing.T, output string) string {
	t.Helper()
	var out, errOut bytes.Buffer
	if err := listContexts(t.Context(), &n.flags, output, &out, &errOut); err != nil {
		t.Fatal(err)
	}
	if errOut.Len() > 0 {
		t.Errorf("on standard error: %s", errOut.String())
	}
	return out.String()
}

func TestContextsAreListedWithoutContact(t *testing.T) {
	n := newNeighbourhood(t)
	text := n.list(t, "")
	for _, want := range []string{"CONTEXT", "host", "docker:docker-host", "Docker 20.10.24", "kube:corp", "not asked", "read-only", "not running yet"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	if strings.Contains(text, "\x1b") {
		t.Errorf("an escape sequence is printed: %q", text)
	}
	var lines []contextLine
	if err := json.Unmarshal([]byte(n.list(t, outputJSON)), &lines); err != nil {
		t.Fatal(err)
	}
	byID := map[string]contextLine{}
	for _, l := range lines {
		byID[l.ID] = l
	}
	if l := byID["kube:corp"]; l.Engine != "kube" || !l.Current || l.Namespace != "shop" || l.Changes || l.State != "not asked" {
		t.Errorf("kube:corp is %+v", l)
	}
	if l := byID["docker:docker-host"]; l.State != "Docker 20.10.24" || !l.Current {
		t.Errorf("docker:docker-host is %+v", l)
	}
	if names := n.list(t, outputName); !strings.Contains(names, "kube:corp\n") {
		t.Errorf("the names are %q", names)
	}
	if _, err := os.Stat(n.touched); err == nil {
		t.Error("a credential plugin ran")
	}
	if got := n.dialled.Load(); got != 0 {
		t.Errorf("the cluster was dialled %d times", got)
	}
}

// first opens what the dashboard begins with, and closes it.
func (n *neighbourhood) first(t *testing.T) (id string, notices int) {
	t.Helper()
	dir, err := n.dir()
	if err != nil {
		t.Fatal(err)
	}
	book, err := n.book(dir, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	all := &places{book: book}
	defer all.close()
	opened, said, err := n.flags.first(book, all)
	if err != nil {
		t.Fatal(err)
	}
	if opened != nil {
		id = opened.Context.ID
	}
	return id, len(said)
}

func TestWhatTheDashboardBeginsWith(t *testing.T) {
	n := newNeighbourhood(t)
	if id, _ := n.first(t); id != "" {
		t.Errorf("with several to choose from it begins with %s", id)
	}
	n.context = "corp"
	if id, _ := n.first(t); id != "kube:corp" {
		t.Errorf("--context corp begins with %s", id)
	}
	n.context = ""
	if id, _ := n.first(t); id != "kube:corp" {
		t.Errorf("after that it begins with %s", id)
	}
	// What is gone leaves the choice to the user, and says so.
	if err := os.Remove(n.kubeconfig); err != nil {
		t.Fatal(err)
	}
	if id, notices := n.first(t); id != "" || notices != 1 {
		t.Errorf("with the last one gone it begins with %q and %d notices", id, notices)
	}
	n.engine = "host"
	if id, _ := n.first(t); id != "host" {
		t.Errorf("--engine host begins with %s", id)
	}
	n.engine = ""
	if id, _ := n.first(t); id != "host" {
		t.Errorf("after that it begins with %s", id)
	}
	if got := n.dialled.Load(); got != 0 {
		t.Errorf("the cluster was dialled %d times", got)
	}
}

// TestUnlockedIsWhereItLeads: a name that leads somewhere else is locked again.
func TestUnlockedIsWhereItLeads(t *testing.T) {
	n := newNeighbourhood(t)
	dir, err := n.dir()
	if err != nil {
		t.Fatal(err)
	}
	book, err := n.book(dir, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	all := &places{book: book}
	daemon := func() models.Context {
		found, err := all.Find()
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range found {
			if c.ID == "docker:docker-host" {
				return c
			}
		}
		t.Fatal("the daemon is not found")
		return models.Context{}
	}
	opened := daemon()
	// By the time it is unlocked, the name may lead elsewhere already.
	t.Setenv("DOCKER_HOST", "tcp://production.example:2376")
	if err := all.SetUnlocked(opened, true); err != nil {
		t.Fatal(err)
	}
	if daemon().Unlocked {
		t.Error("another daemon under the same name is unlocked")
	}
	t.Setenv("DOCKER_HOST", opened.Address)
	if !daemon().Unlocked {
		t.Error("what was unlocked is not")
	}
}

func TestFlagsThatContradict(t *testing.T) {
	for _, f := range []flags{
		{server: "http://localhost", context: "x"},
		{server: "http://localhost", engine: "kube"},
		{engine: "nonsense"},
		{namespace: "a", allNamespaces: true},
	} {
		f.stateDir = t.TempDir()
		dir, err := f.dir()
		if err != nil {
			t.Fatal(err)
		}
		book, err := f.book(dir, func(string) {})
		if err != nil {
			t.Fatal(err)
		}
		if e, err := f.choose(book); err == nil {
			t.Errorf("%+v chooses %s", f, e.ID())
		}
	}
}
