package host

import (
	"fmt"
	"math"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
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
	set(envPod, p.key.name)
	set(envNamespace, p.key.namespace)
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
		value := expand(variable.Value, lookup)
		if from := variable.ValueFrom; from != nil {
			var found bool
			var err error
			if value, found, err = p.valueFrom(c, from); err != nil {
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

// expand replaces $(NAME) by the variable's value and $$ by $, as Kubernetes
// documents for command, args and env. What is not defined stays as it is.
func expand(s string, lookup func(string) (string, bool)) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '$')
		if i < 0 || i+1 == len(s) {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:i])
		s = s[i:]
		end := -1
		if s[1] == '(' {
			end = strings.IndexByte(s, ')')
		}
		switch {
		case s[1] == '$':
			b.WriteByte('$')
			s = s[2:]
		case end > 0:
			if value, ok := lookup(s[2:end]); ok {
				b.WriteString(value)
			} else {
				b.WriteString(s[:end+1])
			}
			s = s[end+1:]
		default:
			b.WriteByte('$')
			s = s[1:]
		}
	}
}

// keyedField is a fieldPath like metadata.labels['app'].
var keyedField = regexp.MustCompile(`^metadata\.(labels|annotations)\['([^']*)'\]$`)

// valueFrom finds a value that is a reference; found is false for an optional
// one to something that does not exist here.
func (p *podRun) valueFrom(c *corev1.Container, from *corev1.EnvVarSource) (value string, found bool, err error) {
	switch {
	case from.FieldRef != nil:
		value, err = p.e.fieldValue(p.pod, from.FieldRef.FieldPath)
		return value, err == nil, err
	case from.ResourceFieldRef != nil:
		target := c
		if name := from.ResourceFieldRef.ContainerName; name != "" {
			if target = containerOf(p.pod, name); target == nil {
				return "", false, fmt.Errorf("resourceFieldRef: there is no container %q", name)
			}
		}
		value, err = resourceValue(target, from.ResourceFieldRef)
		return value, err == nil, err
	case from.ConfigMapKeyRef != nil && optional(from.ConfigMapKeyRef.Optional),
		from.SecretKeyRef != nil && optional(from.SecretKeyRef.Optional):
		return "", false, nil
	}
	return "", false, fmt.Errorf("its source does not exist on this machine")
}

func optional(b *bool) bool { return b != nil && *b }

// fieldValue is a pod's field as fieldRef names it.
func (e *Engine) fieldValue(pod *corev1.Pod, path string) (string, error) {
	if m := keyedField.FindStringSubmatch(path); m != nil {
		if m[1] == "labels" {
			return pod.Labels[m[2]], nil
		}
		return pod.Annotations[m[2]], nil
	}
	switch path {
	case "metadata.name":
		return pod.Name, nil
	case "metadata.namespace":
		return pod.Namespace, nil
	case "metadata.uid":
		return string(pod.UID), nil
	case "spec.nodeName":
		return e.node, nil
	case "spec.serviceAccountName":
		return pod.Spec.ServiceAccountName, nil
	case "status.podIP", "status.podIPs", "status.hostIP", "status.hostIPs":
		return loopback, nil
	}
	return "", fmt.Errorf("fieldRef: %q is no field that a variable can have", path)
}

// resourceValue is a container's limit or request in units of the divisor,
// rounded up; where none is set, what the machine has.
func resourceValue(c *corev1.Container, ref *corev1.ResourceFieldSelector) (string, error) {
	kind, name, ok := strings.Cut(ref.Resource, ".")
	list := c.Resources.Limits
	if kind == "requests" {
		list = c.Resources.Requests
	} else if kind != "limits" {
		ok = false
	}
	if !ok || !slices.Contains([]string{"cpu", "memory", "ephemeral-storage"}, name) {
		return "", fmt.Errorf("resourceFieldRef: %q is no resource that a variable can have", ref.Resource)
	}
	amount, set := list[corev1.ResourceName(name)]
	if !set {
		amount = machineAmount(kind, name)
	}
	divisor := ref.Divisor
	if divisor.IsZero() {
		divisor = resource.MustParse("1")
	}
	if name == "cpu" {
		return strconv.FormatInt(ceilDiv(amount.MilliValue(), divisor.MilliValue()), 10), nil
	}
	return strconv.FormatInt(ceilDiv(amount.Value(), divisor.Value()), 10), nil
}

func ceilDiv(a, b int64) int64 { return int64(math.Ceil(float64(a) / float64(max(b, 1)))) }

// machineAmount is the limit of a container that has none: the machine. A
// request that is not made is 0.
func machineAmount(kind, name string) resource.Quantity {
	if kind == "requests" {
		return resource.Quantity{}
	}
	if name == "cpu" {
		return *resource.NewQuantity(int64(runtime.NumCPU()), resource.DecimalSI)
	}
	return *resource.NewQuantity(machineMemory(), resource.BinarySI)
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
