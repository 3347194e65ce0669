//go:build !linux

package host

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// This file is for systems without subreapers and /proc, such as macOS. A tree
// is there what is left in the command's own process group: a process that
// leaves it with setsid or setpgid and forks twice escapes. Namespaces do not
// exist: mounts and hostnames are not mapped.

const probeArg = "probe"

func becomeSubreaper() {}

func dupOver(from, to int) error { return unix.Dup2(from, to) }

// tree is the command's process group, spelled as kill(2) takes it.
func (s *shim) tree() []int {
	if s.main == 0 || errors.Is(syscall.Kill(-s.main, 0), syscall.ESRCH) {
		return nil
	}
	return []int{-s.main}
}

func namespaceAttr(*syscall.SysProcAttr) {}

func probeNamespace() int { return 1 }

func prepareNamespace(spec *shimSpec) error {
	if spec.needsNamespace() {
		return errors.New("this system has no mount namespaces")
	}
	return nil
}

func restrict(spec *shimSpec) error {
	if spec.NoNewPrivs {
		return fmt.Errorf("allowPrivilegeEscalation: false cannot be kept on this system")
	}
	return nil
}

// procStart is unknown here: processes of an earlier server are not looked for.
func procStart(int) uint64 { return 0 }

func bootID() string { return "" }

func withMarker([]string) []int { return nil }

func sessionOf(int, uint64) []int { return nil }

func descendants(int) []int { return nil }

func childrenOf(int) ([]int, bool) { return nil, true }

// procStat is what the engine looks at in a process.
type procStat struct {
	state  byte
	parent int
	start  uint64
}

func readStat(pid int) (procStat, error) {
	return procStat{}, fmt.Errorf("look at process %d: %w", pid, os.ErrNotExist)
}
