package background

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"podium/apiserver/engine/host"
)

// The test binary is also the program that EnsureServer starts.
func TestMain(m *testing.M) {
	switch {
	case len(os.Args) > 1 && os.Args[1] == host.ShimCommand:
		os.Exit(host.ShimMain())
	case len(os.Args) > 1 && os.Args[1] == "serve":
		os.Exit(serve(os.Args[2:]))
	}
	goleak.VerifyTestMain(m)
}

// serve is a server that takes connections and says nothing.
func serve(args []string) int {
	dir, socket := "", ""
	for i, arg := range args {
		switch arg {
		case "--state-dir":
			dir = args[i+1]
		case "--listen":
			socket = strings.TrimPrefix(args[i+1], "unix://")
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "broken")); err == nil {
		fmt.Fprintln(os.Stderr, "first line\nthe folder is broken")
		return 1
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	e, err := host.Open(host.Options{Dir: dir, SoleParent: true, Log: os.Stderr})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer e.Close()
	os.Remove(socket)
	l, err := net.Listen("unix", socket)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			c.Close()
		}
	}()
	<-ctx.Done()
	l.Close()
	return 0
}

func exe(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func testContext(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func TestManyAskOneStarts(t *testing.T) {
	for name, dir := range map[string]string{"short": t.TempDir(), "long": filepath.Join(t.TempDir(), strings.Repeat("long", 40))} {
		t.Run(name, func(t *testing.T) {
			ctx := testContext(t)
			if s, err := Status(dir); err != nil || s.PID != 0 || s.Answer {
				t.Errorf("before: %+v, %v", s, err)
			}
			if err := Stop(ctx, dir); !errors.Is(err, ErrNotRunning) {
				t.Errorf("stopped nothing: %v", err)
			}
			var wg sync.WaitGroup
			for range 6 {
				wg.Go(func() {
					socket, err := EnsureServer(ctx, dir, exe(t))
					if err != nil || socket != Socket(dir) || len(socket) > maxSocket {
						t.Errorf("%q, %v", socket, err)
					}
				})
			}
			wg.Wait()
			first, err := Status(dir)
			if err != nil || first.PID == 0 || first.PID == os.Getpid() || !first.Answer {
				t.Fatalf("status: %+v, %v", first, err)
			}
			if _, err := EnsureServer(ctx, dir, exe(t)); err != nil {
				t.Error(err)
			}
			if s, err := Status(dir); err != nil || s.PID != first.PID {
				t.Errorf("status: %+v, %v", s, err)
			}
			// kill -9, and the next one takes over.
			if err := syscall.Kill(first.PID, syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
			for pid := first.PID; pid != 0 && ctx.Err() == nil; { // the kernel takes a moment to close its socket
				pid, _ = host.Server(dir)
			}
			if _, err := EnsureServer(ctx, dir, exe(t)); err != nil {
				t.Fatal(err)
			}
			second, err := Status(dir)
			if err != nil || second.PID == 0 || second.PID == first.PID {
				t.Errorf("after kill -9: %+v, %v", second, err)
			}
			if err := Stop(ctx, dir); err != nil {
				t.Error(err)
			}
			if s, err := Status(dir); err != nil || s.PID != 0 {
				t.Errorf("after stop: %+v, %v", s, err)
			}
		})
	}
}

func TestFailureHasTheLogsLastLine(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "broken"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := EnsureServer(testContext(t), dir, exe(t))
	if err == nil || !strings.Contains(err.Error(), "ended at once") || !strings.HasSuffix(err.Error(), "the folder is broken") {
		t.Errorf("error: %v", err)
	}
	if _, err := EnsureServer(testContext(t), dir, "/no/such/program"); err == nil || !strings.Contains(err.Error(), "/no/such/program") {
		t.Errorf("error: %v", err)
	}
}

func TestForeignSocketFolderIsNotUsed(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	dir := filepath.Join(t.TempDir(), strings.Repeat("long", 40))
	folder := filepath.Dir(Socket(dir))
	if !strings.HasPrefix(folder, os.Getenv("XDG_RUNTIME_DIR")) {
		t.Skipf("the temporary folder's path is too long for a socket: %s", os.Getenv("XDG_RUNTIME_DIR"))
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := EnsureServer(testContext(t), dir, exe(t)); err == nil || !strings.Contains(err.Error(), "yours alone") {
		t.Errorf("error: %v", err)
	}
}
