package kube

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"podium/apiserver"
)

// TestBenchPass measures what passing a list through costs over asking
// the cluster directly, with as many pods as the namespace has that
// PODIUM_BENCH_NAMESPACE names. It judges nothing: machines differ.
func TestBenchPass(t *testing.T) {
	namespace := os.Getenv("PODIUM_BENCH_NAMESPACE")
	if namespace == "" {
		t.Skip("PODIUM_BENCH_NAMESPACE names no namespace with many pods")
	}
	e := clusterEngine(t, "token")
	defer e.Close()
	s := apiserver.New(apiserver.Options{Engine: e})
	dir, err := os.MkdirTemp("", "podium") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	socket := filepath.Join(dir, "s", "api.sock")
	l, err := s.Listen(apiserver.ListenOptions{Address: "unix://" + socket})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	unix := &http.Transport{DisableCompression: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}}
	defer func() {
		unix.CloseIdleConnections()
		if err := s.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		<-done
	}()
	cl, err := e.link()
	if err != nil {
		t.Fatal(err)
	}
	fetch := func(rt http.RoundTripper, url string) (time.Duration, int64) {
		began := time.Now()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := rt.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		n, err := io.Copy(io.Discard, resp.Body)
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatal(resp.Status, err)
		}
		return time.Since(began), n
	}
	for name, query := range map[string]string{"whole": "", "from the cache": "?resourceVersion=0", "first page": "?limit=500"} {
		path := "/api/v1/namespaces/" + namespace + "/pods" + query
		var direct, passed []time.Duration
		var size int64
		for range 9 {
			took, n := fetch(cl.transport, cl.base.String()+path)
			direct, size = append(direct, took), n
			took, n = fetch(unix, "http://unix"+path)
			passed = append(passed, took)
			if n != size {
				t.Errorf("%s: %d bytes directly, %d passed", name, size, n)
			}
		}
		slices.Sort(direct)
		slices.Sort(passed)
		t.Logf("%s: %d bytes, directly %s, passed %s: %+.1f %%", name, size, direct[4], passed[4],
			100*(float64(passed[4])/float64(direct[4])-1))
	}
}
