package termbridge

import (
	"os/exec"
	"time"

	"podium/termbridge/keys"
	"podium/termbridge/vt"
)

// Options of a Bridge. Exactly one of Stream and Command is needed.
type Options struct {
	// Cols and Rows are the size in cells; below 1 is an error.
	Cols, Rows int

	// Stream is the connection to bridge. The Bridge owns it from then on and
	// closes it.
	Stream Stream

	// Command is a local process to start and bridge instead of a Stream.
	// Its standard streams and SysProcAttr belong to the Bridge, which waits
	// for it, and hangs it up (SIGHUP, then SIGKILL) on Close.
	Command *exec.Cmd

	// PTY is the pair to use; nil opens one. The Bridge owns it.
	PTY PTY

	// Terminal says how the screen is to be; its size is not used.
	Terminal vt.Options

	// InputLimit is how many bytes of input may wait for a program that does
	// not read; 0 means 4 MiB. A paste that finds no room is refused whole.
	// Keys have 64 KiB more, so that a waiting paste cannot shut them out.
	InputLimit int

	// OnPanic is called with a panic's value and stack, in the goroutine that
	// panicked. The Bridge then ends as broken. Without it the panic goes on.
	OnPanic func(value any, stack []byte)
}

// Bridge is one session: a program's stream, its pseudo-terminal and the screen
// that shows it. All methods are safe for concurrent use, and none waits for
// the other side, except for Close, which waits for the Bridge's own
// goroutines.
type Bridge struct{}

// New starts a bridge. On an error the Stream is left to the caller.
func New(o Options) (*Bridge, error) { return &Bridge{}, nil }

// Key sends a key event, encoded by the modes that the program has set.
func (b *Bridge) Key(k keys.Key) error { return nil }

// Paste sends text as a paste, all of it or (ErrQueueFull) nothing.
func (b *Bridge) Paste(text string) error { return nil }

// Mouse sends a mouse event, if the program asked for its kind.
func (b *Bridge) Mouse(e keys.Mouse) error { return nil }

// Focus reports that the pane got or lost the focus, if the program asked.
func (b *Bridge) Focus(in bool) error { return nil }

// Send sends bytes as they are.
func (b *Bridge) Send(p []byte) error { return nil }

// Resize sets the size of the pane in cells.
func (b *Bridge) Resize(cols, rows int) error { return nil }

// ResendSize tells the other side the size once more.
func (b *Bridge) ResendSize() {}

// Changed has something in it when the screen, the title, an event or the end
// has changed since it was last received from. It is never closed.
func (b *Bridge) Changed() <-chan struct{} { return nil }

// Snapshot brings f up to date and says whether anything changed.
func (b *Bridge) Snapshot(f *vt.Frame) bool { return false }

// SnapshotAt is Snapshot of a view scrolled back by offset lines.
func (b *Bridge) SnapshotAt(f *vt.Frame, offset int) bool { return false }

// Modes returns the modes that the program has set.
func (b *Bridge) Modes() vt.Modes { return vt.Modes{} }

// Cursor returns the cursor.
func (b *Bridge) Cursor() vt.Cursor { return vt.Cursor{} }

// Title returns the title that the program has set.
func (b *Bridge) Title() string { return "" }

// TakeEvents returns what the program did besides drawing since the last call.
func (b *Bridge) TakeEvents() []vt.Event { return nil }

// View calls f with the emulator locked. f must be short and must not keep it.
func (b *Bridge) View(f func(t *vt.Terminal)) {}

// Done is closed when the session has ended and all its output is on the
// screen.
func (b *Bridge) Done() <-chan struct{} { return nil }

// End tells how the session ended: Running until Done is closed.
func (b *Bridge) End() (EndReason, error) { return Running, nil }

// Err is the error of End: nil while running, after a clean end and after
// Close.
func (b *Bridge) Err() error { return nil }

// ExitCode is the exit status of Options.Command once it has ended.
func (b *Bridge) ExitCode() (code int, known bool) { return 0, false }

// LastByte is when the last output came; the time of New before the first.
func (b *Bridge) LastByte() time.Time { return time.Time{} }

// Stalled says that input has been waiting for a while because the other side
// does not take it.
func (b *Bridge) Stalled() bool { return false }

// Waiting is how many bytes of input the other side has not taken yet.
func (b *Bridge) Waiting() int { return 0 }

// Counts is how many bytes came in from the program and went out to it.
func (b *Bridge) Counts() (in, out int64) { return 0, 0 }

// ResizeErr is why the other side has not accepted the size yet, or nil.
func (b *Bridge) ResizeErr() error { return nil }

// Close ends the session, its goroutines and its descriptors.
func (b *Bridge) Close() error { return nil }
