package docker

import (
	"errors"
	"fmt"
	"net/netip"
	"path"
	"strconv"
	"strings"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"
	corev1 "k8s.io/api/core/v1"

	"podium/apiserver/engine/kubelet"
	"podium/apiserver/engine/podstore"
)

// infraConfig is the container that holds the pod's namespaces, ports and
// names, and its volumes, so that what is in memory outlives the other
// containers.
func (e *Engine) infraConfig(pod *corev1.Pod, image string, command []string) (client.ContainerCreateOptions, error) {
	manifest, err := packManifest(pod)
	if err != nil {
		return client.ContainerCreateOptions{}, err
	}
	labels := baseLabels(pod, roleInfra)
	labels[labelManifest] = manifest
	ports, bindings, err := portsOf(pod)
	if err != nil {
		return client.ContainerCreateOptions{}, err
	}
	host := &container.HostConfig{
		IpcMode: container.IPCModeShareable, PortBindings: bindings, ExtraHosts: hostAliases(pod),
		NetworkMode: network.NetworkDefault,
	}
	for i := range pod.Spec.Volumes {
		v := &pod.Spec.Volumes[i]
		if name, _ := e.daemonVolume(pod, v); name != "" {
			host.Mounts = append(host.Mounts, volumeMount(name, infraVolumes+"/"+v.Name, false))
		}
	}
	return client.ContainerCreateOptions{
		Name: infraName(podstore.KeyOf(pod)),
		Config: &container.Config{
			Image: image, Entrypoint: command, Labels: labels, Hostname: hostnameOf(pod), ExposedPorts: ports, StopSignal: "SIGKILL",
		},
		HostConfig: host,
	}, nil
}

// hostnameOf is the name that the pod's containers see.
func hostnameOf(pod *corev1.Pod) string {
	name := pod.Spec.Hostname
	if name == "" {
		name = pod.Name
	}
	return strings.TrimRight(name[:min(len(name), 63)], "-.")
}

func hostAliases(pod *corev1.Pod) []string {
	var out []string
	for _, a := range pod.Spec.HostAliases {
		for _, name := range a.Hostnames {
			out = append(out, name+":"+a.IP)
		}
	}
	return out
}

// portsOf are the pod's ports: at a port of the daemon's choice on loopback,
// unless hostPort or hostIP say otherwise.
func portsOf(pod *corev1.Pod) (network.PortSet, network.PortMap, error) {
	ports, bindings := network.PortSet{}, network.PortMap{}
	for _, c := range pod.Spec.Containers {
		for _, p := range c.Ports {
			protocol := strings.ToLower(string(p.Protocol))
			if protocol == "" {
				protocol = "tcp"
			}
			port, err := network.ParsePort(strconv.Itoa(int(p.ContainerPort)) + "/" + protocol)
			if err != nil {
				return nil, nil, fmt.Errorf("container %s: port %d: %w", c.Name, p.ContainerPort, err)
			}
			b := network.PortBinding{HostIP: netip.AddrFrom4([4]byte{127, 0, 0, 1})}
			if p.HostPort != 0 {
				b.HostIP, b.HostPort = netip.IPv4Unspecified(), strconv.Itoa(int(p.HostPort))
			}
			if p.HostIP != "" {
				if b.HostIP, err = netip.ParseAddr(p.HostIP); err != nil {
					return nil, nil, fmt.Errorf("container %s: hostIP: %w", c.Name, err)
				}
			}
			ports[port] = struct{}{}
			bindings[port] = append(bindings[port], b)
		}
	}
	return ports, bindings, nil
}

// errConfig is wrapped by what makes a container impossible to make as its
// manifest wants it.
var errConfig = errors.New("the container cannot be made")

// runConfig is the next run of a container. imageUser is whom its image runs
// as.
func (e *Engine) runConfig(p *podState, infra *observed, c *corev1.Container, attempt, failures int, imageUser string) (client.ContainerCreateOptions, error) {
	about := e.about()
	env, lookup, err := variables(p.pod, c, kubelet.Facts{Node: about.name, PodIP: infra.address, HostIP: infra.gateway, CPUs: about.cpus, Memory: about.memory})
	if err != nil {
		return client.ContainerCreateOptions{}, fmt.Errorf("%w: %w", errConfig, err)
	}
	user := userOf(p.pod, c)
	if err := checkUser(p.pod, c, user, imageUser); err != nil {
		return client.ContainerCreateOptions{}, fmt.Errorf("%w: %w", errConfig, err)
	}
	labels := baseLabels(p.pod, roleRun)
	labels[labelContainer] = c.Name
	labels[labelAttempt], labels[labelFailures] = strconv.Itoa(attempt), strconv.Itoa(failures)
	with := "container:" + infra.id
	host := &container.HostConfig{
		NetworkMode: container.NetworkMode(with), IpcMode: container.IpcMode(with), PidMode: container.PidMode(with),
		GroupAdd: groupsOf(p.pod), Resources: resourcesOf(c),
	}
	if about.podman { // Docker shares the name by itself, and has no such mode
		host.UTSMode = container.UTSMode(with)
	}
	if sc := c.SecurityContext; sc != nil {
		host.ReadonlyRootfs = kubelet.True(sc.ReadOnlyRootFilesystem)
		if sc.AllowPrivilegeEscalation != nil && !*sc.AllowPrivilegeEscalation {
			host.SecurityOpt = append(host.SecurityOpt, "no-new-privileges")
		}
	}
	if host.Mounts, err = e.mountsOf(p, c); err != nil {
		return client.ContainerCreateOptions{}, err
	}
	config := &container.Config{
		Image: c.Image, Entrypoint: kubelet.ExpandAll(c.Command, lookup), Cmd: kubelet.ExpandAll(c.Args, lookup), Env: env, WorkingDir: c.WorkingDir,
		User: user, Tty: c.TTY, OpenStdin: c.Stdin, StdinOnce: c.StdinOnce, Labels: labels,
	}
	if c.Lifecycle != nil && c.Lifecycle.StopSignal != nil {
		config.StopSignal = string(*c.Lifecycle.StopSignal)
	}
	return client.ContainerCreateOptions{Name: runName(p.key, p.uid, c.Name, attempt), Config: config, HostConfig: host}, nil
}

// resourcesOf are the limits as cgroups have them.
func resourcesOf(c *corev1.Container) container.Resources {
	var r container.Resources
	if cpu := c.Resources.Limits.Cpu(); !cpu.IsZero() {
		r.NanoCPUs = cpu.MilliValue() * 1_000_000
	}
	if memory := c.Resources.Limits.Memory(); !memory.IsZero() {
		r.Memory = memory.Value()
		r.MemorySwap = r.Memory // no swap beside it
	}
	if cpu := c.Resources.Requests.Cpu(); !cpu.IsZero() {
		r.CPUShares = max(2, cpu.MilliValue()*1024/1000)
	}
	if memory := c.Resources.Requests.Memory(); !memory.IsZero() {
		r.MemoryReservation = memory.Value()
	}
	return r
}

// userOf is whom a container runs as, "" for whom its image says.
func userOf(pod *corev1.Pod, c *corev1.Container) string {
	var user, group *int64
	if sc := pod.Spec.SecurityContext; sc != nil {
		user, group = sc.RunAsUser, sc.RunAsGroup
	}
	if sc := c.SecurityContext; sc != nil {
		if sc.RunAsUser != nil {
			user = sc.RunAsUser
		}
		if sc.RunAsGroup != nil {
			group = sc.RunAsGroup
		}
	}
	switch {
	case user == nil && group == nil:
		return ""
	case user == nil:
		return "0:" + strconv.FormatInt(*group, 10)
	case group == nil:
		return strconv.FormatInt(*user, 10)
	}
	return strconv.FormatInt(*user, 10) + ":" + strconv.FormatInt(*group, 10)
}

func groupsOf(pod *corev1.Pod) []string {
	var out []string
	if sc := pod.Spec.SecurityContext; sc != nil {
		for _, g := range sc.SupplementalGroups {
			out = append(out, strconv.FormatInt(g, 10))
		}
	}
	return out
}

// checkUser keeps runAsNonRoot.
func checkUser(pod *corev1.Pod, c *corev1.Container, user, imageUser string) error {
	var nonRoot *bool
	if sc := pod.Spec.SecurityContext; sc != nil {
		nonRoot = sc.RunAsNonRoot
	}
	if sc := c.SecurityContext; sc != nil && sc.RunAsNonRoot != nil {
		nonRoot = sc.RunAsNonRoot
	}
	if !kubelet.True(nonRoot) {
		return nil
	}
	if user == "" {
		user = imageUser
	}
	name, _, _ := strings.Cut(user, ":")
	n, err := strconv.Atoi(name)
	switch {
	case name == "" || name == "root" || err == nil && n == 0:
		return errors.New("runAsNonRoot is set, and the container would run as root")
	case err != nil:
		return fmt.Errorf("runAsNonRoot is set, and the image's user %q is no number: that it is not root cannot be known; set runAsUser", name)
	}
	return nil
}

func volumeMount(name, target string, readOnly bool) mount.Mount {
	return mount.Mount{Type: mount.TypeVolume, Source: name, Target: target, ReadOnly: readOnly, VolumeOptions: &mount.VolumeOptions{NoCopy: true}}
}

// cleanTarget is a mountPath as the daemons want it.
func cleanTarget(p string) string {
	if !path.IsAbs(p) {
		p = "/" + p
	}
	return path.Clean(p)
}
