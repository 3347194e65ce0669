package vt

import (
	"strings"
	"testing"
)

func TestSmoke(t *testing.T) {
	v := New(Options{Cols: 10, Rows: 3, ScrollbackBytes: 1 << 20})
	v.Write([]byte("hello\r\nwörld 漢字 x\x1b[31mred\r\n1\r\n2\r\n3"))
	t.Log("\n" + strings.ReplaceAll(v.Text(), " ", "."))
	var f Frame
	v.SnapshotAt(&f, 1)
	for _, l := range f.Lines {
		t.Logf("%q", l)
	}
	v.Resize(20, 6)
	t.Log("\n" + strings.ReplaceAll(v.Text(), " ", "."))
	t.Log(v.Refused(), v.TakeEvents())
}
