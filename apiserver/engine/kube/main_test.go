package kube

import (
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	Quiet(nil)
	// SPDY's library lets a failed close wait a second for somebody to ask after it.
	options := []goleak.Option{goleak.IgnoreAnyFunction("github.com/moby/spdystream.(*Connection).shutdown")}
	if os.Getenv("PODIUM_ENGINES") == "kube" {
		// For as long as the process lives, client-go follows the files of client certificates; a connection whose last
		// stream ends after its engine stays in its cache for 90 s.
		for _, name := range []string{
			"golang.org/x/net/http2.(*clientConnReadLoop).run",
			"k8s.io/client-go/transport.(*dynamicClientCert).run",
			"k8s.io/client-go/transport.(*dynamicClientCert).runWorker",
			"k8s.io/client-go/util/workqueue.(*Typed[...]).updateUnfinishedWorkLoop",
			"k8s.io/client-go/util/workqueue.(*delayingType[...]).waitingLoop",
			"k8s.io/apimachinery/pkg/util/wait.poll",
			"k8s.io/apimachinery/pkg/util/wait.PollImmediateUntilWithContext.poller.func1.1",
		} {
			options = append(options, goleak.IgnoreAnyFunction(name))
		}
	}
	goleak.VerifyTestMain(m, options...)
}

// cluster is a server that stands for a cluster's API, with a kubeconfig.
type cluster struct {
	*httptest.Server
	t    *testing.T
	file string

	mu    sync.Mutex
	token string // what it takes
	seen  []*http.Request
}

// newCluster serves answer to whoever has the token "good".
func newCluster(t *testing.T, answer http.HandlerFunc) *cluster {
	t.Helper()
	return newClusterOver(t, 2, answer)
}

// newClusterOver is newCluster over one version of HTTP.
func newClusterOver(t *testing.T, version int, answer http.HandlerFunc) *cluster {
	t.Helper()
	c := &cluster{t: t, token: "good", file: filepath.Join(t.TempDir(), "config")}
	c.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		c.seen = append(c.seen, r.Clone(t.Context()))
		token := c.token
		c.mu.Unlock()
		if r.Header.Get("Authorization") != "Bearer "+token {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401}`)
			return
		}
		answer(w, r)
	}))
	c.EnableHTTP2 = version == 2
	c.StartTLS()
	t.Cleanup(c.Close)
	c.login("token: good")
	return c
}

// login writes the kubeconfig with a user of the given fields.
func (c *cluster) login(user string) {
	c.t.Helper()
	ca := base64.StdEncoding.EncodeToString(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Certificate().Raw}))
	text := fmt.Sprintf(`apiVersion: v1
kind: Config
clusters: [{name: cl, cluster: {server: "%s/prefix", certificate-authority-data: %s}}]
users: [{name: me, user: {%s}}]
contexts: [{name: here, context: {cluster: cl, user: me, namespace: mine}}]
current-context: here
`, c.URL, ca, user)
	if err := os.WriteFile(c.file, []byte(text), 0o600); err != nil {
		c.t.Fatal(err)
	}
}

// last is the last request that came.
func (c *cluster) last() *http.Request {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.seen) == 0 {
		c.t.Fatal("nothing reached the cluster")
	}
	return c.seen[len(c.seen)-1]
}

func (c *cluster) requests() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.seen)
}

// takes changes the token that is taken.
func (c *cluster) takes(token string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.token = token
}

// engine is an engine of the cluster that the end of the test closes.
func (c *cluster) engine() *Engine {
	c.t.Helper()
	e, err := New(Options{Kubeconfig: c.file, Version: "test", Log: func(line string) { c.t.Log("engine: " + line) }})
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() {
		if err := e.Close(); err != nil {
			c.t.Errorf("close: %v", err)
		}
	})
	return e
}
