package host

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func reader(dir string, run int, live *runLog, edits ...func(*logReader)) *logReader {
	r := &logReader{ctx: context.Background(), dir: dir, run: run, live: live, limit: -1, closed: make(chan struct{})}
	for _, edit := range edits {
		edit(r)
	}
	return r
}

func failOn(t *testing.T) func(error) { return func(err error) { t.Error(err) } }

func TestLineWriterCutsAndKeepsEveryByte(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 3*maxLine+7)
	for _, text := range []string{"", "a\n", "a", "a\nb", "\n\n", long, long + "\n" + long, strings.Repeat("y", maxLine) + "\nz\n", "tab\tcr\r\n\x00\xff\n"} {
		for _, step := range []int{1, 7, maxLine - 1, maxLine, maxLine + 1, 1 << 20} {
			if step == 1 && len(text) > 1000 {
				continue
			}
			dir := t.TempDir()
			l := openRunLog(dir, 0, failOn(t))
			w := &lineWriter{log: l, stream: streamOut}
			for rest := []byte(text); len(rest) > 0; {
				n := min(step, len(rest))
				if _, err := w.Write(rest[:n]); err != nil {
					t.Fatal(err)
				}
				rest = rest[n:]
			}
			w.finish()
			l.close()
			r := reader(dir, 0, nil)
			got, err := io.ReadAll(r)
			r.Close()
			if err != nil || string(got) != text {
				t.Fatalf("in steps of %d, %.20q… of %d bytes became %.20q… of %d (%v)", step, text, len(text), got, len(got), err)
			}
		}
	}
}

func TestLogRotatesAndFollowersSeeAll(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := openRunLog(dir, 3, failOn(t))
	w := &lineWriter{log: l, stream: streamErr}
	r := reader(dir, 3, l, func(r *logReader) { r.follow = true })
	defer r.Close()
	line := strings.Repeat("z", 1000)
	const count = 3 * segmentSize / 1000
	done := make(chan error, 1)
	progress := make(chan int, count)
	go func() {
		n, rest := 0, []byte(nil)
		buf := make([]byte, 64<<10)
		for {
			k, err := r.Read(buf)
			rest = append(rest, buf[:k]...)
			for {
				text, after, ok := bytes.Cut(rest, []byte("\n"))
				if !ok {
					break
				}
				if string(text) != fmt.Sprintf("%d %s", n, line) {
					done <- fmt.Errorf("line %d is %.20q", n, text)
					return
				}
				n++
				progress <- n
				rest = after
			}
			if errors.Is(err, io.EOF) {
				if n != count {
					err = fmt.Errorf("%d of %d lines came", n, count)
				} else {
					err = nil
				}
				done <- err
				return
			}
			if err != nil {
				done <- err
				return
			}
		}
	}()
	for i := range count {
		fmt.Fprintf(w, "%d %s\n", i, line)
		if i%1000 == 999 { // the reader keeps up within a segment
			for n := 0; n != i+1; {
				select {
				case n = <-progress:
				case err := <-done:
					t.Fatalf("at line %d: %v", i, err)
				}
			}
		}
	}
	l.close()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	segs, err := segmentsIn(dir)
	if err != nil || len(segs[3]) != segments {
		t.Errorf("segments: %v, %v", segs, err)
	}
	for _, seg := range segs[3] {
		if info, err := os.Stat(segmentPath(dir, 3, seg)); err != nil || info.Size() > segmentSize {
			t.Errorf("segment %d: %v, %v", seg, info.Size(), err)
		}
	}
	late := reader(dir, 3, nil, func(r *logReader) { r.segment = segs[3][0] })
	defer late.Close()
	if got, err := io.ReadAll(late); err != nil || !strings.HasSuffix(string(got), fmt.Sprintf("%d %s\n", count-1, line)) {
		t.Errorf("read late: %d bytes, %v", len(got), err)
	}
	for run := 4; run < 7; run++ {
		openRunLog(dir, run, failOn(t)).close()
	}
	if segs, err := segmentsIn(dir); err != nil || len(segs) != 2 || segs[5] == nil || segs[6] == nil {
		t.Errorf("runs kept: %v, %v", segs, err)
	}
}

func TestClosingAFollowerEndsItsRead(t *testing.T) {
	t.Parallel()
	l := openRunLog(t.TempDir(), 0, failOn(t))
	defer l.close()
	r := reader(l.dir, 0, l, func(r *logReader) { r.follow = true })
	ended := make(chan error, 1)
	go func() {
		_, err := r.Read(make([]byte, 1))
		ended <- err
	}()
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; !errors.Is(err, fs.ErrClosed) {
		t.Errorf("the read ended with %v", err)
	}
}

func TestLogOptions(t *testing.T) {
	t.Parallel()
	e := open(t)
	create(t, e, podOf("p", `for i in 1 2 3 4; do echo line $i; done; printf tail`))
	await(t, e, "p", "end", finished)
	number := func(n int64) *int64 { return &n }
	future := metav1.NewTime(time.Now().Add(time.Hour))
	all := "line 1\nline 2\nline 3\nline 4\ntail"
	for name, test := range map[string]struct {
		opts corev1.PodLogOptions
		want string
	}{
		"all":            {corev1.PodLogOptions{}, all},
		"follow":         {corev1.PodLogOptions{Follow: true}, all},
		"tail":           {corev1.PodLogOptions{TailLines: number(2)}, "line 4\ntail"},
		"tail of none":   {corev1.PodLogOptions{TailLines: number(0)}, ""},
		"tail of more":   {corev1.PodLogOptions{TailLines: number(50)}, all},
		"limit":          {corev1.PodLogOptions{LimitBytes: number(9)}, "line 1\nli"},
		"since a while":  {corev1.PodLogOptions{SinceSeconds: number(3600)}, all},
		"since tomorrow": {corev1.PodLogOptions{SinceTime: &future}, ""},
		"named":          {corev1.PodLogOptions{Container: "c"}, all},
	} {
		if got := logOf(t, e, "p", test.opts); got != test.want {
			t.Errorf("%s: %q", name, got)
		}
	}
	for _, line := range lines(logOf(t, e, "p", corev1.PodLogOptions{Timestamps: true})) {
		stamp, text, _ := strings.Cut(line, " ")
		if _, err := time.Parse(time.RFC3339Nano, stamp); err != nil || text == "" {
			t.Errorf("line %q: %v", line, err)
		}
	}
	if _, err := e.Log(testContext(t), "default", "p", &corev1.PodLogOptions{Previous: true}); !apierrors.IsBadRequest(err) {
		t.Errorf("previous: %v", err)
	}
	if _, err := e.Log(testContext(t), "default", "p", &corev1.PodLogOptions{Container: "x"}); !apierrors.IsBadRequest(err) {
		t.Errorf("another container: %v", err)
	}
	if _, err := e.Log(testContext(t), "default", "q", nil); !apierrors.IsNotFound(err) {
		t.Errorf("another pod: %v", err)
	}
}

func TestLogOfATerminal(t *testing.T) {
	t.Parallel()
	e := open(t)
	create(t, e, podOf("tty", `test -t 0 && test -t 1 && echo yes $TERM`, first(func(c *corev1.Container) { c.TTY = true; c.Stdin = true })))
	await(t, e, "tty", "end", finished)
	if got := logOf(t, e, "tty", corev1.PodLogOptions{}); got != "yes xterm-256color\r\n" {
		t.Errorf("log: %q", got)
	}
}

func FuzzParseRecord(f *testing.F) {
	f.Add([]byte("2026-11-22T23:40:02.000000000Z stdout F text"))
	f.Add([]byte("2026-11-22T23:40:02.000000000Z stdout "))
	f.Fuzz(func(t *testing.T, record []byte) {
		stamp, stream, _, text, ok := parseRecord(record)
		if ok && len(stamp)+len(stream)+len(text)+4 != len(record) {
			t.Errorf("%q: %q %q %q", record, stamp, stream, text)
		}
	})
}
