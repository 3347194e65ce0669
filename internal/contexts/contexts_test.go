package contexts

import (
	"context"
	"encoding/base64"
	"encoding/pem"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"podium/api"
	"podium/apiclient"
	"podium/apiserver"
	"podium/apiserver/engine/docker"
	"podium/apiserver/engine/fake"
	"podium/internal/state"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// surroundings are a machine with a Docker socket, a Docker context by ssh and a
// kubeconfig with the given text.
func surroundings(t *testing.T, kubeconfig string) *Book {
	t.Helper()
	root, home := t.TempDir(), t.TempDir()
	dir, err := state.Open(filepath.Join(home, "state"))
	if err != nil {
		t.Fatal(err)
	}
	sockets := filepath.Join(root, "var/run")
	if err := os.MkdirAll(sockets, 0o700); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", filepath.Join(sockets, "docker.sock"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	write(t, filepath.Join(home, ".docker/contexts/meta/1/meta.json"), `{"Name":"far","Endpoints":{"docker":{"Host":"ssh://far"}}}`)
	write(t, filepath.Join(home, ".docker/contexts/meta/2/meta.json"), `{"Name":"staging","Endpoints":{"docker":{"Host":"tcp://127.0.0.1:1"}}}`)
	env := map[string]string{"HOME": home}
	return New(Options{
		Dir: dir, Executable: "/nonexistent", Version: "test", Kubeconfig: write(t, filepath.Join(home, "kubeconfig"), kubeconfig),
		Surroundings: docker.Surroundings{Root: root, Getenv: func(name string) string { return env[name] }},
	})
}

func write(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const twoClusters = `
apiVersion: v1
kind: Config
current-context: prod
clusters:
- {name: c, cluster: {server: "https://192.0.2.1:6443"}}
users:
- {name: u, user: {token: secret-token-of-the-cluster}}
contexts:
- {name: prod, context: {cluster: c, user: u, namespace: shop}}
- {name: staging, context: {cluster: c, user: u}}
- {name: broken, context: {cluster: gone, user: u}}
`

func TestFind(t *testing.T) {
	b := surroundings(t, twoClusters)
	all, err := b.Find()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"docker:docker", "docker:far", "docker:staging", "host", "kube:broken", "kube:prod", "kube:staging"}
	got := ids(all)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("found %v, want %v", got, want)
	}
	for _, e := range all {
		if strings.Contains(e.Address+e.Identity+e.Source, "secret-token") {
			t.Errorf("%s tells its token", e.ID())
		}
		if e.Local != (e.Kind == Host || e.ID() == "docker:docker") {
			t.Errorf("%s: local is %v", e.ID(), e.Local)
		}
	}
}

func TestFindTellsWhatCannotBeRead(t *testing.T) {
	b := surroundings(t, "{{{")
	all, err := b.Find()
	if err == nil || !strings.Contains(err.Error(), "kubeconfig") {
		t.Errorf("the broken kubeconfig is not told: %v", err)
	}
	if !slices.Contains(ids(all), "docker:docker") {
		t.Errorf("the rest is not found beside it: %v", ids(all))
	}
}

func TestChoose(t *testing.T) {
	b := surroundings(t, twoClusters)
	b.AddFake(fake.Options{Pods: 1})
	for _, c := range []struct {
		choice Choice
		want   string // an ID, or a part of the error
	}{
		{Choice{Kind: Host}, "host"},
		{Choice{Kind: Docker}, "docker:docker"},
		{Choice{Kind: Kube}, "kube:prod"},
		{Choice{Kind: Fake}, "fake"},
		{Choice{Name: "prod"}, "kube:prod"},
		{Choice{Name: "kube:staging"}, "kube:staging"},
		{Choice{Kind: Docker, Name: "staging"}, "docker:staging"},
		{Choice{Name: "staging"}, "docker:staging or kube:staging"},
		{Choice{Name: "broken"}, `its cluster "gone" is not in the kubeconfig`},
		{Choice{Name: "far"}, "does not speak to a daemon by ssh"},
		{Choice{Name: "nowhere"}, `no such context as "nowhere"; there is host`},
		{Choice{Kind: Kube, Name: "docker"}, "there is kube:broken, kube:prod, kube:staging"},
	} {
		e, err := b.Choose(c.choice)
		switch {
		case err == nil && e.ID() != c.want:
			t.Errorf("%+v chooses %s, want %s", c.choice, e.ID(), c.want)
		case err != nil && !strings.Contains(err.Error(), c.want):
			t.Errorf("%+v: %v, want %s", c.choice, err, c.want)
		}
	}
}

// TestOpenKube goes through a kubeconfig to a server that speaks the API, by the
// real client, gateway and engine.
func TestOpenKube(t *testing.T) {
	eng, err := fake.New(fake.Options{Pods: 7})
	if err != nil {
		t.Fatal(err)
	}
	defer eng.Close()
	server := httptest.NewTLSServer(apiserver.New(apiserver.Options{Engine: eng, Auth: apiserver.Auth{Token: "secret-token-of-the-cluster"}}))
	defer server.Close()
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	b := surroundings(t, strings.ReplaceAll(twoClusters, `"https://192.0.2.1:6443"`,
		server.URL+", certificate-authority-data: "+base64.StdEncoding.EncodeToString(ca)))
	e, err := b.Choose(Choice{Kind: Kube})
	if err != nil {
		t.Fatal(err)
	}
	opened, err := b.Open(e)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	names := 0
	if _, err := opened.Client.List(t.Context(), "default", api.ListOptions{}, func(api.PodRow) error { names++; return nil }); err != nil {
		t.Fatal(err)
	}
	if names != 7 {
		t.Errorf("%d pods are listed, want 7", names)
	}
	info, err := opened.Client.Info(context.Background())
	if err != nil || info[api.InfoContext] != "prod" || info[api.InfoNamespace] != "shop" || info.Engine() != "kube" {
		t.Errorf("info is %v, %v", info, err)
	}
}

func TestAServerWithAnAddressThatCannotBe(t *testing.T) {
	b := surroundings(t, twoClusters)
	if _, err := b.AddServer(apiclient.Config{Server: "ftp://nowhere"}); err == nil {
		t.Error("ftp:// is taken")
	}
}
