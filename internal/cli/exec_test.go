package cli

import (
	"bytes"
	"errors"
	"testing"

	"podium/api"
	"podium/internal/faultserver"
)

// gone is a session whose process has ended, and whose server takes nothing more.
type gone struct {
	api.ExecSession
	bytes.Reader
}

func (g *gone) Read(p []byte) (int, error) { return g.Reader.Read(p) }
func (*gone) Write([]byte) (int, error)    { return 0, errors.New("broken pipe") }
func (*gone) Close() error                 { return nil }
func (*gone) CloseWrite() error            { return errors.New("not connected") }

// What a quick command printed is not lost because there is nobody left whose
// input could be ended.
func TestOutputOfACommandThatIsOverAlready(t *testing.T) {
	var out, errs bytes.Buffer
	s := &gone{}
	s.Reset(faultserver.Frames("out\n", "err\n"))
	stream, err := throughPipes(&verb{out: &out, err: &errs}, s, false)
	if err != nil || stream.Lost || stream.Cut || out.String() != "out\n" || errs.String() != "err\n" {
		t.Errorf("%q, %q, %+v, %v", out.String(), errs.String(), stream, err)
	}
}

func TestStatusIsNeverAZeroOfOurOwn(t *testing.T) {
	for code, want := range map[int]int{0: 0, 7: 7, 255: 255, 256: exitUnknown, -1: 255, 1 << 16: exitUnknown, 258: 2} {
		if got := status(code); got != want {
			t.Errorf("%d became %d, want %d", code, got, want)
		}
	}
}
