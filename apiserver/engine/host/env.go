package host

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"podium/apiserver/engine/kubelet"
)

// The environment variables that the engine adds.
const (
	envRun         = "PODIUM_RUN"       // marks the processes of one command
	envPod         = "PODIUM_POD"       // the pod's name
	envNamespace   = "PODIUM_NAMESPACE" // its namespace
	envContainer   = "PODIUM_CONTAINER" // the container's name
	envDir         = "PODIUM_DIR"       // the container's own folder, its default working directory
	envVolumes     = "PODIUM_VOLUMES"   // NAME=FOLDER, a line per mount
	envVolume      = "PODIUM_VOLUME_"   // and the first folder of each volume by its name, as PODIUM_VOLUME_MY_DATA
	envTermination = "PODIUM_TERMINATION_LOG"
	envExe         = "PODIUM_EXE" // this program
)

// inherited are the variables that a container has of the server. The rest of
// the server's environment, with whatever secrets, stays with it.
var inherited = []string{
	"PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR",
	"LC_ALL", "LC_COLLATE", "LC_CTYPE", "LC_MESSAGES", "LC_MONETARY", "LC_NUMERIC", "LC_TIME",
}

// defaultPath is PATH where the server has none.
const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// environment is an ordered set of variables.
type environment struct {
	names  []string
	values map[string]string
}

func newEnvironment() *environment { return &environment{values: map[string]string{}} }

func (v *environment) set(name, value string) {
	if _, ok := v.values[name]; !ok {
		v.names = append(v.names, name)
	}
	v.values[name] = value
}

// list spells the set as execve takes it.
func (v *environment) list() []string {
	out := make([]string, 0, len(v.names))
	for _, n := range v.names {
		out = append(out, n+"="+v.values[n])
	}
	return out
}

// baseEnvironment is what a container has before its own env.
func baseEnvironment() *environment {
	v := newEnvironment()
	for _, name := range inherited {
		if value, ok := os.LookupEnv(name); ok {
			v.set(name, value)
		}
	}
	if v.values["PATH"] == "" {
		v.set("PATH", defaultPath)
	}
	return v
}

// environmentOf builds a container's environment and the lookup by which
// $(NAME) in its command and args is expanded: the container's own variables
// and the engine's, not the machine's.
func (p *podRun) environmentOf(c *corev1.Container, who *shimUser) (*environment, func(string) (string, bool), error) {
	v := baseEnvironment()
	if who != nil {
		setAccount(v, who.UID)
	}
	own := map[string]bool{}
	set := func(name, value string) {
		v.set(name, value)
		own[name] = true
	}
	hostname := p.hostname()
	set("HOSTNAME", hostname)
	set(envPod, p.key.Name)
	set(envNamespace, p.key.Namespace)
	set(envContainer, c.Name)
	set(envDir, p.workDir(c.Name))
	set(envTermination, p.terminationLog(c.Name))
	set(envExe, p.e.exe)
	var lines []string
	for _, m := range p.mountsOf(c) {
		lines = append(lines, m.name+"="+m.source)
		if name := envVolume + variableName(m.name); !own[name] {
			set(name, m.source)
		}
	}
	set(envVolumes, strings.Join(lines, "\n"))
	lookup := func(name string) (string, bool) {
		value, ok := v.values[name]
		return value, ok && own[name]
	}
	for i := range c.Env {
		variable := &c.Env[i]
		value := kubelet.Expand(variable.Value, lookup)
		if from := variable.ValueFrom; from != nil {
			var found bool
			var err error
			if value, found, err = kubelet.Value(p.pod, c, from, p.e.facts()); err != nil {
				return nil, nil, fmt.Errorf("variable %s: %w", variable.Name, err)
			} else if !found {
				continue
			}
		}
		set(variable.Name, value)
	}
	return v, lookup, nil
}

// variableName spells a volume's name as part of a variable's.
func variableName(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= '0' && r <= '9':
			return r
		}
		return '_'
	}, name)
}

// facts are what a pod's references can name of this machine.
func (e *Engine) facts() kubelet.Facts {
	return kubelet.Facts{Node: e.node, PodIP: loopback, HostIP: loopback, CPUs: runtime.NumCPU(), Memory: machineMemory()}
}

// machineMemory is the machine's memory in bytes, 0 where it is not told.
func machineMemory() int64 {
	data, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, "MemTotal:"); ok {
			kb, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			if err == nil {
				return kb << 10
			}
		}
	}
	return 0
}
