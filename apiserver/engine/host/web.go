package host

import (
	"errors"
	"fmt"
	"html"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"podium/apiserver/engine/kubelet"
)

// webArg makes a shim the small web server of the sample pod.
const webArg = "web"

// sampleWeb serves a page on 127.0.0.1 at the port that is its argument, and
// logs each request. It ends by a signal only.
func sampleWeb(args []string) int {
	if len(args) != 1 {
		fmt.Fprintf(os.Stderr, "usage: %s %s PORT\n", ShimCommand, webArg)
		return 2
	}
	address := net.JoinHostPort("127.0.0.1", args[0])
	var hits atomic.Int64
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.UserAgent(), kubelet.ProbeAgent) {
			fmt.Printf("%s %q from %s\n", r.Method, r.URL.Path, r.RemoteAddr)
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, "<!doctype html><title>%[1]s</title><h1>Hello from pod %[1]s</h1><p>Page %[2]d since the start.</p>\n",
			html.EscapeString(os.Getenv(envPod)), hits.Add(1))
	})
	server := &http.Server{Addr: address, Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute}
	fmt.Printf("serving on http://%s\n", address)
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		fmt.Fprintf(os.Stderr, "cannot serve on %s: %v\n", address, err)
		return 1
	}
	return 0
}
