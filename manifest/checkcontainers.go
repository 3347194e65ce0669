package manifest

import (
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation"

	"podium/internal/spelling"
)

func itoa(i int) string { return strconv.Itoa(i) }

// containers checks all the containers of a pod.
func (c *checker) containers(spec *corev1.PodSpec, volumes []string) {
	if len(spec.Containers) == 0 {
		c.missing("spec.containers", "a pod needs at least one container")
	}
	names := make(map[string]bool)
	for i := range spec.InitContainers {
		at := indexPath("spec.initContainers", i)
		c.container(at, &spec.InitContainers[i], names, volumes)
		c.initOnly(at, &spec.InitContainers[i])
	}
	ports := make(map[portKey]string)
	for i := range spec.Containers {
		at := indexPath("spec.containers", i)
		c.container(at, &spec.Containers[i], names, volumes)
		c.sharedPorts(at, &spec.Containers[i], ports)
	}
}

func (c *checker) container(at string, ct *corev1.Container, names map[string]bool, volumes []string) {
	switch {
	case ct.Name == "":
		c.missing(at+".name", "a container needs a name")
	case names[ct.Name]:
		c.fail(CodeDuplicate, at+".name", "There is already a container with the name %s.", quote(ct.Name))
	default:
		c.label(at+".name", ct.Name)
	}
	names[ct.Name] = true
	switch {
	case ct.Image == "":
		c.missing(at+".image", "a container needs an image")
	case strings.TrimSpace(ct.Image) != ct.Image || strings.ContainsAny(ct.Image, " \t\n"):
		is := c.fail(CodeValue, at+".image", "image cannot hold blanks: %s.", quote(ct.Image))
		is.suggestion = strings.Join(strings.Fields(ct.Image), "")
	}
	ports := c.ports(at+".ports", ct.Ports)
	c.env(at, ct)
	c.mounts(at+".volumeMounts", ct.VolumeMounts, volumes)
	c.probe(at+".livenessProbe", ct.LivenessProbe, ports, true)
	c.probe(at+".readinessProbe", ct.ReadinessProbe, ports, false)
	c.probe(at+".startupProbe", ct.StartupProbe, ports, true)
	if l := ct.Lifecycle; l != nil {
		c.handler(at+".lifecycle.postStart", l.PostStart, ports)
		c.handler(at+".lifecycle.preStop", l.PreStop, ports)
	}
	c.resources(at+".resources", &ct.Resources)
	if sc := ct.SecurityContext; sc != nil {
		c.id(at+".securityContext.runAsUser", sc.RunAsUser)
		c.id(at+".securityContext.runAsGroup", sc.RunAsGroup)
		c.nonRoot(at+".securityContext.runAsUser", sc.RunAsNonRoot, sc.RunAsUser)
	}
	if ct.StdinOnce && !ct.Stdin {
		c.add(Hint, CodeConflict, at+".stdinOnce", "stdinOnce does nothing without stdin: true.").key = true
	}
}

// initOnly checks what init containers cannot have: they run to their end, so
// nothing can probe or stop them.
func (c *checker) initOnly(at string, ct *corev1.Container) {
	if ct.RestartPolicy != nil && *ct.RestartPolicy == corev1.ContainerRestartPolicyAlways {
		return // a sidecar
	}
	for _, f := range []struct {
		name string
		set  bool
	}{
		{"lifecycle", ct.Lifecycle != nil},
		{"livenessProbe", ct.LivenessProbe != nil},
		{"readinessProbe", ct.ReadinessProbe != nil},
		{"startupProbe", ct.StartupProbe != nil},
	} {
		if f.set {
			c.fail(CodeConflict, at+"."+f.name, "An init container runs to its end and cannot have a %s.", f.name).key = true
		}
	}
}

// ports checks the ports of a container and returns their names.
func (c *checker) ports(at string, ports []corev1.ContainerPort) []string {
	var names []string
	for i := range ports {
		p, path := &ports[i], indexPath(at, i)
		if p.ContainerPort == 0 {
			c.fail(CodePort, path+".containerPort", "containerPort is missing or 0: it must be between 1 and 65535.")
		} else {
			c.port(path+".containerPort", int(p.ContainerPort))
		}
		if p.HostPort != 0 {
			c.port(path+".hostPort", int(p.HostPort))
		}
		if p.Name == "" {
			continue
		}
		if len(validation.IsValidPortName(p.Name)) > 0 {
			is := c.fail(CodePort, path+".name", "A port cannot have the name %s: at most 15 lower-case letters, digits and single - are possible, with at least one letter.", quote(p.Name))
			if lower := strings.ToLower(p.Name); len(validation.IsValidPortName(lower)) == 0 {
				is.suggestion = lower
			}
		}
		if slices.Contains(names, p.Name) {
			c.fail(CodeDuplicate, path+".name", "There is already a port with the name %s in this container.", quote(p.Name))
		}
		names = append(names, p.Name)
	}
	return names
}

func (c *checker) port(path string, port int) {
	if len(validation.IsValidPortNum(port)) > 0 {
		c.fail(CodePort, path, "%s must be between 1 and 65535, not %d.", last(path), port)
	}
}

// portKey is what two containers of a pod cannot both have: they share one
// network.
type portKey struct {
	host     bool
	ip       string
	port     int32
	protocol corev1.Protocol
}

// sharedPorts looks for a port that two containers want to listen on.
func (c *checker) sharedPorts(at string, ct *corev1.Container, seen map[portKey]string) {
	for i := range ct.Ports {
		p, path := &ct.Ports[i], indexPath(at+".ports", i)
		protocol := p.Protocol
		if protocol == "" {
			protocol = corev1.ProtocolTCP
		}
		key := portKey{port: p.ContainerPort, protocol: protocol}
		if other, ok := seen[key]; ok && p.ContainerPort != 0 {
			c.add(Warning, CodeDuplicate, path+".containerPort", "The container %s has the port %d too; the containers of a pod share one network, so only one can listen on it.", quote(other), p.ContainerPort)
		}
		seen[key] = ct.Name
		if p.HostPort == 0 {
			continue
		}
		key = portKey{host: true, ip: p.HostIP, port: p.HostPort, protocol: protocol}
		if other, ok := seen[key]; ok {
			c.fail(CodeDuplicate, path+".hostPort", "The container %s has the host port %d already.", quote(other), p.HostPort)
		}
		seen[key] = ct.Name
	}
}

// probe checks a probe; once says that its successThreshold must be 1.
func (c *checker) probe(at string, p *corev1.Probe, ports []string, once bool) {
	if p == nil {
		return
	}
	h := p.ProbeHandler
	c.oneHandler(at, []string{"exec", "httpGet", "tcpSocket", "grpc"}, h.Exec != nil, h.HTTPGet != nil, h.TCPSocket != nil, h.GRPC != nil)
	c.actions(at, h.Exec, h.HTTPGet, h.TCPSocket, ports)
	if h.GRPC != nil {
		c.port(at+".grpc.port", int(h.GRPC.Port))
	}
	for _, f := range []struct {
		name  string
		value int32
	}{
		{"initialDelaySeconds", p.InitialDelaySeconds},
		{"timeoutSeconds", p.TimeoutSeconds},
		{"periodSeconds", p.PeriodSeconds},
		{"successThreshold", p.SuccessThreshold},
		{"failureThreshold", p.FailureThreshold},
	} {
		if f.value < 0 {
			c.fail(CodeValue, at+"."+f.name, "%s cannot be negative.", f.name)
		}
	}
	if once && p.SuccessThreshold > 1 {
		c.fail(CodeValue, at+".successThreshold", "successThreshold must be 1 here, not %d.", p.SuccessThreshold).suggestion = "1"
	}
	if g := p.TerminationGracePeriodSeconds; g != nil && *g < 1 {
		c.fail(CodeValue, at+".terminationGracePeriodSeconds", "terminationGracePeriodSeconds of a probe must be at least 1.")
	}
}

func (c *checker) handler(at string, h *corev1.LifecycleHandler, ports []string) {
	if h == nil {
		return
	}
	c.oneHandler(at, []string{"exec", "httpGet", "tcpSocket", "sleep"}, h.Exec != nil, h.HTTPGet != nil, h.TCPSocket != nil, h.Sleep != nil)
	c.actions(at, h.Exec, h.HTTPGet, h.TCPSocket, ports)
	if h.Sleep != nil && h.Sleep.Seconds < 0 {
		c.fail(CodeValue, at+".sleep.seconds", "seconds cannot be negative.")
	}
}

// oneHandler checks that exactly one of several ways to act is given.
func (c *checker) oneHandler(at string, names []string, set ...bool) {
	c.exactlyOne(at, names, set, "says nothing to do: give it "+listWords(names[:3]), "can do one thing")
}

// exactlyOne checks that one of several fields is set and no other; none and
// several say what is wrong otherwise.
func (c *checker) exactlyOne(at string, names []string, set []bool, none, several string) {
	var given []string
	for i, ok := range set {
		if ok {
			given = append(given, names[i])
		}
	}
	switch {
	case len(given) == 0:
		c.fail(CodeRequired, at, "%s %s.", last(at), none).key = true
	case len(given) > 1:
		c.fail(CodeConflict, at+"."+given[1], "%s %s; this one has %s.", last(at), several, strings.Join(given, " and ")).key = true
	}
}

func (c *checker) actions(at string, exec *corev1.ExecAction, http *corev1.HTTPGetAction, tcp *corev1.TCPSocketAction, ports []string) {
	if exec != nil && len(exec.Command) == 0 {
		c.missing(at+".exec.command", "")
	}
	if http != nil {
		c.portRef(at+".httpGet.port", http.Port, ports)
		for i, h := range http.HTTPHeaders {
			if len(validation.IsHTTPHeaderName(h.Name)) > 0 {
				c.fail(CodeValue, indexPath(at+".httpGet.httpHeaders", i)+".name", "%s is no name of an HTTP header.", quote(h.Name))
			}
		}
	}
	if tcp != nil {
		c.portRef(at+".tcpSocket.port", tcp.Port, ports)
	}
}

// portRef checks a port given as a number or as the name of one of the
// container's ports.
func (c *checker) portRef(path string, port intstr.IntOrString, names []string) {
	if port.Type == intstr.Int {
		c.port(path, int(port.IntVal))
		return
	}
	if slices.Contains(names, port.StrVal) {
		return
	}
	if n, err := strconv.Atoi(port.StrVal); err == nil {
		is := c.fail(CodePort, path, "The port %s in quotes is a name, and no port of this container has it: write it without quotes.", quote(port.StrVal))
		is.suggestion = itoa(n)
		return
	}
	is := c.fail(CodePort, path, "No port of this container has the name %s.", quote(port.StrVal))
	if is.suggestion = spelling.Closest(port.StrVal, names); is.suggestion != "" {
		is.message = strings.TrimSuffix(is.message, ".") + "; did you mean " + is.suggestion + "?"
	}
}

func (c *checker) resources(at string, r *corev1.ResourceRequirements) {
	for _, list := range []struct {
		name  string
		items corev1.ResourceList
	}{{"limits", r.Limits}, {"requests", r.Requests}} {
		for _, name := range sortedKeys(list.items) {
			q := list.items[name]
			path := keyPath(at+"."+list.name, string(name))
			if q.Sign() < 0 {
				c.fail(CodeQuantity, path, "An amount cannot be negative.")
			}
			c.resourceName(path, string(name))
			if limit, ok := r.Limits[name]; ok && list.name == "requests" && q.Cmp(limit) > 0 {
				c.fail(CodeQuantity, path, "The request of %s, %s, is above its limit of %s.", clip(string(name), 60), q.String(), limit.String())
			}
		}
	}
}

// resourceName checks the name of a resource: a well-known one, or one with a
// domain.
func (c *checker) resourceName(path, name string) {
	known := []string{"cpu", "memory", "ephemeral-storage", "storage"}
	if slices.Contains(known, name) || strings.HasPrefix(name, "hugepages-") {
		return
	}
	if !strings.Contains(name, "/") {
		is := c.fail(CodeName, path, "%s is not the name of a resource: %s are, and names with a domain.", quote(name), listWords(known[:3]))
		is.key = true
		is.suggestion = spelling.Closest(name, known)
		return
	}
	c.qualified(path, name)
}
