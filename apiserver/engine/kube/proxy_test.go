package kube

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"podium/apiserver/engine"
)

// The kubeconfig's proxy and TLS server name hold for requests and for execs by
// either protocol.
func TestProxyAndServerName(t *testing.T) {
	c := nodeServer(t, []protocol{legacySocket, spdyStreams}, func(n *node) string {
		n.stdout("through")
		return succeeded
	})
	var tunnels atomic.Int32
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect || r.Host != "cluster.invalid:443" {
			t.Errorf("the proxy is asked for %s %s", r.Method, r.Host)
			return
		}
		tunnels.Add(1)
		to, err := net.Dial("tcp", c.Listener.Addr().String())
		if err != nil {
			t.Error(err)
			return
		}
		defer to.Close()
		from, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer from.Close()
		_, _ = io.WriteString(from, "HTTP/1.1 200 OK\r\n\r\n") // whoever has gone shows below
		over := make(chan struct{}, 2)
		for _, pair := range [][2]net.Conn{{to, from}, {from, to}} {
			go func() { _, _ = io.Copy(pair[0], pair[1]); over <- struct{}{} }()
		}
		<-over
	}))
	t.Cleanup(proxy.Close)
	b, err := os.ReadFile(c.file)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(b), `"`+c.URL+`/prefix"`, `"https://cluster.invalid:443/prefix", proxy-url: "`+proxy.URL+`", tls-server-name: example.com`, 1)
	writeFile(t, c.file, text)
	e := c.engine()
	if _, err := e.Get(t.Context(), "n", "web"); err != nil {
		t.Error(err)
	}
	for _, only := range []protocol{legacySocket, spdyStreams} {
		e.only = only
		if got := runIn(t, e, "web", "", plain("x"), engine.Size{}); got != (ran{out: "through"}) {
			t.Errorf("protocol %d: %+v", only, got)
		}
	}
	if n := tunnels.Load(); n != 3 {
		t.Errorf("%d connections went through the proxy, want 3", n)
	}
}
