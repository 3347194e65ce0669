package contexts

import (
	"errors"
	"io/fs"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"podium/api"
	"podium/apiclient"
	"podium/apiserver"
	"podium/apiserver/engine/fake"
)

const secretToken = "a-secret-token-of-the-endpoint"

// podServer is a server of the pod API with TLS that asks for a token.
func podServer(t *testing.T) *httptest.Server {
	t.Helper()
	eng, err := fake.New(fake.Options{Pods: 3})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewTLSServer(apiserver.New(apiserver.Options{Engine: eng, Auth: apiserver.Auth{Token: secretToken}}))
	t.Cleanup(func() {
		server.Close()
		eng.Close()
	})
	return server
}

func TestEndpointsAreKept(t *testing.T) {
	server := podServer(t)
	b := surroundings(t, twoClusters)
	fingerprint := api.Fingerprint(server.Certificate().Raw)
	e := Endpoint{Name: "lab", Server: server.URL, Fingerprint: fingerprint}

	// Nothing is trusted unasked, and what is wrong is said.
	untrusted := e
	untrusted.Fingerprint = ""
	_, err := b.TryEndpoint(t.Context(), "", untrusted, Secret{Token: secretToken})
	if got, _ := apiclient.Untrusted(err); got != fingerprint {
		t.Errorf("the fingerprint is %q of %v", got, err)
	}
	_, err = b.TryEndpoint(t.Context(), "", e, Secret{Token: "wrong-token-but-long-enough"})
	if err == nil || !strings.Contains(err.Error(), "token is missing or wrong") || strings.Contains(err.Error(), "wrong-token") {
		t.Errorf("with a wrong token: %v", err)
	}
	words, err := b.TryEndpoint(t.Context(), "", e, Secret{Token: secretToken})
	if err != nil || words != "it serves fake" {
		t.Errorf("it says %q, %v", words, err)
	}

	if err := b.SaveEndpoint("", e, Secret{Token: secretToken}); err != nil {
		t.Fatal(err)
	}
	if err := b.SaveEndpoint("", e, Secret{}); !errors.Is(err, ErrTaken) {
		t.Errorf("a second of that name: %v", err)
	}
	entry, err := b.Choose(Choice{Name: "lab"})
	if err != nil || entry.ID() != "api:lab" || !entry.Added {
		t.Fatalf("chosen %+v, %v", entry, err)
	}
	opened, err := b.Open(entry)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	if info, err := opened.Client.Info(t.Context()); err != nil || info.Engine() != "fake" {
		t.Errorf("info %v, %v", info, err)
	}

	// The token is in one file, which nobody else can read, and nowhere else.
	path := filepath.Join(b.opts.Dir.Path(), tokensFolder, "lab")
	if st, err := os.Stat(path); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("the token's file: %v, %v", st, err)
	}
	kept, err := os.ReadFile(filepath.Join(b.opts.Dir.Path(), endpointsFile))
	if err != nil || strings.Contains(string(kept), secretToken) {
		t.Errorf("the endpoints' file holds the token: %s, %v", kept, err)
	}

	// Renamed, the token goes along; tried before, it is the old name's.
	e.Name = "laboratory"
	if _, err := b.TryEndpoint(t.Context(), "lab", e, Secret{Keep: true}); err != nil {
		t.Error(err)
	}
	if err := b.SaveEndpoint("lab", e, Secret{Keep: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the old name's token is still there: %v", err)
	}
	if _, err := b.TryEndpoint(t.Context(), "laboratory", e, Secret{Keep: true}); err != nil {
		t.Error(err)
	}
	if err := b.SaveEndpoint("laboratory", e, Secret{Remove: true}); err != nil {
		t.Fatal(err)
	}
	all, err := b.Endpoints()
	if err != nil || len(all) != 1 || all[0].HasToken {
		t.Errorf("kept %+v, %v", all, err)
	}
	if err := b.RemoveEndpoint("laboratory"); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(filepath.Join(b.opts.Dir.Path(), tokensFolder))
	if all, _ := b.Endpoints(); len(all) != 0 || err != nil || len(left) != 0 {
		t.Errorf("left are %v and %v, %v", all, left, err)
	}
}

func TestAListThatCannotBeWrittenLosesNoToken(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root writes everywhere")
	}
	b := surroundings(t, twoClusters)
	if err := b.SaveEndpoint("", Endpoint{Name: "lab", Server: "https://lab.example"}, Secret{Token: secretToken}); err != nil {
		t.Fatal(err)
	}
	dir := b.opts.Dir.Path()
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	err := b.SaveEndpoint("lab", Endpoint{Name: "laboratory", Server: "https://lab.example"}, Secret{Keep: true})
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err == nil {
		t.Fatal("it was written")
	}
	all, err := b.Endpoints()
	if err != nil || len(all) != 1 || all[0].Name != "lab" {
		t.Fatalf("kept %+v, %v", all, err)
	}
	if _, err := os.Stat(filepath.Join(dir, tokensFolder, "lab")); err != nil {
		t.Errorf("its token: %v", err)
	}
}

func TestEndpointNames(t *testing.T) {
	b := surroundings(t, twoClusters)
	for _, name := range []string{"", ".", "..", "../x", "a/b", "-x", ".hidden", "a b", "a\nb", strings.Repeat("x", 64)} {
		if err := b.SaveEndpoint("", Endpoint{Name: name, Server: "http://localhost"}, Secret{Token: "x"}); err == nil {
			t.Errorf("%q is taken as a name", name)
		}
		if err := b.RemoveEndpoint(name); err == nil {
			t.Errorf("%q is removed", name)
		}
	}
}
