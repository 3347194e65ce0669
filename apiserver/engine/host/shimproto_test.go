package host

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// A call that is longer than any command can be is given up, and not collected.
func TestCallsAreBounded(t *testing.T) {
	r := newCallReader(strings.NewReader(`{"op":"` + strings.Repeat("x", maxCall)))
	if _, err := r.next(); err == nil {
		t.Error("it was read")
	}
}

// FuzzCalls: what a shim reads as calls ends, and what it understood it spells
// alike.
func FuzzCalls(f *testing.F) {
	f.Add([]byte(`{"op":"start","spec":{"argv":["sh"],"env":["A=b"],"dir":"/","user":{"uid":1}}}` + "\n" + `{"op":"signal","signal":15}{"op":"end"}`))
	f.Add([]byte(`{"op":1}` + "\x00" + `[`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := newCallReader(bytes.NewReader(data))
		for range len(data) + 1 {
			call, err := r.next()
			if err != nil {
				return
			}
			text, err := json.Marshal(call)
			if err != nil {
				t.Fatal(err)
			}
			again, err := newCallReader(bytes.NewReader(text)).next()
			if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			if back, err := json.Marshal(again); err != nil || !bytes.Equal(back, text) {
				t.Errorf("%s became %s, %v", text, back, err)
			}
		}
		t.Error("there are more calls than bytes")
	})
}
