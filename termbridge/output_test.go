package termbridge

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"podium/termbridge/frame"
)

// framed writes frames as a server does.
func framed(p *peer) (stdout, stderr io.Writer) {
	w := frame.NewWriter(writerFunc(p.toUs.Write))
	return w.Stream(frame.Stdout), w.Stream(frame.Stderr)
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

func collect(t testing.TB, p Stream, o CollectOptions) *Output {
	t.Helper()
	if o.OnPanic == nil {
		o.OnPanic = func(v any, stack []byte) { t.Errorf("panic: %v\n%s", v, stack) }
	}
	out := Collect(p, o)
	t.Cleanup(func() { _ = out.Close() })
	return out
}

func say(t testing.TB, w io.Writer, s string) {
	t.Helper()
	if _, err := io.WriteString(w, s); err != nil {
		t.Fatal(err)
	}
}

// kept is all the lines that are kept, in a short form.
func kept(o *Output) string {
	lines, _ := o.Lines(0, 1000)
	var b strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&b, "%d%s", l.Number, map[frame.Stream]string{frame.Stdout: "o", frame.Stderr: "e"}[l.Stream])
		if l.Continues {
			b.WriteString("+")
		}
		fmt.Fprintf(&b, ":%s", l.Raw)
		if l.Open {
			b.WriteString("…")
		}
		b.WriteString("|")
	}
	return b.String()
}

func TestOutput(t *testing.T) {
	p := newPeer()
	stdout, stderr := framed(p)
	o := collect(t, p, CollectOptions{})
	say(t, stdout, "one\ntw")
	say(t, stderr, "oh ")
	say(t, stdout, "o\nthree\n")
	say(t, stderr, "no\n")
	say(t, stdout, "$ ")
	until(t, "all is there", func() bool { return o.Totals().Stdout == 16 })
	if r, err := o.End(); r != Running || err != nil || o.Err() != nil {
		t.Errorf("running: %v, %v", r, err)
	}
	if got, want := kept(o), "0o:one\n|1o:two\n|2e:oh no\n|3o:three\n|4o:$ …|"; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	p.hangUp()
	ends(t, o.Done())
	if r, err := o.End(); r != EndClean || err != nil {
		t.Errorf("ended as %v, %v", r, err)
	}
	if got := o.Totals(); got != (Totals{Stdout: 16, Stderr: 6, Lines: 5}) {
		t.Errorf("totals: %+v", got)
	}
	for want, streams := range map[string][]frame.Stream{
		"one\ntwo\noh no\nthree\n$ ": nil,
		"one\ntwo\nthree\n$ ":        {frame.Stdout},
		"oh no\n":                    {frame.Stderr},
	} {
		var b bytes.Buffer
		if err := o.Save(&b, streams...); err != nil || b.String() != want {
			t.Errorf("%v: saved %q, %v", streams, b.String(), err)
		}
	}
	broken := errors.New("disk full")
	if err := o.Save(writerFunc(func([]byte) (int, error) { return 0, broken })); !errors.Is(err, broken) {
		t.Errorf("save: %v", err)
	}
	if lines, next := o.Lines(3, 1); len(lines) != 1 || string(lines[0].Raw) != "three\n" || next != 4 {
		t.Errorf("a line: %v, %d", lines, next)
	}
	if lines, next := o.Lines(5, 10); lines != nil || next != 5 {
		t.Errorf("beyond the end: %v, %d", lines, next)
	}
	until(t, "the connection is given back", p.isClosed)
}

// The ends are told apart, and what came before them is kept.
func TestOutputEnds(t *testing.T) {
	tests := []struct {
		name string
		end  func(p *peer)
		want EndReason
		err  error
		text string
	}{
		{"clean", func(p *peer) { p.hangUp() }, EndClean, nil, ""},
		{"cut in a frame", func(p *peer) { p.print("\x01\x00\x00\x00\x00\x00\x00\x09half"); p.hangUp() }, EndCut, frame.ErrCut, "5 of its 9 bytes"},
		{"cut in a header", func(p *peer) { p.print("\x01\x00\x00"); p.hangUp() }, EndCut, frame.ErrCut, "5 of its 8 bytes"},
		{"no frames", func(p *peer) { p.print("HTTP/1.1 404 Not Found\r\n") }, EndBroken, nil, "HTTP/1.1"},
		{"broken", func(p *peer) { p.breakOff() }, EndBroken, errBroken, "connection reset"},
		{"announcing 4 GB", func(p *peer) { p.print("\x02\x00\x00\x00\xff\xff\xff\xffhalf"); p.hangUp() }, EndCut, frame.ErrCut, "4294967295"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newPeer()
			stdout, _ := framed(p)
			o := collect(t, p, CollectOptions{})
			say(t, stdout, "before\n")
			tt.end(p)
			ends(t, o.Done())
			r, err := o.End()
			if r != tt.want || (err == nil) != (tt.text == "") {
				t.Fatalf("ended as %v, %v", r, err)
			}
			if tt.err != nil && !errors.Is(err, tt.err) || err != nil && !strings.Contains(err.Error(), tt.text) {
				t.Errorf("the error is %v", err)
			}
			if got := kept(o); !strings.HasPrefix(got, "0o:before\n|") || tt.name == "cut in a frame" && !strings.Contains(got, "1o:half") {
				t.Errorf("kept %q", got)
			}
		})
	}
	t.Run("closed here", func(t *testing.T) {
		o := collect(t, newPeer(), CollectOptions{})
		_ = o.Close()
		ends(t, o.Done())
		if r, err := o.End(); r != EndClosed || err != nil {
			t.Errorf("ended as %v, %v", r, err)
		}
	})
	t.Run("panic", func(t *testing.T) {
		panicked := make(chan any, 2)
		o := Collect(&bomb{peer: newPeer(), where: "read"}, CollectOptions{OnPanic: func(v any, _ []byte) { panicked <- v }})
		defer o.Close()
		ends(t, o.Done())
		if r, err := o.End(); r != EndBroken || err == nil || <-panicked != "boom in read" {
			t.Errorf("ended as %v, %v", r, err)
		}
	})
}

func TestOutputInput(t *testing.T) {
	t.Run("none", func(t *testing.T) {
		p := newPeer()
		collect(t, p, CollectOptions{})
		if rest, err := io.ReadAll(readerFunc(p.toPeer.Read)); len(rest) > 0 || err != nil || !p.isHalved() {
			t.Errorf("the program reads %q, %v", rest, err)
		}
	})
	t.Run("some", func(t *testing.T) {
		p := newPeer()
		in := text(300_000)
		o := collect(t, p, CollectOptions{Stdin: bytes.NewReader(in)})
		if got, err := io.ReadAll(readerFunc(p.toPeer.Read)); !bytes.Equal(got, in) || err != nil {
			t.Errorf("the program reads %d bytes, %v", len(got), err)
		}
		p.hangUp()
		ends(t, o.Done())
		if err := o.InputErr(); err != nil {
			t.Error(err)
		}
	})
	t.Run("broken", func(t *testing.T) {
		p := newPeer()
		p.toPeer.end(os.ErrClosed, true)
		o := collect(t, p, CollectOptions{Stdin: strings.NewReader("x")})
		until(t, "the error is told", func() bool { return o.InputErr() != nil })
	})
}

// However much comes, a bounded part of it is kept: the end.
func TestOutputIsBounded(t *testing.T) {
	for name, line := range map[string]string{
		"short lines":  "x\n",
		"empty lines":  "\n",
		"usual lines":  strings.Repeat("usual ", 15) + "\n",
		"one line":     "endless ",
		"progress bar": strings.Repeat("#", 70) + "\r",
	} {
		t.Run(name, func(t *testing.T) {
			const limit, total = 512 << 10, 3 << 20
			p := newPeer()
			stdout, stderr := framed(p)
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			o := collect(t, p, CollectOptions{Limit: limit})
			say(t, stderr, "an open line of the other stream")
			chunk := strings.Repeat(line, 32000/len(line))
			for sent := 0; sent < total; sent += len(chunk) {
				say(t, stdout, chunk)
			}
			say(t, stdout, "\nthe end\n")
			p.hangUp()
			ends(t, o.Done())
			runtime.GC()
			runtime.ReadMemStats(&after)
			if used := int64(after.HeapAlloc) - int64(before.HeapAlloc); used > 5*limit/2 {
				t.Errorf("%d bytes are held for a limit of %d", used, limit)
			}
			tot := o.Totals()
			lines, _ := o.Lines(0, int(tot.Lines))
			if last := lines[len(lines)-1]; string(last.Raw) != "the end\n" || last.Number != tot.Lines-1 {
				t.Errorf("the last line is %d %q", last.Number, last.Raw)
			}
			if got := uint64(len(lines)) + tot.DroppedLines; got != tot.Lines {
				t.Errorf("%d lines kept and %d dropped are not %d", len(lines), tot.DroppedLines, tot.Lines)
			}
			if first := lines[0]; first.Stream != frame.Stderr || string(first.Raw) != "an open line of the other stream" || !first.Open {
				t.Errorf("a flood drove out the other stream: the first line is %+v", first)
			}
			var size int64
			for _, l := range lines {
				size += int64(len(l.Raw))
			}
			if size+tot.DroppedBytes != tot.Stdout+tot.Stderr {
				t.Errorf("%d bytes kept and %d dropped are not %d", size, tot.DroppedBytes, tot.Stdout+tot.Stderr)
			}
			if size < limit/64 {
				t.Errorf("only %d bytes are kept of a limit of %d", size, limit)
			}
		})
	}
}

func TestLineText(t *testing.T) {
	for raw, want := range map[string]string{
		"":                         "",
		"plain":                    "plain",
		"line\n":                   "line",
		"dos\r\n":                  "dos",
		"10%\r20%\r30%":            "30%",
		"100%\rdone\n":             "done",
		"waiting…\rok\n":           "okiting…",
		"a long line\r\x1b[Kshort": "\x1b[Kshort",
		"\r\rx\r\r\n":              "x",
	} {
		if got := string(Line{Raw: []byte(raw)}.Text()); got != want {
			t.Errorf("%q: got %q, want %q", raw, got, want)
		}
	}
}

func TestLongLinesAreParted(t *testing.T) {
	s := lineStore{limit: 1 << 20}
	s.add(frame.Stdout, []byte(strings.Repeat("ä", maxLine)+"\nnext\n"))
	lines := s.get(0, 100)
	if len(lines) != 3 || lines[0].Continues || !lines[1].Continues || lines[2].Continues {
		t.Fatalf("%d lines", len(lines))
	}
	for _, l := range lines[:2] {
		if s := string(l.Raw); len(l.Raw) > maxLine+1 || strings.Trim(s, "ä\n") != "" {
			t.Errorf("a part of %d bytes has half a character", len(l.Raw))
		}
	}
	s = lineStore{limit: 1 << 20}
	bar := strings.Repeat("#", 99) + "\r"
	s.add(frame.Stderr, []byte(strings.Repeat(bar, 300)))
	for i, l := range s.get(0, 100) {
		if !l.Open && !bytes.HasSuffix(l.Raw, []byte("\r")) {
			t.Errorf("part %d ends in the middle of a bar", i)
		}
	}
}

// However output is torn into pieces, each stream's bytes are kept, and lines
// that were handed out never change.
func FuzzLines(f *testing.F) {
	f.Add([]byte("one\ntwo\r\nthree"), uint8(3), uint16(0))
	f.Add(bytes.Repeat([]byte("long "), 10000), uint8(200), uint16(0))
	f.Add(bytes.Repeat([]byte("a\n\xff"), 1000), uint8(7), uint16(900))
	f.Fuzz(func(t *testing.T, data []byte, step uint8, limit uint16) {
		s := lineStore{limit: 1 << 30}
		if limit > 0 {
			s.limit = int(limit)
		}
		var want [2][]byte
		var early []Line
		var copies [][]byte
		for i := 0; len(data) > 0; i++ {
			n := min(len(data), int(step)+1)
			stream := frame.Stream(1 + i%3/2)
			want[lane(stream)] = append(want[lane(stream)], data[:n]...)
			s.add(stream, data[:n])
			data = data[n:]
			if i < 100 {
				for _, l := range s.get(0, 3) {
					early, copies = append(early, l), append(copies, bytes.Clone(l.Raw))
				}
			}
		}
		var got [2][]byte
		open := 0
		all := s.get(0, 1<<30)
		if kept := uint64(len(all)); kept+s.totals.DroppedLines != s.totals.Lines || len(all) != s.kept[0]+s.kept[1] {
			t.Fatalf("%d lines are kept, %v by their streams; totals %+v", kept, s.kept, s.totals)
		}
		for i, l := range all {
			if i > 0 && l.Number <= all[i-1].Number {
				t.Fatalf("line %d has number %d after %d", i, l.Number, all[i-1].Number)
			}
			if from := s.get(l.Number, 1); len(from) != 1 || from[0].Number != l.Number {
				t.Fatalf("line %d is not where its number says: %+v", l.Number, from)
			}
			if l.Open {
				open++
			}
			got[lane(l.Stream)] = append(got[lane(l.Stream)], l.Raw...)
			_ = l.Text()
		}
		for i := range got {
			if !bytes.HasSuffix(want[i], got[i]) || s.totals.DroppedLines == 0 && len(want[i]) != len(got[i]) {
				t.Fatalf("stream %d: kept %q of %q", i, got[i], want[i])
			}
		}
		if open > 2 || int64(len(want[0])) != s.totals.Stdout || int64(len(want[1])) != s.totals.Stderr {
			t.Fatalf("%d lines are open; totals %+v", open, s.totals)
		}
		for i, l := range early {
			if !bytes.Equal(l.Raw, copies[i]) {
				t.Fatalf("line %d has changed from %q to %q", l.Number, copies[i], l.Raw)
			}
		}
	})
}

// An input that cannot be read ends the run: the program must neither take the
// part that came for the whole nor wait for the rest.
func TestInputThatCannotBeRead(t *testing.T) {
	p := newPeer()
	broken := errors.New("input/output error")
	o := collect(t, p, CollectOptions{Stdin: io.MultiReader(strings.NewReader("some"), iotest.ErrReader(broken))})
	ends(t, o.Done())
	if r, err := o.End(); r != EndBroken || !errors.Is(err, broken) {
		t.Errorf("ended as %v, %v", r, err)
	}
	if p.isHalved() || !p.isClosed() {
		t.Error("the program was told that its input is whole, or nothing")
	}
}
