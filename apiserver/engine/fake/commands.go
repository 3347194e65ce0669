package fake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// command is a program of the tiny shell. It returns the exit code; an error
// only to unwind the script.
type command func(sh *shell, ctx context.Context, args []string) (int, error)

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
		code, err := cmd(sh, ctx, args)
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

func succeed(*shell, context.Context, []string) (int, error) { return 0, nil }
func fail(*shell, context.Context, []string) (int, error)    { return 1, nil }

func echo(sh *shell, _ context.Context, args []string) (int, error) {
	args = args[1:]
	end := "\n"
	if len(args) > 0 && args[0] == "-n" {
		args, end = args[1:], ""
	}
	return put(sh.out, []byte(strings.Join(args, " ")+end))
}

// printf knows %s, %d, %% and the usual backslashes.
func printf(sh *shell, _ context.Context, args []string) (int, error) {
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

func cat(sh *shell, ctx context.Context, args []string) (int, error) {
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
func head(sh *shell, ctx context.Context, args []string) (int, error) {
	lines, count := int64(10), int64(-1)
	in := sh.in
	for i := 1; i < len(args); i++ {
		a := args[i]
		switch {
		case (a == "-c" || a == "-n") && i+1 < len(args):
			n, err := strconv.ParseInt(args[i+1], 10, 64)
			if err != nil || n < 0 {
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
	for lines > 0 {
		n, err := in.Read(one)
		if n > 0 {
			if code, _ := put(sh.out, one); code != 0 {
				return code, nil
			}
			if one[0] == '\n' {
				lines--
			}
		}
		if err != nil || ctx.Err() != nil {
			break
		}
	}
	return 0, nil
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func wc(sh *shell, ctx context.Context, args []string) (int, error) {
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

func seq(sh *shell, ctx context.Context, args []string) (int, error) {
	from, to := 1, 0
	var err error
	switch len(args) {
	case 2:
		to, err = strconv.Atoi(args[1])
	case 3:
		var err1 error
		from, err = strconv.Atoi(args[1])
		to, err1 = strconv.Atoi(args[2])
		err = errors.Join(err, err1)
	default:
		return 1, nil
	}
	if err != nil {
		sh.complain("seq: invalid number")
		return 1, nil
	}
	var b []byte
	for i := from; i <= to; i++ {
		b = append(strconv.AppendInt(b, int64(i), 10), '\n')
		if len(b) >= 16<<10 || i == to {
			if code, _ := put(sh.out, b); code != 0 || ctx.Err() != nil {
				return code, nil
			}
			b = b[:0]
		}
	}
	return 0, nil
}

func yes(sh *shell, ctx context.Context, args []string) (int, error) {
	line := "y\n"
	if len(args) > 1 {
		line = strings.Join(args[1:], " ") + "\n"
	}
	block := bytes.Repeat([]byte(line), max(1, 16<<10/len(line)))
	for ctx.Err() == nil {
		if code, _ := put(sh.out, block); code != 0 {
			return code, nil
		}
	}
	return 130, errStop
}

func sleep(sh *shell, ctx context.Context, args []string) (int, error) {
	if len(args) != 2 {
		return 1, nil
	}
	d := time.Duration(1<<63 - 1)
	if args[1] != "infinity" {
		seconds, err := strconv.ParseFloat(strings.TrimSuffix(args[1], "s"), 64)
		if err != nil || seconds < 0 {
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

func date(sh *shell, _ context.Context, _ []string) (int, error) {
	return put(sh.out, []byte(sh.proc.clock.Now().UTC().Format(time.UnixDate)+"\n"))
}

func env(sh *shell, _ context.Context, args []string) (int, error) {
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

func export(sh *shell, _ context.Context, args []string) (int, error) {
	for _, a := range args[1:] {
		if k, v, ok := strings.Cut(a, "="); ok {
			sh.vars[k] = v
		}
	}
	return 0, nil
}

func hostname(sh *shell, _ context.Context, _ []string) (int, error) {
	return put(sh.out, []byte(sh.vars["HOSTNAME"]+"\n"))
}

func pwd(sh *shell, _ context.Context, _ []string) (int, error) { return put(sh.out, []byte("/\n")) }

func id(sh *shell, _ context.Context, _ []string) (int, error) {
	return put(sh.out, []byte("uid=0(root) gid=0(root)\n"))
}

func ls(sh *shell, _ context.Context, args []string) (int, error) {
	if len(args) > 1 && args[1] != "/" && args[1] != "." && args[1] != "-l" {
		if slices.Contains(folders(), strings.Trim(args[1], "/")) {
			return 0, nil
		}
		sh.complain("ls: " + args[1] + ": No such file or directory")
		return 1, nil
	}
	return put(sh.out, []byte(strings.Join(folders(), "\n")+"\n"))
}

func stty(sh *shell, _ context.Context, args []string) (int, error) {
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

func tty(sh *shell, _ context.Context, _ []string) (int, error) {
	if sh.proc.term == nil {
		code, err := put(sh.out, []byte("not a tty\n"))
		return max(code, 1), err
	}
	return put(sh.out, []byte("/dev/pts/0\n"))
}

func clearScreen(sh *shell, _ context.Context, _ []string) (int, error) {
	return put(sh.out, []byte("\x1b[H\x1b[2J"))
}

// test knows -n, -z, =, !=, -eq, -ne, -lt, -gt and -t.
func test(sh *shell, _ context.Context, args []string) (int, error) {
	a := args[1:]
	if args[0] == "[" {
		if len(a) == 0 || a[len(a)-1] != "]" {
			sh.complain("[: missing ]")
			return 2, nil
		}
		a = a[:len(a)-1]
	}
	truth := func(b bool) (int, error) {
		if b {
			return 0, nil
		}
		return 1, nil
	}
	switch len(a) {
	case 1:
		return truth(a[0] != "")
	case 2:
		switch a[0] {
		case "-n":
			return truth(a[1] != "")
		case "-z":
			return truth(a[1] == "")
		case "-t":
			return truth(sh.proc.term != nil)
		}
	case 3:
		return compare(sh, a, truth)
	}
	return 1, nil
}

func compare(sh *shell, a []string, truth func(bool) (int, error)) (int, error) {
	switch a[1] {
	case "=":
		return truth(a[0] == a[2])
	case "!=":
		return truth(a[0] != a[2])
	}
	x, err1 := strconv.Atoi(a[0])
	y, err2 := strconv.Atoi(a[2])
	if err1 != nil || err2 != nil {
		sh.complain("test: not a number")
		return 2, nil
	}
	switch a[1] {
	case "-eq":
		return truth(x == y)
	case "-ne":
		return truth(x != y)
	case "-lt":
		return truth(x < y)
	case "-gt":
		return truth(x > y)
	}
	return 2, nil
}

// runShell is sh: a script with -c, else commands from its input.
func runShell(sh *shell, ctx context.Context, args []string) (int, error) {
	sub := sh.clone()
	for i := 1; i < len(args); i++ {
		switch {
		case strings.HasPrefix(args[i], "-") && strings.Contains(args[i], "c"):
			if i+1 == len(args) {
				sh.complain("-c requires an argument")
				return 2, nil
			}
			return sub.script(ctx, args[i+1]), nil
		case strings.HasPrefix(args[i], "-"):
		default:
			sh.complain(args[i] + ": No such file or directory")
			return 127, nil
		}
	}
	sh.proc.ignore("TERM", "QUIT") // as a shell that talks to somebody does
	return sub.interactive(ctx), nil
}

// run is exec and command: what follows is the command.
func run(sh *shell, ctx context.Context, args []string) (int, error) {
	if len(args) == 1 {
		return 0, nil
	}
	err := sh.call(ctx, args[1:])
	if args[0] == "exec" && err == nil {
		err = exitError(sh.last)
	}
	return sh.last, err
}

// kill sends a signal to this process, the only one a shell here knows.
func kill(sh *shell, ctx context.Context, args []string) (int, error) {
	signal := "TERM"
	numbers := map[string]string{"1": "HUP", "2": "INT", "3": "QUIT", "9": "KILL", "15": "TERM"}
	for _, a := range args[1:] {
		name, ok := strings.CutPrefix(a, "-")
		switch {
		case ok && numbers[name] != "":
			signal = numbers[name]
		case ok:
			signal = strings.TrimPrefix(name, "SIG")
		case a != strconv.Itoa(sh.proc.pid):
			sh.complain("kill: (" + a + ") - No such process")
			return 1, nil
		default:
			if err := sh.proc.Signal(signal); err != nil {
				sh.complain("kill: " + err.Error())
				return 1, nil
			}
		}
	}
	if ctx.Err() != nil {
		return 0, errStop
	}
	return 0, nil
}

// trap knows how to ignore signals (trap ” TERM) and to heed them again.
func trap(sh *shell, _ context.Context, args []string) (int, error) {
	if len(args) < 3 {
		return 0, nil
	}
	for _, name := range args[2:] {
		switch args[1] {
		case "":
			sh.proc.ignore(strings.TrimPrefix(name, "SIG"))
		case "-":
			sh.proc.heed(strings.TrimPrefix(name, "SIG"))
		default:
			sh.complain("trap: this shell can ignore signals, not handle them")
			return 1, nil
		}
	}
	return 0, nil
}

func exit(sh *shell, _ context.Context, args []string) (int, error) {
	code := sh.last
	if len(args) > 1 {
		n, err := strconv.Atoi(args[1])
		if err != nil {
			sh.complain("exit: " + args[1] + ": numeric argument required")
			n = 2
		}
		code = n & 0xff
	}
	return code, exitError(code)
}

// read puts a line of input into a variable.
func read(sh *shell, _ context.Context, args []string) (int, error) {
	var line []byte
	one := make([]byte, 1)
	for {
		n, err := sh.in.Read(one)
		if n > 0 && one[0] != '\n' {
			line = append(line, one[0])
		}
		if err != nil && len(line) == 0 {
			return 1, nil //nolint:nilerr // end of input is read's failure
		}
		if err != nil || n > 0 && one[0] == '\n' {
			break
		}
	}
	if name := args[len(args)-1]; len(args) > 1 && !strings.HasPrefix(name, "-") {
		sh.vars[name] = string(line)
	}
	return 0, nil
}

func help(sh *shell, _ context.Context, _ []string) (int, error) {
	names := slices.Sorted(maps.Keys(programs()))
	return put(sh.out, []byte("This shell is made up, as its pod is. It knows: "+strings.Join(names, " ")+"\n"))
}
