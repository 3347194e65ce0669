package apiserver

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"podium/api"
	"podium/apiserver/engine"
	"podium/termbridge/frame"
)

// The headers of a started exec's answer, as Docker's API words them, which
// the page's clients know.
const (
	upgraded = "HTTP/1.1 101 UPGRADED\r\n" +
		"Content-Type: application/vnd.docker.raw-stream\r\n" +
		"Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
	// Without a length and not chunked: the stream is what follows, to its end.
	notUpgraded = "HTTP/1.1 200 OK\r\n" +
		"Content-Type: application/vnd.docker.raw-stream\r\n" +
		"Connection: close\r\n\r\n"
)

// streamBuffer is what is copied at once.
const streamBuffer = 32 << 10

// stream runs a created exec on the request's connection, to its end.
func (s *Server) stream(w http.ResponseWriter, r *http.Request, e *execution) error {
	size, err := s.execs.begin(e)
	if err != nil {
		return err
	}
	proc, err := s.makeProcess(r, e, size)
	if err != nil {
		s.execs.ends(e, engine.Exit{Code: 126, Reason: "the command could not be started: " + err.Error()})
		return err
	}
	defer func() { // also on a panic: no process stays behind
		if err := proc.Close(); err != nil {
			s.opts.Log("end the process of an exec: " + err.Error())
		}
		s.execs.ends(e, engine.Exit{Code: 137, Reason: "the server ended the command"})
	}()
	wish, err := s.execs.runs(e, proc)
	if err != nil {
		return err
	}
	if e.cfg.TTY && wish != size {
		if err := proc.Resize(wish); err != nil {
			s.opts.Log("resize a new terminal: " + err.Error())
		}
	}
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return fmt.Errorf("take over the connection for the stream: %w", err)
	}
	if a, ok := w.(*answer); ok {
		a.begun = true
	}
	defer s.activity.gone(conn)
	defer conn.Close()
	if err := conn.SetDeadline(time.Time{}); err != nil {
		return fmt.Errorf("clear the deadlines of a stream: %w", err)
	}
	c := &carrier{conn: conn, in: buffered.Reader, proc: proc, cfg: e.cfg}
	header := notUpgraded
	if wantsUpgrade(r) {
		header = upgraded
	}
	exit := c.carry(header)
	s.execs.ends(e, exit)
	// Before the connection: a write to stdin that still waits ends with it.
	if err := proc.Close(); err != nil {
		s.opts.Log("free the process of an exec: " + err.Error())
	}
	c.finish(s.limits.LingerTime)
	return nil
}

// startTime is how long an engine may take to make a process.
const startTime = 30 * time.Second

// makeProcess asks the engine for the process. The request's own context is no
// measure of whether the client is there: it is done as soon as the client has
// half-closed, which means only that it sends no more.
func (s *Server) makeProcess(r *http.Request, e *execution, size engine.Size) (engine.Process, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), startTime)
	defer cancel()
	defer context.AfterFunc(s.life, cancel)()
	return s.engine.Exec(ctx, e.namespace, e.pod, e.container, e.cfg, size)
}

func wantsUpgrade(r *http.Request) bool {
	for _, v := range r.Header.Values("Upgrade") {
		for part := range strings.SplitSeq(v, ",") {
			if strings.EqualFold(strings.TrimSpace(part), "tcp") {
				return true
			}
		}
	}
	return false
}

// carrier carries one process's streams over one connection.
//
//	connection ── reads ──▶ stdin
//	connection ◀─ writes ── stdout, stderr (raw with a TTY, else framed)
//
// The client's half-close ends stdin and nothing else. The process is ended
// when the client is known to be gone: a write or read failed, or the
// connection is dead in both directions (see hungUp).
type carrier struct {
	conn net.Conn
	in   io.Reader // what net/http has read ahead, then conn
	proc engine.Process
	cfg  api.ExecConfig

	abandoned atomic.Bool
	readDone  chan struct{}
}

// clientGone is the reason of an end that came because nobody was there any more.
// A client whose connection broke asks for it, and would take the signal for
// somebody's.
const clientGone = "the server ended the command, since the connection to its client was gone"

// hangupEvery is how often a connection that says nothing is looked at.
const hangupEvery = time.Second

// carry sends the header and carries until the process has ended and its
// output is sent, or discarded because nobody takes it any more.
func (c *carrier) carry(header string) engine.Exit {
	if _, err := io.WriteString(c.conn, header); err != nil {
		c.abandon()
	}
	c.readDone = make(chan struct{})
	go c.input() // ends with the connection: finish closes it
	over := make(chan struct{})
	var others sync.WaitGroup
	others.Go(func() { c.watch(over) })

	stdout, stderr := io.Writer(c.conn), io.Writer(nil)
	if !c.cfg.TTY {
		frames := frame.NewWriter(c.conn)
		stdout, stderr = frames.Stream(frame.Stdout), frames.Stream(frame.Stderr)
	}
	var outputs sync.WaitGroup
	if out := c.proc.Stdout(); out != nil {
		outputs.Go(func() { c.output(stdout, out) })
	}
	if out := c.proc.Stderr(); out != nil && stderr != nil {
		outputs.Go(func() { c.output(stderr, out) })
	}
	// Without a deadline: it ends when the process does, and abandon ends that.
	exit, err := c.proc.Wait(context.Background())
	if err != nil {
		exit = engine.Exit{Code: 137, Reason: "the end of the command could not be learnt: " + err.Error()}
	}
	if exit.Reason == "" && c.abandoned.Load() {
		exit.Reason = clientGone
	}
	outputs.Wait()
	close(over)
	others.Wait()
	return exit
}

// output copies one of the process's streams to the client, and to nowhere
// once the client is gone: the process must not block on its way out.
func (c *carrier) output(to io.Writer, from io.Reader) {
	buf := make([]byte, streamBuffer)
	for {
		n, err := from.Read(buf)
		if n > 0 && to != nil {
			if _, werr := to.Write(buf[:n]); werr != nil {
				to = nil
				c.abandon()
			}
		}
		if err != nil {
			return // the process's end; what else it may be, Wait tells
		}
	}
}

// input copies what the client sends to stdin, or to nowhere where none is
// attached or the process has closed it: the client must not block on it, and
// its going must be seen.
func (c *carrier) input() {
	defer close(c.readDone)
	stdin := c.proc.Stdin()
	buf := make([]byte, streamBuffer)
	for {
		n, err := c.in.Read(buf)
		if n > 0 && stdin != nil {
			if _, werr := stdin.Write(buf[:n]); werr != nil {
				stdin = nil
			}
		}
		if err == nil {
			continue
		}
		if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			c.abandon()
			return
		}
		if stdin != nil {
			_ = stdin.Close() // a process that has gone has closed it already
		}
		if hungUp(c.conn) {
			c.abandon()
		}
		return
	}
}

// watch looks for a client that has gone while nothing is read from it or
// written to it: after its half-close, or with stdin blocked.
func (c *carrier) watch(over <-chan struct{}) {
	tick := time.NewTicker(hangupEvery)
	defer tick.Stop()
	for {
		select {
		case <-over:
			return
		case <-tick.C:
			if hungUp(c.conn) {
				c.abandon()
				return
			}
		}
	}
}

// abandon ends the process because nobody is there for it.
func (c *carrier) abandon() {
	if c.abandoned.Swap(true) {
		return
	}
	go func() { // ends with the process; Close may take its grace
		_ = c.proc.Close() // stream closes it again and tells
	}()
}

// finish ends the stream in order: the end of output first, then what the
// client still sends is read for a moment, so that the kernel does not answer
// it with a reset which would overtake the last output.
func (c *carrier) finish(linger time.Duration) {
	if half, ok := c.conn.(interface{ CloseWrite() error }); ok {
		if half.CloseWrite() == nil {
			if t, ok := c.conn.(*tls.Conn); ok {
				closeWriteBelow(t)
			}
			_ = c.conn.SetReadDeadline(time.Now().Add(linger))
			<-c.readDone
		}
	}
	_ = c.conn.Close() // closing is all that is wanted of it
	<-c.readDone
}

// closeWriteBelow sends the FIN that a TLS close_notify alone leaves out:
// clients without a look at close_notify wait for it.
func closeWriteBelow(t *tls.Conn) {
	if half, ok := t.NetConn().(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite() // the close that follows does the same
	}
}
