package terminal

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	corev1 "k8s.io/api/core/v1"

	"podium/api"
	"podium/models"
	"podium/themes"
)

// attempt is a way to start a shell.
type attempt struct {
	shell string // that is looked for first
	only  bool   // and no other is tried
	cmd   []string
}

// setTerm tells programs what the emulator is, in words that every shell knows.
const setTerm = "export TERM=xterm-256color COLORTERM=truecolor; "

// findShell is a command that becomes the first of the shells that the container
// has. It needs a sh, which nearly every container with any shell has.
//
// A bash is told, by variables alone, to mark its prompts and where output
// begins (OSC 133, "shell integration" of FinalTerm): so the last output can be
// copied and prompts be jumped to. Whoever has a PROMPT_COMMAND keeps it.
func findShell(shells []string) []string {
	return []string{"sh", "-c", setTerm + `for s in ` + strings.Join(shells, " ") + `; do
  if command -v "$s" >/dev/null 2>&1; then
    if [ "$s" = bash ] && [ -z "$PROMPT_COMMAND" ]; then
      PROMPT_COMMAND='printf "\033]133;D;%s\007\033]133;A\007" "$?"'
      PS0='\e]133;C\a'
      export PROMPT_COMMAND PS0
    fi
    exec "$s"
  fi
done
exit ` + strconv.Itoa(noneThere)}
}

// noneThere is the exit code of a script of findShell that found none, which
// tells it from a container without a sh.
const noneThere = 121

// ownShell is a command that runs a shell of a container that has no sh.
func ownShell(name string) []string { return []string{name, "-c", setTerm + "exec " + name} }

// attempts are the ways to start a shell, in their order: the one that was used
// last in the image before the usual ones; where there is no sh, each by itself.
// With only, no other than the first is tried.
func attempts(first string, usual []string, only bool) []attempt {
	var shells []string
	for _, s := range append([]string{first}, usual...) {
		if shellName.MatchString(s) && !slices.Contains(shells, s) && (!only || s == first) {
			shells = append(shells, s)
		}
	}
	if len(shells) == 0 {
		shells = []string{"sh"}
	}
	out := []attempt{{shells[0], only, findShell(shells)}}
	for _, s := range shells {
		if s != "sh" {
			out = append(out, attempt{s, true, ownShell(s)})
		}
	}
	return out
}

// shellName is what a shell may be called: it becomes part of a script.
var shellName = regexp.MustCompile(`^[A-Za-z0-9_./][A-Za-z0-9_./+-]*$`)

// knownShells are offered where the user may choose, after the usual ones.
var knownShells = []string{"bash", "zsh", "fish", "ash", "dash", "ksh", "sh"}

// shellHistory is the name of the history in which the last choice of a shell in
// an image is kept.
func shellHistory(image string) string { return "shell in " + image }

// lastShells are the shells chosen last in the images of the pod's containers.
// An unreadable history is no reason to open no shell.
func lastShells(store models.Store, pod *corev1.Pod) map[string]string {
	out := map[string]string{}
	for _, c := range pod.Spec.Containers {
		if lines, err := store.History(shellHistory(c.Image)); err == nil && len(lines) > 0 {
			out[c.Name] = lines[len(lines)-1]
		}
	}
	return out
}

// knowPod takes what a look at the pod told of the container.
func (m *Model) knowPod(pod api.PodObject, shells map[string]string) {
	if m.ref.UID == "" {
		m.ref.UID = string(pod.Pod.UID)
	}
	m.images = map[string]string{}
	for _, c := range pod.Pod.Spec.Containers {
		m.images[c.Name] = c.Image
	}
	m.shells = shells
}

// plan decides how a shell is looked for.
func (m *Model) plan() {
	first := m.shell
	if first == "" {
		first = m.shells[m.container]
	}
	m.tries = attempts(first, m.env.Settings.Shells, m.shell != "")
	m.tried, m.typedInto = nil, false
}

// nextShell starts the next way to a shell after one that is not there; false
// when none is left, or the session was of a command.
func (m *Model) nextShell() bool {
	if len(m.cmd) > 0 || len(m.tries) == 0 {
		return false
	}
	m.tried = append(m.tried, m.tries[0].shell)
	m.tries = m.tries[1:]
	return len(m.tries) > 0
}

// keepShell remembers the shell of the image once it has proved to be there: one
// that the user chose, or that had to be tried by itself.
func (m *Model) keepShell() tea.Cmd {
	image := m.images[m.container]
	if m.shellKept || len(m.cmd) > 0 || len(m.tries) == 0 || !m.tries[0].only || image == "" || m.env.Now().Sub(m.opened) < noShellWithin {
		return nil
	}
	m.shellKept = true
	store, shell := m.env.Store, m.tries[0].shell
	m.shells = map[string]string{m.container: shell}
	return func() tea.Msg {
		if err := store.AppendHistory(shellHistory(image), shell); err != nil {
			return models.NoticeMsg{Level: models.LevelWarning, Text: "The choice of " + shell + " could not be kept: " + err.Error()}
		}
		return nil
	}
}

// noShellWithin is how soon after its start a shell that is not there ends.
const noShellWithin = 3 * time.Second

// typedWithin is how soon an end cannot have been typed.
const typedWithin = time.Second

// notThere tells whether an end, or an error of the start, means that the
// program does not exist in the container.
func notThere(end models.End, err error) bool {
	if err != nil {
		text := err.Error()
		for _, said := range []string{"executable file not found", "no such file or directory", "there is no such command"} {
			if strings.Contains(text, said) {
				return true
			}
		}
		return false
	}
	return end.Known && (end.ExitCode == 126 || end.ExitCode == 127 || end.ExitCode == noneThere)
}

// noShell is the end of a session that found no shell, with what can be done.
func (m *Model) noShell(end models.End) models.End {
	why := " (" + end.Line + ")"
	if end.Known && end.ExitCode == noneThere {
		why = ""
	}
	if m.shell != "" {
		end.Line = "no " + m.shell + why
		end.More = "This container has no " + m.shell + ". s tries another shell; x in the list runs one of the container's own programs."
		return end
	}
	var names []string
	for _, s := range m.tried {
		if !slices.Contains(names, s) {
			names = append(names, s)
		}
	}
	for _, s := range m.env.Settings.Shells {
		if !slices.Contains(names, s) {
			names = append(names, s)
		}
	}
	end.Line = "no shell" + why
	end.More = "This container has no " + orList(names) + " that can be run. s tries another one. x in the list runs one of its own programs instead: type = before it. " +
		"Else a shell has to come with the image, or a debug container into the pod."
	return end
}

// orList is "a, b or c".
func orList(names []string) string {
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " or " + names[n-1]
	}
	return strings.Join(names, "")
}

// offered are the shells that the user may choose from.
func (m *Model) offered() []string {
	var out []string
	for _, s := range slices.Concat(m.env.Settings.Shells, knownShells) {
		if shellName.MatchString(s) && !slices.Contains(out, s) && len(out) < 9 {
			out = append(out, s)
		}
	}
	return out
}

// shellLines ask which shell.
func (m *Model) shellLines() []string {
	lines := []string{m.paint(themes.Title, "Which shell in "+m.ref.Name+"/"+m.container+"?")}
	for i, s := range m.offered() {
		what := ""
		if s == m.shells[m.container] {
			what = "  chosen last in this image"
		}
		lines = append(lines, m.paint(themes.KeyHint, fmt.Sprintf("  %d", i+1))+m.paint(themes.Text, " "+s)+m.paint(themes.Muted, what))
	}
	return append(lines, m.paint(themes.KeyDesc, "any other key: none"))
}

// shellKey opens the shell of a digit: here when nothing runs here, else in a
// tab of its own.
func (m *Model) shellKey(k tea.KeyPressMsg) tea.Cmd {
	m.picking, m.stale = false, true
	for i, s := range m.offered() {
		if k.String() != fmt.Sprint(i+1) {
			continue
		}
		if m.state == ended {
			m.shell = s
			return m.again()
		}
		wish := m.same()
		wish.Shell = s
		m.env.Wish(wish)
	}
	return nil
}

// same is the wish for one more terminal in the same container.
func (m *Model) same() models.ExecMsg {
	return models.ExecMsg{Ref: m.ref, Container: m.container, Image: m.images[m.container]}
}

// lookUp finds the pod with its containers, and what was chosen in their images.
// A container that was named with its image needs no look at the pod.
func (m *Model) lookUp() tea.Cmd {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	m.cancel = cancel
	client, store, gen, ref := m.env.Client, m.env.Store, m.gen, m.ref
	known := m.images[m.container]
	named := m.container
	return func() tea.Msg {
		defer cancel()
		if known != "" {
			pod := &corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: named, Image: known}}}}
			return containersMsg{Answer: models.To(m), gen: gen, pod: api.PodObject{Pod: pod}, shells: lastShells(store, pod)}
		}
		pod, err := client.Get(ctx, ref.Namespace, ref.Name)
		msg := containersMsg{Answer: models.To(m), gen: gen, pod: pod, err: err}
		if err == nil && pod.Pod != nil {
			msg.shells = lastShells(store, pod.Pod)
		}
		return msg
	}
}
