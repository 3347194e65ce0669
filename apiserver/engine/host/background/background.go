// Package background runs the host engine's server once for all the podium
// processes of a state folder, as tmux does: whoever needs it first starts it,
// detached, and it ends by itself when nobody does.
//
// It finds, starts and stops servers. Serving itself is done by the program
// that it starts (podium serve).
package background

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"podium/apiserver/engine/host"
)

const (
	// IdleExit is how long a server that was started here stays without a
	// running pod and without a client.
	IdleExit = 30 * time.Second

	startTimeout = 15 * time.Second      // until a new server answers
	poll         = 20 * time.Millisecond // between looks at what another process does
	maxLog       = 1 << 20               // bytes of the log before it is begun anew
	maxSocket    = 100                   // bytes of a path that every system takes for a socket
)

// ErrNotRunning means that no server has the state folder open.
var ErrNotRunning = errors.New("no host server is running")

// State is what is known of a state folder's server.
type State struct {
	PID    int    // 0 when none is running
	Answer bool   // it takes connections
	Socket string // where it listens, or would
	Log    string // file that it writes to, or would
}

// Socket is the path of the socket of the state folder's server: inside of it,
// unless the path were too long for one; then in a folder of the user's own
// where short-lived files go.
func Socket(dir string) string {
	path := filepath.Join(dir, "podium.sock")
	if len(path) <= maxSocket {
		return path
	}
	sum := sha256.Sum256([]byte(dir))
	name := "podium-" + strconv.Itoa(os.Getuid()) + "-" + hex.EncodeToString(sum[:8])
	for _, base := range []string{os.Getenv("XDG_RUNTIME_DIR"), os.TempDir()} {
		if path := filepath.Join(base, name, "podium.sock"); base != "" && len(path) <= maxSocket {
			return path
		}
	}
	return filepath.Join("/tmp", name, "podium.sock")
}

// Log is the file that the server of the state folder writes to.
func Log(dir string) string { return filepath.Join(dir, "server.log") }

// Args are the arguments with which the program serves the state folder.
func Args(dir string) []string {
	return []string{
		"serve", "--engine", "host", "--state-dir", dir,
		"--listen", "unix://" + Socket(dir), "--idle-exit", IdleExit.String(),
	}
}

// Status looks for the state folder's server. That there is none is no error.
func Status(dir string) (State, error) {
	s := State{Socket: Socket(dir), Log: Log(dir)}
	pid, err := host.Server(dir)
	s.PID = pid
	if err != nil || pid == 0 {
		return s, err
	}
	s.Answer = answers(s.Socket) == nil
	return s, nil
}

// answers tries the socket.
func answers(socket string) error {
	conn, err := net.DialTimeout("unix", socket, time.Second)
	if err != nil {
		return err
	}
	return conn.Close()
}

// EnsureServer makes sure that the state folder has a server and returns the
// path of its socket. If there is none, exe is started as one (see Args), once,
// however many processes ask at the same time; it must run host.ShimMain for
// host.ShimCommand. It returns when the server answers, at the latest when ctx
// is done or after some fifteen seconds; an error has the last line of the
// server's log.
func EnsureServer(ctx context.Context, dir, exe string) (socket string, err error) {
	socket = Socket(dir)
	if err := checkFolder(dir, socket); err != nil {
		return "", err
	}
	if answers(socket) == nil {
		return socket, nil
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout+5*time.Second)
	defer cancel()
	unlock, err := startLock(ctx, dir)
	if err != nil {
		return "", err
	}
	defer unlock()
	// Another process may have started it meanwhile; and one that is ending
	// has to be waited for.
	for answers(socket) != nil {
		pid, err := host.Server(dir)
		if err == nil && pid == 0 {
			if err := start(ctx, dir, exe); err != nil {
				return "", err
			}
			break
		}
		if err := pause(ctx); err != nil {
			return "", fmt.Errorf("process %d has %s open, but does not answer on %s: %w", pid, dir, socket, err)
		}
	}
	return socket, nil
}

func pause(ctx context.Context) error {
	timer := time.NewTimer(poll)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// checkFolder makes the state folder, and the socket's where that is another
// one, and makes sure that it is nobody else's.
func checkFolder(dir, socket string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the state folder: %w", err)
	}
	parent := filepath.Dir(socket)
	if parent == dir {
		return nil
	}
	if err := os.Mkdir(parent, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make the socket's folder: %w", err)
	}
	info, err := os.Lstat(parent)
	if err != nil {
		return fmt.Errorf("look at the socket's folder: %w", err)
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() || info.Mode().Perm() != 0o700 || int(stat.Uid) != os.Getuid() {
		return fmt.Errorf("the socket's folder %s is not a folder of yours alone: remove it, or choose a shorter state folder", parent)
	}
	return nil
}

// startLock waits until this process alone may start the server.
func startLock(ctx context.Context, dir string) (unlock func(), err error) {
	f, err := os.OpenFile(filepath.Join(dir, "start.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the start of the host server: %w", err)
	}
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			return func() { f.Close() }, nil
		}
		if !errors.Is(err, unix.EWOULDBLOCK) {
			f.Close()
			return nil, fmt.Errorf("lock the start of the host server: %w", err)
		}
		if err := pause(ctx); err != nil {
			f.Close()
			return nil, fmt.Errorf("another podium is starting the host server and does not finish: %w", err)
		}
	}
}

// start starts the server through a launcher, which waits until it answers.
func start(ctx context.Context, dir, exe string) error {
	if info, err := os.Stat(Log(dir)); err == nil && info.Size() > maxLog {
		if err := os.Rename(Log(dir), Log(dir)+".old"); err != nil {
			return fmt.Errorf("begin the server's log anew: %w", err)
		}
	}
	args := append([]string{host.ShimCommand, host.LaunchArg, Log(dir), Socket(dir), startTimeout.String(), exe}, Args(dir)...)
	cmd := exec.CommandContext(ctx, exe, args...)
	cmd.Dir = "/"
	cmd.Env = environment()
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil {
		why := strings.TrimSpace(said.String())
		if why == "" {
			why = err.Error()
		}
		return fmt.Errorf("cannot start the host server: %s%s", why, lastLine(Log(dir)))
	}
	return nil
}

// environment is the server's: ours without our secrets.
func environment() []string {
	var out []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "PODIUM_") {
			out = append(out, v)
		}
	}
	return out
}

// lastLine is the end of a log, to be put behind an error.
func lastLine(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	const tail = 4 << 10
	if info, err := f.Stat(); err == nil && info.Size() > tail {
		if _, err := f.Seek(-tail, io.SeekEnd); err != nil {
			return ""
		}
	}
	text, err := io.ReadAll(io.LimitReader(f, tail))
	if err != nil {
		return ""
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	line := strings.TrimSpace(lines[len(lines)-1])
	if line == "" {
		return ""
	}
	return fmt.Sprintf("; its log %s ends with: %.400s", path, line)
}

// Stop ends the state folder's server, and with it its pods, which come back
// with the next one. It returns when the server has ended, or with an error
// when ctx is done before. ErrNotRunning if there is none.
func Stop(ctx context.Context, dir string) error {
	pid, err := host.Server(dir)
	if err != nil {
		return err
	}
	if pid == 0 {
		return ErrNotRunning
	}
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("end the host server, process %d: %w", pid, err)
	}
	for {
		now, err := host.Server(dir)
		if err == nil && now != pid {
			return nil
		}
		if waiting := pause(ctx); waiting != nil {
			return fmt.Errorf("the host server, process %d, has been told to end and still runs: %w", pid, waiting)
		}
	}
}
