package e2e

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// unlock allows changes in the context that is open.
func (tm *terminal) unlock() {
	tm.t.Helper()
	tm.sees("READ-ONLY")
	tm.press("L")
	tm.sees("Allow changes here?")
	tm.decides("y", "Allow changes here?")
	tm.lacks("READ-ONLY")
}

// decides presses a key of a dialog, which hears it once it could be read.
func (tm *terminal) decides(key, title string) {
	tm.t.Helper()
	time.Sleep(500 * time.Millisecond)
	tm.press(key)
	tm.lacks(title)
}

const clusterToken = "the-token-of-the-cluster-for-tests"

// cluster serves made-up pods with TLS as an API server does, and gives its URL.
func cluster(t *testing.T) string {
	t.Helper()
	cmd := exec.Command(binary(t), "serve", "--engine", "fake", "--pods", "5", "--listen", "127.0.0.1:0", "--tls-self-signed", "--state-dir", t.TempDir())
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "PODIUM_TOKEN=" + clusterToken}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	line := make([]byte, 4096)
	n, err := out.Read(line)
	if err != nil {
		t.Fatal(err)
	}
	_, url, ok := strings.Cut(string(line[:n]), " on ")
	if !ok {
		t.Fatalf("podium serve says %q", line[:n])
	}
	return strings.Fields(url)[0]
}

// kubeconfig is a home with a kubeconfig whose context takes its token from a
// credential plugin. The plugin leaves the file ran behind, and prints what is in
// the file token.
func kubeconfig(t *testing.T, server string) (home string) {
	t.Helper()
	home = t.TempDir()
	put := func(name, text string, mode os.FileMode) {
		path := filepath.Join(home, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	put("token", clusterToken, 0o600)
	put("plugin", fmt.Sprintf(`#!/bin/sh
echo run >> %[1]s/ran
echo "Please log in with: corp-login" >&2
printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%%s"}}' "$(cat %[1]s/token)"
`, home), 0o700)
	put(".kube/config", fmt.Sprintf(`
apiVersion: v1
kind: Config
current-context: corp
clusters:
- {name: c, cluster: {server: %q, insecure-skip-tls-verify: true}}
users:
- {name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: %s/plugin}}}
contexts:
- {name: corp, context: {cluster: c, user: u}}
`, server, home), 0o600)
	return home
}

func plugged(t *testing.T, home string) bool {
	t.Helper()
	_, err := os.Stat(filepath.Join(home, "ran"))
	return err == nil
}

func TestChoosingAContext(t *testing.T) {
	home := kubeconfig(t, cluster(t))
	dir := t.TempDir()
	t.Cleanup(func() { stopHost(t, dir) })
	env := options{env: []string{"HOME=" + home}}

	// Listing runs no plugin, on the command line or in the dashboard.
	list := exec.Command(binary(t), "contexts", "--state-dir", dir)
	list.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home}
	out, err := list.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "kube:corp") || !strings.Contains(string(out), "not asked") {
		t.Fatalf("podium contexts: %v\n%s", err, out)
	}
	tm := start(t, env, "--state-dir", dir)
	tm.sees("where are the pods?", "There is more than one place", "this machine", "corp", "not running yet")
	tm.press("/")
	tm.types("corp")
	tm.lacks("this machine  ")
	if plugged(t, home) {
		t.Fatal("a credential plugin ran before its context was opened")
	}
	tm.press("enter")
	tm.sees("corp · kube · default", "live", "READ-ONLY", "5 pods")
	if !plugged(t, home) {
		t.Error("the plugin did not run for its own context")
	}
	tm.unlock()
	tm.quits()

	// The last one is opened again, as it was left.
	tm = start(t, env, "--state-dir", dir)
	tm.sees("corp · kube", "live", "5 pods")
	tm.lacks("READ-ONLY")
	tm.types(":ns kube-system\r")
	tm.sees("kube-system")
	tm.types(":ctx host\r")
	tm.sees("this machine", "counter")
	tm.types(":ctx corp\r")
	tm.sees("corp · kube · kube-system")
	tm.quits()
	tm = start(t, env, "--state-dir", dir, "--read-only", "-n", "default")
	tm.sees("corp · kube · default", "READ-ONLY")
	tm.quits()
}

func TestCredentialsThatExpire(t *testing.T) {
	home := kubeconfig(t, cluster(t))
	if err := os.WriteFile(filepath.Join(home, "token"), []byte("expired"), 0o600); err != nil {
		t.Fatal(err)
	}
	tm := start(t, options{cols: 120, rows: 30, env: []string{"HOME=" + home}}, "--engine", "kube", "--state-dir", t.TempDir())
	tm.sees("does not accept the credentials", "log in again")
	if err := os.WriteFile(filepath.Join(home, "token"), []byte(clusterToken), 0o600); err != nil {
		t.Fatal(err)
	}
	tm.press("ctrl+r")
	tm.sees("live", "5 pods")
	tm.quits()
}

// TestServeOverAKubeconfig goes through two gateways.
func TestServeOverAKubeconfig(t *testing.T) {
	home := kubeconfig(t, cluster(t))
	socket := filepath.Join(t.TempDir(), "pods.sock")
	cmd := exec.Command(binary(t), "serve", "--engine", "kube", "--context", "corp", "--listen", "unix://"+socket, "--state-dir", t.TempDir())
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) { // nothing here reads what it says
		conn, err := net.Dial("unix", socket)
		if err == nil {
			conn.Close()
			break
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
	}
	tm := start(t, options{}, "--server", "unix://"+socket, "--state-dir", t.TempDir())
	tm.sees("live", "5 pods", "READ-ONLY", "kube")
	tm.quits()

	// On TCP the rules are those of every engine.
	out, err := podium(t, "serve", "--engine", "kube", "--kubeconfig", filepath.Join(home, ".kube/config"), "--listen", "127.0.0.1:0", "--state-dir", t.TempDir())
	if err == nil || !strings.Contains(out, "token") {
		t.Errorf("serving on TCP without a token: %v\n%s", err, out)
	}
}

func TestAddingAnEndpoint(t *testing.T) {
	server := cluster(t)
	dir := t.TempDir()
	tm := start(t, options{cols: 100, rows: 30}, "--engine", "fake", "--pods", "1", "--state-dir", dir)
	tm.sees("live")
	tm.types(":ctx\r")
	tm.sees("contexts", "add an endpoint")
	tm.press("a")
	tm.sees("new endpoint")
	tm.types("lab\t" + server + "\t" + clusterToken + "\t\t\r")
	tm.press("enter")
	// Its certificate is nobody's: it is trusted by its fingerprint, or not at all.
	tm.sees("Nobody vouches", "Trust this certificate")
	if strings.Contains(tm.text(), clusterToken) {
		t.Error("the token is shown")
	}
	tm.press("tab", "enter")
	tm.sees("it serves fake", "lab")
	tm.lacks("new endpoint")
	tm.press("enter")
	tm.sees("lab · fake", "5 pods", "READ-ONLY")
	tm.quits()
	tm = start(t, options{cols: 100, rows: 30}, "--state-dir", dir, "--context", "lab")
	tm.sees("lab · fake", "5 pods", "READ-ONLY")
	tm.quits()
}
