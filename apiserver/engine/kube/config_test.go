package kube

import (
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/api"
)

func writeFile(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestContextsAreMergedAndNothingIsRun(t *testing.T) {
	dir := t.TempDir()
	ran := filepath.Join(dir, "ran")
	plugin := writeFile(t, filepath.Join(dir, "plugin"), "#!/bin/sh\ntouch "+ran+"\n")
	claims := base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"system:serviceaccount:a:b"}`))
	first := writeFile(t, filepath.Join(dir, "one"), `
apiVersion: v1
kind: Config
current-context: b
clusters: [{name: c1, cluster: {server: "https://one:6443"}}]
users:
- {name: cloud, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: "`+plugin+`", interactiveMode: Never}}}
- {name: robot, user: {token: "h.`+claims+`.s"}}
contexts:
- {name: b, context: {cluster: c1, user: cloud, namespace: shop}}
- {name: a, context: {cluster: c1, user: robot}}
`)
	second := writeFile(t, filepath.Join(dir, "two"), `
apiVersion: v1
kind: Config
current-context: z
clusters: [{name: c1, cluster: {server: "https://ignored"}}]
users: [{name: old, user: {username: joe, password: secret}}]
contexts:
- {name: z, context: {cluster: none, user: old}}
- {name: w, context: {cluster: c1, user: nobody}}
- {name: x, context: {cluster: c1, user: old}}
`)
	t.Setenv("KUBECONFIG", first+string(filepath.ListSeparator)+filepath.Join(dir, "absent")+string(filepath.ListSeparator)+second)
	t.Setenv("KUBERNETES_SERVICE_HOST", "")
	got, err := Contexts("")
	if err != nil {
		t.Fatal(err)
	}
	want := []Context{
		{Name: "a", Cluster: "c1", Server: "https://one:6443", User: "robot", Identity: "system:serviceaccount:a:b"},
		{Name: "b", Cluster: "c1", Server: "https://one:6443", User: "cloud", Namespace: "shop", Current: true, Identity: "cloud (by plugin)"},
		{Name: "w", Cluster: "c1", Server: "https://one:6443", User: "nobody", Problem: `its user "nobody" is not in the kubeconfig`},
		{Name: "x", Cluster: "c1", Server: "https://one:6443", User: "old", Identity: "joe"},
		{Name: "z", Cluster: "none", User: "old", Identity: "joe", Problem: `its cluster "none" is not in the kubeconfig`},
	}
	if !slices.Equal(got, want) {
		t.Errorf("contexts:\n%+v\nwant\n%+v", got, want)
	}
	e, err := New(Options{Namespace: "told"})
	if err != nil {
		t.Fatal(err)
	}
	info, err := e.Info(context.Background())
	if err != nil || info[api.InfoContext] != "b" || info[api.InfoNamespace] != "told" || info[api.InfoIdentity] != "cloud (by plugin)" || info.Engine() != "kube" || !info.Has(api.CapWatch) {
		t.Errorf("info: %v, %v", info, err)
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(ran); err == nil {
		t.Error("the credential plugin was run unasked")
	}
	if _, err := New(Options{Context: "nowhere"}); err == nil || !strings.Contains(err.Error(), "it has a, b, w, x, z") {
		t.Errorf("an unknown context: %v", err)
	}
	if _, err := New(Options{Context: "z"}); err == nil {
		t.Error("a context without its cluster is taken")
	}
}

func TestNoKubeconfig(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("KUBECONFIG", filepath.Join(t.TempDir(), "absent"))
	t.Setenv("KUBERNETES_SERVICE_HOST", "")
	if got, err := Contexts(""); err != nil || len(got) != 0 {
		t.Errorf("contexts: %v, %v", got, err)
	}
	if _, err := New(Options{}); err == nil || !strings.Contains(err.Error(), "no Kubernetes context") {
		t.Errorf("new: %v", err)
	}
	if _, err := Contexts("/no/such/file"); err == nil {
		t.Error("a file that was asked for and is not there is no error")
	}
	bad := writeFile(t, filepath.Join(t.TempDir(), "bad"), "clusters: [}")
	if _, err := Contexts(bad); err == nil || !strings.Contains(err.Error(), bad) {
		t.Errorf("a broken file: %v", err)
	}
}

func TestNewCredentialsCountWithoutARestart(t *testing.T) {
	c := newCluster(t, podNamed)
	e := c.engine()
	get := func() error { _, err := e.Get(t.Context(), "n", "web"); return err }
	if err := get(); err != nil {
		t.Fatal(err)
	}
	c.takes("renewed") // the old ones expire
	err := get()
	if !apierrors.IsUnauthorized(err) || !strings.Contains(err.Error(), `"here"`) || !strings.Contains(err.Error(), "log in again") {
		t.Fatalf("expired: %v", err)
	}
	if _, err := pass(t, e, "GET", "/api/v1/pods", "", nil); !apierrors.IsUnauthorized(err) {
		t.Errorf("expired, passed: %v", err)
	}
	c.login("token: renewed")
	if err := get(); err != nil {
		t.Errorf("after the login: %v", err)
	}
	c.takes("again") // a login that nothing has noticed yet
	c.login("token: again")
	if _, err := pass(t, e, "POST", "/api/v1/namespaces/n/pods", `{"kind":"Pod"}`, nil); err != nil {
		t.Errorf("after another login: %v", err)
	}
}

// A plugin is run with its words caught, and run again when the cluster takes
// its credentials no more.
func TestCredentialPlugins(t *testing.T) {
	c := newCluster(t, podNamed)
	dir := t.TempDir()
	token := writeFile(t, filepath.Join(dir, "token"), "good")
	plugin := writeFile(t, filepath.Join(dir, "plugin"), `#!/bin/sh
[ "$1" = arg ] || exit 4
[ "$EXTRA" = value ] || exit 5
[ -s `+token+` ] || { echo "no session: run 'cloud login'" >&2; exit 1; }
echo "{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":{\"token\":\"$(cat `+token+`)\"}}"
`)
	c.login(fmt.Sprintf(`exec: {apiVersion: client.authentication.k8s.io/v1, command: %q, args: [arg], env: [{name: EXTRA, value: value}], interactiveMode: IfAvailable}`, plugin))
	e := c.engine()
	get := func() error { _, err := e.Get(t.Context(), "n", "web"); return err }
	if err := get(); err != nil {
		t.Fatal(err)
	}
	c.takes("second")
	writeFile(t, token, "second")
	if err := get(); err != nil {
		t.Errorf("with the plugin's new token: %v", err)
	}
	c.takes("third")
	writeFile(t, token, "")
	if err := get(); !apierrors.IsUnauthorized(err) || !strings.Contains(err.Error(), "no session: run 'cloud login'") {
		t.Errorf("without a session: %v", err)
	}
	writeFile(t, token, "third")
	if err := get(); err != nil {
		t.Errorf("after the login: %v", err)
	}
}

func TestAMissingPluginIsNamed(t *testing.T) {
	c := newCluster(t, podNamed)
	c.login(`exec: {apiVersion: client.authentication.k8s.io/v1, command: no-such-plugin, installHint: "get it from the cloud", interactiveMode: Never}`)
	_, err := c.engine().Get(t.Context(), "n", "web")
	if !apierrors.IsUnauthorized(err) || !strings.Contains(err.Error(), "no-such-plugin") || !strings.Contains(err.Error(), "get it from the cloud") {
		t.Errorf("%v", err)
	}
}

func TestAClusterThatIsNotThere(t *testing.T) {
	c := newCluster(t, podNamed)
	c.Close()
	_, err := c.engine().Get(t.Context(), "n", "web")
	if !apierrors.IsServiceUnavailable(err) || !strings.Contains(err.Error(), `cannot reach the cluster of the context "here"`) {
		t.Errorf("%v", err)
	}
}

// FuzzContexts: any file in the kubeconfig's place gives contexts or an error.
func FuzzContexts(f *testing.F) {
	f.Add([]byte("apiVersion: v1\nkind: Config\ncurrent-context: a\nclusters: [{name: c, cluster: {server: x}}]\nusers: [{name: u, user: {token: h.e30.s}}]\ncontexts: [{name: a, context: {cluster: c, user: u}}, {name: b}]\n"))
	f.Add([]byte(`{"contexts":[{"name":"a","context":null}],"users":[{"name":"","user":{"client-certificate-data":"eA=="}}]}`))
	f.Add([]byte("contexts: &a [*a]\n\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "config")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		all, err := Contexts(path)
		if err != nil && len(all) > 0 {
			t.Errorf("%d contexts beside %v", len(all), err)
		}
	})
}
