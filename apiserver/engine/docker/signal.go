package docker

import (
	"context"
	"fmt"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// signalNames are those that can be sent. Numbers differ by system, names do
// not.
var signalNames = []string{"ABRT", "ALRM", "CONT", "HUP", "INT", "KILL", "QUIT", "STOP", "TERM", "TSTP", "USR1", "USR2", "WINCH"}

// signal sends a signal to the process, or to all of its tree. The API has no
// call for it. Where the process is one of this machine, and this user may, it
// is sent from here; else from within the container, by a shell that finds the
// exec's processes by their mark.
func (x *process) signal(ctx context.Context, name string, tree bool) error {
	name = strings.TrimPrefix(strings.ToUpper(name), "SIG")
	if !slices.Contains(signalNames, name) {
		return apierrors.NewBadRequest(fmt.Sprintf("%q is no signal that can be sent", name))
	}
	in, err := x.e.inspectExec(ctx, x.id)
	if err == nil && in.Running && in.Pid > 0 || err == nil && tree {
		if done, err := signalHere(in.Pid, x.o.id, envTag+"="+x.tag, name, tree); done {
			return err
		}
	}
	if x.over() {
		return nil
	}
	which := "first"
	if tree {
		which = "all"
	}
	code, said, err := x.e.runCommand(ctx, x.o, []string{"sh", "-c", signalScript, "sh", name, envTag + "=" + x.tag, which})
	switch {
	case x.over(), err != nil && !x.e.exists(ctx, x.o.id):
		return nil
	case err != nil:
		return fmt.Errorf("send %s from within the container: %w", name, err)
	case code != 0:
		return fmt.Errorf("send %s from within the container: %s (exit %d)", name, said, code)
	}
	return nil
}

// signalScript finds processes by a variable of theirs. Of the first, which
// is the command itself, the number is the least.
const signalScript = `least=
for f in $(grep -l "$2" /proc/[0-9]*/environ 2>/dev/null); do
  p=${f#/proc/}; p=${p%/environ}
  if [ "$3" = all ]; then kill -"$1" "$p" 2>/dev/null
  elif [ -z "$least" ] || [ "$p" -lt "$least" ]; then least=$p; fi
done
[ -z "$least" ] || kill -"$1" "$least"`
