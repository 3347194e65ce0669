package apiserver

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"testing"

	"podium/api"
	"podium/apiserver/engine/fake"
)

// A list of synthetic pods must cost the server little more than copying, so
// that measurements of clients measure the clients.
func BenchmarkList(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 50_000} {
		b.Run(fmt.Sprintf("%d pods", n), func(b *testing.B) {
			e, err := fake.New(fake.Options{Pods: n, Seed: 1})
			if err != nil {
				b.Fatal(err)
			}
			defer e.Close()
			s := New(Options{Engine: e})
			p := NewPairListener()
			go s.Serve(p)
			defer s.Shutdown(b.Context())
			c, err := p.Dial(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			defer c.Close()
			in := bufio.NewReaderSize(c, 64<<10)
			var bytes int64
			for b.Loop() {
				fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", api.PodsPath("default"))
				resp, err := http.ReadResponse(in, nil)
				if err != nil {
					b.Fatal(err)
				}
				if bytes, err = io.Copy(io.Discard, resp.Body); err != nil {
					b.Fatal(err)
				}
			}
			b.SetBytes(bytes)
		})
	}
}
