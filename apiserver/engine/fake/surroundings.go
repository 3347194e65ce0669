package fake

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// What the tiny shell's commands tell of their surroundings, all of it made up.

func date(_ context.Context, sh *shell, _ []string) (int, error) {
	return put(sh.out, []byte(sh.proc.clock.Now().UTC().Format(time.UnixDate)+"\n"))
}

func env(_ context.Context, sh *shell, args []string) (int, error) {
	if len(args) > 1 {
		v, ok := sh.vars[args[1]]
		if !ok {
			return 1, nil
		}
		return put(sh.out, []byte(v+"\n"))
	}
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(sh.vars)) {
		fmt.Fprintf(&b, "%s=%s\n", k, sh.vars[k])
	}
	return put(sh.out, []byte(b.String()))
}

func export(_ context.Context, sh *shell, args []string) (int, error) {
	for _, a := range args[1:] {
		if k, v, ok := strings.Cut(a, "="); ok {
			sh.vars[k] = v
		}
	}
	return 0, nil
}

func hostname(_ context.Context, sh *shell, _ []string) (int, error) {
	return put(sh.out, []byte(sh.vars["HOSTNAME"]+"\n"))
}

func pwd(_ context.Context, sh *shell, _ []string) (int, error) { return put(sh.out, []byte("/\n")) }

func id(_ context.Context, sh *shell, _ []string) (int, error) {
	return put(sh.out, []byte("uid=0(root) gid=0(root)\n"))
}

func ls(_ context.Context, sh *shell, args []string) (int, error) {
	if len(args) > 1 && args[1] != "/" && args[1] != "." && args[1] != "-l" {
		if slices.Contains(folders(), strings.Trim(args[1], "/")) {
			return 0, nil
		}
		sh.complain("ls: " + args[1] + ": No such file or directory")
		return 1, nil
	}
	return put(sh.out, []byte(strings.Join(folders(), "\n")+"\n"))
}

func stty(_ context.Context, sh *shell, args []string) (int, error) {
	if sh.proc.term == nil {
		sh.complain("stty: standard input: Inappropriate ioctl for device")
		return 1, nil
	}
	if len(args) == 2 && args[1] == "size" {
		size := sh.proc.term.size()
		return put(sh.out, fmt.Appendf(nil, "%d %d\n", size.Rows, size.Cols))
	}
	return 0, nil
}

func tty(_ context.Context, sh *shell, _ []string) (int, error) {
	if sh.proc.term == nil {
		code, err := put(sh.out, []byte("not a tty\n"))
		return max(code, 1), err
	}
	return put(sh.out, []byte("/dev/pts/0\n"))
}

func clearScreen(_ context.Context, sh *shell, _ []string) (int, error) {
	return put(sh.out, []byte("\x1b[H\x1b[2J"))
}
