package apiclient

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/api"
)

// fuzzClient is a client without a server, for decoders alone.
func fuzzClient(t testing.TB) *Client {
	return newClient(t, Config{Server: "http://localhost", MaxItemBytes: 4 << 10})
}

// FuzzList: what encoding/json reads as a list of pods gives those pods, in
// pieces of any size; anything else ends with an error, and nothing hangs or
// grows.
func FuzzList(f *testing.F) {
	for _, body := range []string{
		`{"kind":"PodList","metadata":{"resourceVersion":"1"},"items":[{"metadata":{"name":"a"}},{"metadata":{"name":"b"}}]}`,
		`{"items":null}`, `{"items":[{"metadata":{"name":"\"]}\\"}}],"kind":"List"}`, `{"x":"\\","items":[ ]}`, `<html>`, `{`, `[]`, `{"items":[{]}`,
		`{"kind":"Status","message":"m","reason":"Gone","code":410}`, `{"\u0069tems":[]}`, `{"a":1e5,"items":[{"metadata":{"name":"a"}},]}`,
	} {
		f.Add(body, 3)
	}
	f.Fuzz(func(t *testing.T, body string, size int) {
		c := fuzzClient(t)
		var got []string
		l := lister{client: c, scan: newScanner(&pieces{body, 1 + size&0xff}, c.maxItem, 1<<20), decode: new(api.RowDecoder).Decode}
		l.each = func(r api.PodRow, _ []byte) error { got = append(got, r.Name); return nil }
		err := l.run()
		if cap(l.scan.buf) > c.maxItem+1 {
			t.Errorf("the buffer grew to %d bytes", cap(l.scan.buf))
		}
		if err == nil && l.head.Kind != "Status" {
			err = l.check()
		}
		if err != nil {
			sentence(t, l.explain(&answer{}, err))
			return
		}
		var want struct {
			Items []corev1.Pod `json:"items"`
		}
		// The scanner need not see every fault in what it skips, but what is
		// right it must read rightly.
		if json.Unmarshal([]byte(body), &want) != nil || strings.Count(strings.ToLower(body), "items") != 1 || strings.Contains(body, `\u`) {
			return
		}
		if len(want.Items) != len(got) {
			t.Fatalf("%q: %d pods, want %d", body, len(got), len(want.Items))
		}
	})
}

// FuzzWatch: any stream ends, with events before it, in io.EOF or a sentence.
func FuzzWatch(f *testing.F) {
	for _, body := range []string{
		`{"type":"ADDED","object":{"metadata":{"name":"a"}}}{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"2"}}}`,
		`{"type":"ERROR","object":{"kind":"Status","code":410}}`, `{"kind":"PodList","items":[]}`, `{"type":5}`, `garbage`, "", `{"type":"DELETED"`, `{}{}`,
	} {
		f.Add(body, 7)
	}
	f.Fuzz(func(t *testing.T, body string, size int) {
		c := fuzzClient(t)
		d := watchDecoder{client: c, call: call{method: "GET", target: "/x"}, answer: &answer{}, scan: newScanner(&pieces{body, 1 + size&0xff}, c.maxItem, 0)}
		for range len(body) + 1 {
			event, err := d.next()
			if err != nil {
				if !errors.Is(err, io.EOF) {
					sentence(t, err)
				}
				return
			}
			if event.Type == "" || (event.Type != api.EventBookmark && event.Row.Name == "") {
				t.Errorf("an event of nothing: %+v", event)
			}
		}
		t.Error("the stream does not end")
	})
}

// FuzzExecAnswer: whatever answers exec start gives a stream or a sentence.
func FuzzExecAnswer(f *testing.F) {
	for _, answer := range []string{
		upgraded + "hello", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
		"HTTP/1.1 404 Not Found\r\n\r\nnope", "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1", "SSH-2.0-x\r\n", "", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>x",
		"HTTP/1.1 999 \r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 302 Found\r\nLocation: \x1b\r\n\r\n",
	} {
		f.Add(answer)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c := fuzzClient(t)
		k := call{method: "POST", target: api.ExecStartPath("exec-0123456789"), secret: "exec-0123456789"}
		stream, err := c.readStart(&pieces{text, 11}, k)
		if err != nil {
			sentence(t, c.failed(k, err))
			return
		}
		if n, err := io.Copy(io.Discard, stream); n > int64(len(text)) {
			t.Errorf("%d bytes of %d came, %v", n, len(text), err)
		}
		if rest, ok := strings.CutPrefix(text, upgraded); ok {
			stream, _ := c.readStart(&pieces{text, 11}, k)
			if got, err := io.ReadAll(stream); err != nil || string(got) != rest {
				t.Errorf("the stream is %q, %v; want %q", got, err, rest)
			}
		}
	})
}

// FuzzRefusal: any refusal is an error that can be shown.
func FuzzRefusal(f *testing.F) {
	f.Add(404, "text/plain", "nope")
	f.Add(500, "text/html", "<html><title>&lt;\x1b[2J</title>")
	f.Add(422, "application/json", `{"kind":"Status","message":"\u001b]0;x\u0007","reason":"Invalid","details":{"name":"\u202e","causes":[{"field":"\n"}]}}`)
	f.Add(200, "", "\x9b\xff\x00")
	f.Fuzz(func(t *testing.T, code int, contentType, body string) {
		c := fuzzClient(t)
		err := c.failed(call{method: "GET", target: "/x"}, c.statusError("GET", code, http.Header{"Content-Type": {contentType}}, []byte(body)))
		sentence(t, err)
		if !utf8.ValidString(err.Error()) {
			t.Errorf("no UTF-8: %q", err)
		}
		var status apierrors.APIStatus
		if !errors.As(err, &status) {
			t.Fatalf("no status error: %v", err)
		}
		if d := status.Status().Details; d != nil && strings.ContainsAny(d.Name, "\x1b\u202e\u009b") {
			t.Errorf("details %+v", d)
		}
	})
}

// FuzzWarnings: any header gives texts that can be shown, and an end.
func FuzzWarnings(f *testing.F) {
	f.Add(`299 - "a, b" "date", 299 - "c\"d"`)
	f.Add(`"`)
	f.Add(`299 - "x" "`)
	f.Add(",,,")
	f.Fuzz(func(t *testing.T, value string) {
		got := fuzzClient(t).warnings(http.Header{"Warning": {value, value}})
		if len(got) > maxWarnings {
			t.Errorf("%d warnings", len(got))
		}
		for _, w := range got {
			if len(w) > 1100 || bytes.ContainsAny([]byte(w), "\x1b\x07") {
				t.Errorf("warning %q", w)
			}
		}
	})
}

// FuzzScanner: a value's boundaries are those of encoding/json.
func FuzzScanner(f *testing.F) {
	for _, text := range []string{`{"a":[1,"]"]} `, `"x\\\"y" z`, ` [[],{}]`, `12e5,`, `null`, `"`, `{"a`} {
		f.Add(text, 1)
	}
	f.Fuzz(func(t *testing.T, text string, size int) {
		s := newScanner(&pieces{text, 1 + size&0xff}, 1<<10, 0)
		got, err := s.value()
		var want json.RawMessage
		if len(text) > 1<<9 || json.NewDecoder(bufio.NewReader(strings.NewReader(text))).Decode(&want) != nil {
			return
		}
		// A number or word ends, for the scanner, at the next separator only.
		if err == nil && !bytes.Equal(got, want) && want[0] != '-' && (want[0] < '0' || want[0] > '9') && !strings.ContainsRune("tfn", rune(want[0])) {
			t.Errorf("%q: the value is %q, want %q", text, got, want)
		}
		if err != nil && (want[0] == '{' || want[0] == '[' || want[0] == '"') {
			t.Errorf("%q: %v", text, err)
		}
	})
}

// FuzzConfig: any endpoint, token and fingerprint make a client, or an error
// that keeps the token to itself.
func FuzzConfig(f *testing.F) {
	for _, s := range []string{"http://localhost:1/x/", "https://[::1]:443", "unix:///run/x.sock", "unix:", "http://u:p@h", "h", "https://h?q#f", "http://\x7f", "http://%41:1"} {
		f.Add(s, "token-of-the-test", "SHA-256 ab:cd")
	}
	f.Fuzz(func(t *testing.T, server, token, fingerprint string) {
		c, err := New(Config{Server: server, Token: token, Fingerprint: fingerprint})
		if err != nil {
			if len(token) > 8 && strings.Contains(err.Error(), token) && !strings.Contains(server, token) && !strings.Contains(fingerprint, token) {
				t.Errorf("the token is shown: %v", err)
			}
			sentence(t, err)
			return
		}
		sentence(t, errors.New(c.Describe()))
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
}
