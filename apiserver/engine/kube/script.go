package kube

import (
	"strconv"
	"strings"

	"podium/apiserver/engine"
)

// shell is what runs the scripts of this file in containers. They are POSIX
// and use nothing of the container but the shell, sleep, stty and /proc.
const shell = "sh"

// markName is the variable that marks the processes of one exec. The cluster
// has no way to signal an exec's process and goes on running it when its client
// is gone; the mark is how a second exec finds it, with all that it started,
// whatever session or parent these have.
const markName = "PODIUM_RUN"

// wrapScript gives the terminal its size before the command can ask for it,
// and becomes the command: its process id, streams and exit code are its own.
const wrapScript = markName + `=$1; export ` + markName + `
[ "$2" = 0 ] || stty rows "$2" cols "$3" 2>/dev/null
shift 3; exec "$@"`

// wrap is the command line that runs cmd under a mark. size counts with a
// terminal only.
func wrap(cmd []string, mark string, size engine.Size, tty bool) []string {
	rows, cols := 0, 0
	if tty && size.Rows > 0 && size.Cols > 0 {
		rows, cols = int(size.Rows), int(size.Cols)
	}
	return append([]string{shell, "-c", wrapScript, shell, mark, strconv.Itoa(rows), strconv.Itoa(cols)}, cmd...)
}

// wrappable tells whether a shell takes the command for what it is: it would
// read a leading dash as an option of its own.
func wrappable(cmd []string) bool { return !strings.HasPrefix(cmd[0], "-") }

// findScript is a function that sets $found to the marked processes. Where grep
// can look into what has zero bytes it is quick; otherwise only builtins are
// used, as a container may have little else, and the shell drops the zero bytes
// between variables, which does not matter for a mark.
const findScript = `{ echo x | grep -qzF x; } 2>/dev/null && quick=1 || quick=
marked() {
  found=
  if [ "$quick" ]; then
    for f in $(grep -lszF "` + markName + `=$mark" /proc/[0-9]*/environ); do f=${f#/proc/}; found="$found ${f%/*}"; done
    return 0
  fi
  for d in /proc/[0-9]*; do
    [ -r "$d/environ" ] || continue
    while IFS= read -r e || [ "$e" ]; do
      case $e in *"` + markName + `=$mark"*) found="$found ${d#/proc/}"; break ;; esac
    done <"$d/environ"
  done
} 2>/dev/null
`

// signalScript sends signal $2 to the first of the processes marked $1, the
// command itself, and KILL to them all: what it left would go on holding its
// output. It waits a little for a command that is only just being started.
const signalScript = `mark=$1; signal=$2
` + findScript + `for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  marked; [ -z "$found" ] || break; sleep 0.1 2>/dev/null || sleep 1
done
[ "$found" ] || exit 3
if [ "$signal" = KILL ]; then kill -s KILL $found 2>/dev/null; exit 0; fi
first= began=
for p in $found; do
  read -r stat 2>/dev/null <"/proc/$p/stat" || continue
  set -- ${stat##*) }
  if [ -z "$began" ] || [ "${20}" -lt "$began" ]; then first=$p began=${20}; fi
done
[ "$first" ] || exit 3
kill -s "$signal" "$first"`

// aliveScript looks for the processes marked $1.
const aliveScript = `mark=$1
` + findScript + `marked; [ "$found" ] || exit 3`

// noProcess is the exit code of signalScript and aliveScript when there is no
// such process.
const noProcess = 3

// endScript ends the processes marked $1: HUP, then TERM, then KILL until
// none is left.
const endScript = `mark=$1
` + findScript + `nap() { sleep 0.1 2>/dev/null || sleep 1; }
for signal in HUP TERM KILL KILL KILL
do
  marked; [ "$found" ] || exit 0
  kill -s "$signal" $found 2>/dev/null
  for try in 1 2 3; do nap; marked; [ "$found" ] || exit 0; done
done
exit 1`
