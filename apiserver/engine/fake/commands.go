package fake

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// command is a program of the tiny shell. It returns the exit code; an error
// only to unwind the script.
type command func(ctx context.Context, sh *shell, args []string) (int, error)

// programs are the commands there are.
func programs() map[string]command {
	return map[string]command{
		":": succeed, "true": succeed, "false": fail,
		"echo": echo, "printf": printf, "cat": cat, "head": head, "wc": wc, "seq": seq, "yes": yes,
		"sleep": sleep, "date": date, "env": env, "printenv": env, "export": export, "hostname": hostname,
		"pwd": pwd, "id": id, "ls": ls, "stty": stty, "tty": tty, "clear": clearScreen, "test": test, "[": test,
		"sh": runShell, "bash": runShell, "exec": run, "command": run, "kill": kill, "trap": trap, "exit": exit, "read": read,
		"help": help,
	}
}

// call runs one command by its name.
func (sh *shell) call(ctx context.Context, args []string) error {
	name := strings.TrimPrefix(strings.TrimPrefix(args[0], "/bin/"), "/usr/bin/")
	switch cmd, ok := programs()[name]; {
	case ok:
		code, err := cmd(ctx, sh, args)
		sh.last = code
		return err
	case args[0] == "/" || slices.Contains(folders(), strings.Trim(args[0], "/")) && strings.HasPrefix(args[0], "/"):
		sh.complain(args[0] + ": Permission denied")
		sh.last = 126
	default:
		sh.complain(args[0] + ": not found")
		sh.last = 127
	}
	return nil
}

// folders are what ls shows; there are no files.
func folders() []string { return []string{"bin", "dev", "etc", "home", "proc", "tmp", "usr", "var"} }

// put writes and turns a failed write, of a pipe whose reader has gone, into
// the exit that SIGPIPE would make.
func put(w io.Writer, p []byte) (int, error) {
	if _, err := w.Write(p); err != nil {
		return 141, nil //nolint:nilerr // the code says it
	}
	return 0, nil
}

func succeed(context.Context, *shell, []string) (int, error) { return 0, nil }
func fail(context.Context, *shell, []string) (int, error)    { return 1, nil }

func echo(_ context.Context, sh *shell, args []string) (int, error) {
	args = args[1:]
	end := "\n"
	if len(args) > 0 && args[0] == "-n" {
		args, end = args[1:], ""
	}
	return put(sh.out, []byte(strings.Join(args, " ")+end))
}

// printf knows %s, %d, %% and the usual backslashes.
func printf(_ context.Context, sh *shell, args []string) (int, error) {
	if len(args) < 2 {
		return 2, nil
	}
	text := strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\r`, "\r", `\033`, "\x1b", `\e`, "\x1b", `\a`, "\a", `\\`, `\`).Replace(args[1])
	rest := args[2:]
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '%' || i+1 == len(text) {
			b.WriteByte(text[i])
			continue
		}
		i++
		switch text[i] {
		case 's', 'd':
			if len(rest) > 0 {
				b.WriteString(rest[0])
				rest = rest[1:]
			}
		default:
			b.WriteByte(text[i])
		}
	}
	return put(sh.out, []byte(b.String()))
}

func cat(ctx context.Context, sh *shell, args []string) (int, error) {
	if len(args) > 1 && args[1] != "-" {
		sh.complain("cat: " + args[1] + ": No such file or directory")
		return 1, nil
	}
	return copyTo(ctx, sh.out, sh.in)
}

// copyTo copies until the end of input. The end of a pipe whose reader has
// gone is no fault of the command.
func copyTo(ctx context.Context, w io.Writer, r io.Reader) (int, error) {
	buf := make([]byte, 32<<10)
	for {
		n, err := r.Read(buf)
		if n > 0 {
			if code, _ := put(w, buf[:n]); code != 0 {
				return code, nil
			}
		}
		switch {
		case ctx.Err() != nil || errors.Is(err, errInterrupt):
			return 130, errStop
		case err != nil:
			return 0, nil //nolint:nilerr // end of input
		}
	}
}

// head knows -c BYTES and -n LINES, and /dev/zero as its one file.
func head(ctx context.Context, sh *shell, args []string) (int, error) {
	lines, count := int64(10), int64(-1)
	in := sh.in
	for i := 1; i < len(args); i++ {
		a := args[i]
		switch {
		case (a == "-c" || a == "-n") && i+1 < len(args):
			n, ok := number(args[i+1])
			if !ok || n < 0 {
				sh.complain("head: invalid number " + args[i+1])
				return 1, nil
			}
			if a == "-c" {
				count = n
			} else {
				lines = n
			}
			i++
		case a == "/dev/zero":
			in = zeros{}
		}
	}
	if count >= 0 {
		return copyTo(ctx, sh.out, io.LimitReader(in, count))
	}
	one := make([]byte, 1)
	for more := true; more && lines > 0; {
		n, err := in.Read(one)
		if n > 0 {
			if code, _ := put(sh.out, one); code != 0 {
				return code, nil
			}
			if one[0] == '\n' {
				lines--
			}
		}
		more = err == nil && ctx.Err() == nil
	}
	return 0, nil
}

// number reads a whole number.
func number(text string) (int64, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func wc(ctx context.Context, sh *shell, args []string) (int, error) {
	var c counter
	if code, err := copyTo(ctx, &c, sh.in); err != nil {
		return code, err
	}
	n := c.bytes
	if slices.Contains(args, "-l") {
		n = c.lines
	}
	return put(sh.out, []byte(strconv.FormatInt(n, 10)+"\n"))
}

type counter struct{ bytes, lines int64 }

func (c *counter) Write(p []byte) (int, error) {
	c.bytes += int64(len(p))
	c.lines += int64(bytes.Count(p, []byte("\n")))
	return len(p), nil
}

func seq(ctx context.Context, sh *shell, args []string) (int, error) {
	from, first := int64(1), true
	if len(args) == 3 {
		from, first = number(args[1])
	}
	to, last := number(args[len(args)-1])
	if !first || !last || len(args) > 3 {
		sh.complain("seq: invalid number")
		return 1, nil
	}
	var b []byte
	for i := from; i <= to; i++ {
		b = append(strconv.AppendInt(b, i, 10), '\n')
		if len(b) >= 16<<10 || i == to {
			code, _ := put(sh.out, b)
			if ctx.Err() != nil {
				return 130, errStop
			}
			if code != 0 {
				return code, nil
			}
			b = b[:0]
		}
	}
	return 0, nil
}

func yes(ctx context.Context, sh *shell, args []string) (int, error) {
	line := "y\n"
	if len(args) > 1 {
		line = strings.Join(args[1:], " ") + "\n"
	}
	block := bytes.Repeat([]byte(line), max(1, 16<<10/len(line)))
	for ctx.Err() == nil {
		code, _ := put(sh.out, block)
		if code != 0 && ctx.Err() == nil {
			return code, nil
		}
	}
	return 130, errStop
}

// seconds reads a time as sleep takes it.
func seconds(text string) (float64, bool) {
	n, err := strconv.ParseFloat(strings.TrimSuffix(text, "s"), 64)
	return n, err == nil && n >= 0
}

func sleep(ctx context.Context, sh *shell, args []string) (int, error) {
	if len(args) != 2 {
		return 1, nil
	}
	d := time.Duration(1<<63 - 1)
	if args[1] != "infinity" {
		seconds, ok := seconds(args[1])
		if !ok {
			sh.complain("sleep: invalid time " + args[1])
			return 1, nil
		}
		d = time.Duration(min(seconds, 1e9) * float64(time.Second))
	}
	select {
	case <-sh.proc.clock.After(d):
		return 0, nil
	case <-ctx.Done():
		return 130, errStop
	}
}
