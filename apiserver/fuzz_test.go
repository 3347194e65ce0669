package apiserver

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"podium/apiserver/engine/fake"
)

// FuzzRequest: any request is answered, by an answer of the API, and nothing
// panics.
func FuzzRequest(f *testing.F) {
	const ns = "/api/v1/namespaces/default"
	for _, seed := range [][3]string{
		{"GET", ns + "/pods?labelSelector=a%3Db&limit=1", ""},
		{"GET", ns + "/pods?watch=true&timeoutSeconds=99999999999", ""},
		{"GET", ns + "/pods?limit=1&continue=x", ""},
		{"GET", ns + "/pods/web/log?tailLines=1&sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z", ""},
		{"GET", "/api/v1/events?fieldSelector=involvedObject.name%3Dx", ""},
		{"POST", ns + "/pods?dryRun=All", `{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a"},"spec":{"containers":[{"name":"m","image":"i"}]}}`},
		{"POST", ns + "/pods?dryRun=All", `{"metadata":{"generateName":"` + strings.Repeat("a", 80) + `"}}`},
		{"DELETE", ns + "/pods/web?gracePeriodSeconds=-1", `{"kind":"DeleteOptions","gracePeriodSeconds":9223372036854775807}`},
		{"POST", ns + "/pods/web/exec?containerName=x", `{"tty":true,"Cmd":["sh"],"attachStdin":true}`},
		{"POST", "/api/v1/exec/x/start", `{"tty":false,"detach":true}`},
		{"POST", "/api/v1/exec/x/resize?h=0&w=65536", ""},
		{"POST", "/api/v1/exec/%2e%2e/kill?signal=sigterm", ""},
		{"GET", "//%2f/..;/\x00", ""},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	e, err := fake.New(fake.Options{Pods: 3, Seed: 1})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { e.Close() })
	f.Fuzz(func(t *testing.T, method, target, body string) {
		s := New(Options{Engine: e, Version: "test", Log: func(line string) {
			if strings.HasPrefix(line, "panic") {
				t.Error(line)
			}
		}})
		defer s.execs.shutdown()
		u, err := url.ParseRequestURI(target)
		if err != nil || strings.ContainsFunc(method, func(r rune) bool { return r <= ' ' || r >= 0x7f }) || method == "" {
			return // net/http refuses it
		}
		ctx := context.WithValue(t.Context(), http.LocalAddrContextKey, &net.UnixAddr{Net: "unix"})
		ctx, cancel := context.WithTimeout(ctx, 5*time.Millisecond) // of what goes on for as long as one listens
		defer cancel()
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body)).WithContext(ctx)
		r.Method, r.URL = method, u
		w := httptest.NewRecorder()
		func() {
			defer func() {
				if p := recover(); p != nil && p != any(http.ErrAbortHandler) {
					panic(p)
				}
			}()
			s.ServeHTTP(w, r)
		}()
		if w.Code < 200 || w.Code > 599 {
			t.Errorf("the code is %d", w.Code)
		}
		if w.Code >= 400 && !json.Valid(w.Body.Bytes()) {
			t.Errorf("%d with %q", w.Code, w.Body)
		}
	})
}
