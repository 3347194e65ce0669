package apiclient

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/api"
)

func TestListRequest(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || r.URL.Path != "/api/v1/namespaces/default/pods" || r.URL.RawQuery != "labelSelector=app%3Dnginx%2Crole%21%3Ddb&limit=5" {
			t.Errorf("asked %s %s", r.Method, r.URL)
		}
		for key, want := range map[string]string{
			"Authorization": "Bearer " + theToken, "User-Agent": "podium", "Accept": "application/json", "Accept-Encoding": "", "Content-Type": "",
		} {
			if got := r.Header.Get(key); got != want {
				t.Errorf("%s: %q, want %q", key, got, want)
			}
		}
		io.WriteString(w, `{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"12","continue":"more","remainingItemCount":3},"items":[
			{"metadata":{"name":"a","namespace":"default"},"status":{"phase":"Running"}},{"metadata":{"name":"b"}}]}`)
	})
	got, meta, err := rows(c, api.ListOptions{LabelSelector: "app=nginx,role!=db", Limit: 5})
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[0].Status != "Running" || got[1].Name != "b" || got[1].Namespace != "default" {
		t.Errorf("rows %+v", got)
	}
	if meta != (api.ListMeta{ResourceVersion: "12", Continue: "more", Remaining: 3}) {
		t.Errorf("meta %+v", meta)
	}
}

func TestListIsTolerant(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		names      string
	}{
		{"items without kind", `{"items":[{"metadata":{"name":"a"}}]}`, "a"},
		{"items null", `{"kind":"PodList","items":null}`, ""},
		{"items absent", `{"kind":"PodList","apiVersion":"v1"}`, ""},
		{"items empty", `{"items": [ ] }`, ""},
		{"a plain List", `{"kind":"List","items":[{"kind":"Pod","metadata":{"name":"a"}}]}`, "a"},
		{"kind behind the items", `{"items":[{"metadata":{"name":"a"}},{"metadata":{"name":"b"}}],"metadata":{},"kind":"PodList"}`, "a b"},
		{"unknown fields around", `{"x":[{"items":[1]},"}]",null,true,-1.5e3],"kind":"PodList","y":{"z":"\\\""},"items":[{"metadata":{"name":"a"}}],"q":null}`, "a"},
		{"white space everywhere", " \r\n\t{ \"kind\" : \"PodList\" , \"items\" : [ { \"metadata\" : { \"name\" : \"a\" } } , { \"metadata\":{\"name\":\"b\"}} ] } \n\n", "a b"},
		{"strings full of brackets", `{"items":[{"a":"}]{[\"","metadata":{"name":"a","annotations":{"x":"\\"}}},{"metadata":{"name":"b"}}]}`, "a b"},
		{"an escaped key", `{"\u0069tems":[{"metadata":{"name":"a"}}]}`, "a"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, contentType := range []string{"", "application/json", "application/json; charset=utf-8", "text/plain"} {
				got, _, err := rows(serve(t, answers(200, contentType, tt.body)), api.ListOptions{})
				if err != nil {
					t.Fatalf("%q: %v", contentType, err)
				}
				var names []string
				for _, r := range got {
					names = append(names, r.Name)
				}
				if strings.Join(names, " ") != tt.names {
					t.Errorf("%q: got %q, want %q", contentType, names, tt.names)
				}
			}
		})
	}
}

func TestListRefusesWhatIsNoList(t *testing.T) {
	long := strings.Repeat("x", 3000)
	for _, tt := range []struct {
		name, body, says string
		rows             int
	}{
		{"nothing", "", "answered with nothing", 0},
		{"white space", " \n ", "", 0},
		{"text", "hello there", `no JSON but "hello there"`, 0},
		{"a web page", "<html><title>Welcome &amp; more</title>", "Welcome & more", 0},
		{"an array", `[{"metadata":{"name":"a"}}]`, "no JSON but", 0},
		{"a pod", `{"kind":"Pod","metadata":{"name":"a"}}`, `a "Pod" where a list of pods was due`, 0},
		{"another list", `{"kind":"ServiceList","items":[]}`, `a "ServiceList"`, 0},
		{"an empty object", `{}`, "JSON that is no list of pods", 0},
		{"items is a number", `{"items":7}`, "cannot be read", 0},
		{"an item is a number", `{"items":[{"metadata":{"name":"a"}},7]}`, "after 1 pods: no pod: item 2 is no object", 1},
		{"an item is null", `{"items":[null]}`, "item 1 is no object", 0},
		{"an item without name", `{"items":[{"metadata":{}}]}`, "item 1 has no name", 0},
		{"an item that is no pod", `{"items":[{"metadata":{"name":5}}]}`, "item 1: decode a pod", 0},
		{"cut in an item", `{"items":[{"metadata":{"name":"a"}},{"meta`, "in the middle after 1 pods", 1},
		{"cut between items", `{"items":[{"metadata":{"name":"a"}},`, "in the middle after 1 pods", 1},
		{"cut behind the items", `{"items":[{"metadata":{"name":"a"}}]`, "in the middle after 1 pods", 1},
		{"something behind", `{"items":[{"metadata":{"name":"a"}}]}{"more":1}`, "not JSON at byte 37", 1},
		{"a comma is missing", `{"items":[{"metadata":{"name":"a"}} {"metadata":{"name":"b"}}]}`, "not JSON at byte 36 ('{') ", 1},
		{"metadata is text", `{"metadata":"x","items":[]}`, `field "metadata"`, 0},
		{"one pod too long", `{"items":[{"metadata":{"name":"a","annotations":{"x":"` + long + `"}}}]}`, "longer than 2000 bytes", 0},
		{"a key without end", `{"` + long, "longer than 2000 bytes", 0},
		{"too much in all", `{"items":[` + strings.Repeat(`{"metadata":{"name":"a"}},`, 500) + `]}`, "longer than 10000 bytes", -1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg := rawServer(t, says("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"+tt.body))
			cfg.MaxItemBytes, cfg.MaxListBytes = 2000, 10000
			got, _, err := rows(newClient(t, cfg), api.ListOptions{})
			sentence(t, err, strings.TrimSpace(tt.says), "GET /api/v1/namespaces/default/pods")
			if !errors.Is(err, api.ErrUnreachable) {
				t.Error("it is not ErrUnreachable")
			}
			if tt.rows >= 0 && len(got) != tt.rows {
				t.Errorf("%d rows came before it, want %d", len(got), tt.rows)
			}
		})
	}
}

func TestListOfStatus(t *testing.T) {
	c := serve(t, answers(200, "", `{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"too old","reason":"Expired","details":{},"code":410}`))
	_, _, err := rows(c, api.ListOptions{})
	sentence(t, err, "too old (410 Expired)")
	if !apierrors.IsResourceExpired(err) {
		t.Errorf("got %v", err)
	}
}

func TestListStopsWhenToldTo(t *testing.T) {
	mine := errors.New("enough")
	c := serve(t, answers(200, "", `{"items":[{"metadata":{"name":"a"}},{"metadata":{"name":"b"}}]}`))
	n := 0
	_, err := c.List(t.Context(), "default", api.ListOptions{}, func(api.PodRow) error { n++; return mine })
	if !errors.Is(err, mine) || n != 1 || err.Error() != "enough" {
		t.Errorf("after %d rows: %v", n, err)
	}
}

// The first rows come before the last byte: the server sends the rest only after
// the first row has been seen.
func TestListIsAStream(t *testing.T) {
	seen := make(chan struct{})
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, `{"kind":"PodList","items":[{"metadata":{"name":"first"}}`)
		w.(http.Flusher).Flush()
		<-seen
		io.WriteString(w, `,{"metadata":{"name":"last"}}],"metadata":{"resourceVersion":"9"}}`)
	})
	var names []string
	meta, err := c.List(t.Context(), "default", api.ListOptions{}, func(r api.PodRow) error {
		if names = append(names, r.Name); len(names) == 1 {
			close(seen)
		}
		return nil
	})
	if err != nil || fmt.Sprint(names) != "[first last]" || meta.ResourceVersion != "9" {
		t.Errorf("%v, %+v, %v", names, meta, err)
	}
}

// A list split at every byte gives the same rows.
func TestListInPieces(t *testing.T) {
	body := `{"kind":"PodList","items":[{"metadata":{"name":"a\"]}","uid":"1"}},{"metadata":{"name":"b"},"x":{"y":["\\\\",{"z":null}]}}],"metadata":{"resourceVersion":"9"}}`
	for _, size := range []int{1, 2, 3, 7, len(body)} {
		l := lister{scan: newScanner(&pieces{body, size}, 100, 0), decode: new(api.RowDecoder).Decode}
		var names []string
		l.each = func(r api.PodRow, _ []byte) error { names = append(names, r.Name); return nil }
		if err := l.run(); err != nil || fmt.Sprint(names) != `[a"]} b]` || l.head.Metadata.ResourceVersion != "9" {
			t.Errorf("in pieces of %d: %q, %+v, %v", size, names, l.head, err)
		}
	}
}

// pieces reads text in steps of size bytes.
type pieces struct {
	text string
	size int
}

func (p *pieces) Read(b []byte) (int, error) {
	if p.text == "" {
		return 0, io.EOF
	}
	n := copy(b, p.text[:min(p.size, len(p.text))])
	p.text = p.text[n:]
	return n, nil
}

func TestListMemo(t *testing.T) {
	phase := "Running"
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, `{"items":[`)
		for i := range 50 {
			if i > 0 {
				io.WriteString(w, ",")
			}
			p := "Running"
			if i == 20 {
				p = phase
			}
			fmt.Fprintf(w, `{"metadata":{"name":"p%d"},"status":{"phase":%q}}`, i, p)
		}
		io.WriteString(w, `]}`)
	})
	memo := api.NewRowMemo()
	for _, step := range []struct {
		phase   string
		decoded int
	}{{"Running", 50}, {"Running", 0}, {"Failed", 1}, {"Failed", 0}} {
		phase = step.phase
		got, _, err := rows(c, api.ListOptions{Memo: memo})
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != 50 || got[20].Status != step.phase || got[20].Namespace != "default" || got[49].Name != "p49" {
			t.Errorf("%+v: rows are wrong: %+v", step, got[20])
		}
		if memo.Decoded() != step.decoded {
			t.Errorf("%+v: %d rows were decoded", step, memo.Decoded())
		}
	}
}

// A connection is used again for the next call.
func TestConnectionsAreReused(t *testing.T) {
	conns := 0
	srv := rawServer(t, func(conn net.Conn) {
		conns++
		for {
			if _, err := readRequest(conn); err != nil {
				return
			}
			body := `{"items":[]}`
			fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
		}
	})
	c := newClient(t, srv)
	for range 5 {
		if _, _, err := rows(c, api.ListOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	if conns != 1 {
		t.Errorf("%d connections were made", conns)
	}
}

// TestListWholeGivesTheBytesThatCame: beside each row stands its pod as it was
// sent, whatever its fields.
func TestListWholeGivesTheBytesThatCame(t *testing.T) {
	items := []string{`{"metadata":{"name":"a"},"x":1.50}`, `{ "metadata" : {"name":"b"} }`}
	c := serve(t, answers(200, "application/json", `{"kind":"PodList","items":[`+items[0]+","+items[1]+`]}`))
	var got []string
	_, err := c.ListWhole(t.Context(), "default", api.ListOptions{}, func(row api.PodRow, pod []byte) error {
		got = append(got, string(pod))
		return nil
	})
	if err != nil || len(got) != 2 || got[0] != items[0] || got[1] != items[1] {
		t.Errorf("%v: %q", err, got)
	}
}
