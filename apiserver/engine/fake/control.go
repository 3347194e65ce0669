package fake

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Commands that steer a script: conditions, other commands, signals.

// test knows -n, -z, =, !=, -eq, -ne, -lt, -gt and -t.
func test(_ context.Context, sh *shell, args []string) (int, error) {
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
	x, ok1 := number(a[0])
	y, ok2 := number(a[2])
	if !ok1 || !ok2 {
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
func runShell(ctx context.Context, sh *shell, args []string) (int, error) {
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
func run(ctx context.Context, sh *shell, args []string) (int, error) {
	switch {
	case len(args) == 1:
		return 0, nil
	case args[0] == "command" && args[1] == "-v":
		return which(sh, args[2:])
	}
	err := sh.call(ctx, args[1:])
	if args[0] == "exec" && err == nil {
		err = exitError(sh.last)
	}
	return sh.last, err
}

// which is command -v: it names the commands that there are.
func which(sh *shell, names []string) (int, error) {
	for _, name := range names {
		if _, ok := programs()[name]; !ok {
			return 127, nil
		}
		if code, err := put(sh.out, []byte(name+"\n")); err != nil {
			return code, err
		}
	}
	return 0, nil
}

// kill sends a signal to this process, the only one a shell here knows.
func kill(ctx context.Context, sh *shell, args []string) (int, error) {
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
			if !sh.signal(signal) {
				return 1, nil
			}
		}
	}
	if ctx.Err() != nil {
		return 0, errStop
	}
	return 0, nil
}

// signal sends this process a signal, or says why not.
func (sh *shell) signal(name string) bool {
	err := sh.proc.Signal(name)
	if err != nil {
		sh.complain("kill: " + err.Error())
	}
	return err == nil
}

// trap knows how to ignore signals (trap ” TERM) and to heed them again.
func trap(_ context.Context, sh *shell, args []string) (int, error) {
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

func exit(_ context.Context, sh *shell, args []string) (int, error) {
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
func read(_ context.Context, sh *shell, args []string) (int, error) {
	var line []byte
	one := make([]byte, 1)
	for {
		n, err := sh.in.Read(one)
		if n > 0 && one[0] != '\n' {
			line = append(line, one[0])
		}
		if err != nil && len(line) == 0 {
			return 1, nil
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

func help(_ context.Context, sh *shell, _ []string) (int, error) {
	names := slices.Sorted(maps.Keys(programs()))
	return put(sh.out, []byte("This shell is made up, as its pod is. It knows: "+strings.Join(names, " ")+"\n"))
}
