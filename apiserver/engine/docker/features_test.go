package docker

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/moby/moby/client"

	"podium/api"
	"podium/apiserver/engine"
	"podium/apiserver/engine/kubelet"
)

// What the suite of all engines does not ask, at real daemons.
func TestFeaturesPodman(t *testing.T) { features(t, "podman") }
func TestFeaturesDocker(t *testing.T) { features(t, "docker") }

func features(t *testing.T, which string) {
	opts := realEngine(t, which)
	for _, feature := range []struct {
		name string
		test func(*testing.T, *Engine, Options)
	}{
		{"container", featureContainer},
		{"volumes", featureVolumes},
		{"symlinks", featureSymlinks},
		{"network", featureNetwork},
		{"security", featureSecurity},
		{"resources", featureResources},
		{"probes", featureProbes},
		{"hooks", featureHooks},
		{"pulls", featurePulls},
		{"cannot run", featureCannotRun},
		{"messages", featureMessages},
		{"several podiums", featureSeveral},
		{"found again", featureFoundAgain},
		{"meddling", featureMeddling},
		{"foreign", featureForeign},
		{"exec", featureExec},
		{"exec from within", featureWithin},
	} {
		t.Run(feature.name, func(t *testing.T) { feature.test(t, openEngine(t, opts), opts) })
	}
	t.Run("the daemon goes and comes back", func(t *testing.T) { featureComesBack(t, openEngine(t, opts), which) })
}

// featureComesBack stops the daemon under an open shell and a watch.
func featureComesBack(t *testing.T, e *Engine, which string) {
	ctx := testContext(t)
	runPod(t, e, podOf("f-back", stay))
	x, err := e.Exec(ctx, "default", "f-back", "", api.ExecConfig{TTY: true, AttachStdin: true, AttachStdout: true, Cmd: []string{"sh"}}, engine.Size{Rows: 5, Cols: 50})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	w, err := e.Watch(ctx, "default", api.ListOptions{ResourceVersion: e.versionNow()})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	text, err := os.ReadFile(filepath.Join(stateDir(), which, "pid"))
	if err != nil {
		t.Skipf("the daemon was not started by testenv: %v", err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := w.Next(ctx); err != nil {
			if !apierrors.IsServiceUnavailable(err) {
				t.Errorf("the watch ends with %v", err)
			}
			break
		}
	}
	if _, err := e.Get(ctx, "default", "f-back"); !apierrors.IsServiceUnavailable(err) {
		t.Errorf("while it is away: %v", err)
	}
	go func() { _, _ = io.Copy(io.Discard, x.Stdout()) }() // ends with the process
	if exit, err := x.Wait(ctx); err != nil || exit.Code == 0 {
		t.Errorf("the shell: %+v %v", exit, err)
	}
	for syscall.Kill(pid, 0) == nil && kubelet.Pause(ctx, 20*time.Millisecond) {
	}
	up := exec.CommandContext(t.Context(), filepath.Join("..", "..", "..", "testenv", which+"-up.sh"))
	if out, err := up.CombinedOutput(); err != nil {
		t.Fatalf("bring the daemon up again: %v\n%s", err, out)
	}
	again := testContext(t)
	for {
		pod, err := e.Get(again, "default", "f-back")
		if err == nil && isRunning(pod) {
			break
		}
		if err != nil && !apierrors.IsServiceUnavailable(err) || !kubelet.Pause(again, 20*time.Millisecond) {
			t.Fatalf("%v, %+v", err, status(pod))
		}
	}
	if out := output(t, e, "f-back", "", "hostname"); out != "f-back" {
		t.Errorf("afterwards: %q", out)
	}
	remove(t, e, "f-back")
}

func featureContainer(t *testing.T, e *Engine, _ Options) {
	pod := runPod(t, e, podOf("f-container", stay, func(p *corev1.Pod) {
		p.Labels = map[string]string{"app": "f"}
		p.Spec.Hostname = "somehost"
		p.Spec.HostAliases = []corev1.HostAlias{{IP: "10.1.2.3", Hostnames: []string{"one.example", "two.example"}}}
		c := &p.Spec.Containers[0]
		c.Command, c.Args = []string{"sh", "-c", "echo $0 $1; " + strings.ReplaceAll(stay, "$", "$$")}, []string{"$(A)-$(NONE)-$$(A)", "x"}
		c.WorkingDir = "/tmp"
		c.Env = []corev1.EnvVar{
			{Name: "A", Value: "first"},
			{Name: "B", Value: "$(A) and $$(A) and $(C)"},
			{Name: "POD", ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: "metadata.name"}}},
			{Name: "APP", ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: "metadata.labels['app']"}}},
			{Name: "IP", ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: "status.podIP"}}},
		}
		p.Spec.Containers = append(p.Spec.Containers, corev1.Container{Name: "side", Image: testImage, Command: []string{"sleep", "1000"}, TTY: true, Stdin: true})
	}))
	for script, want := range map[string]string{
		"echo $A $B":                         "first first and $(A) and $(C)",
		"echo $POD $APP $IP":                 "f-container f " + pod.Status.PodIP,
		"pwd":                                "/tmp",
		"hostname":                           "somehost",
		"grep -c 10.1.2.3 /etc/hosts":        "1",
		"ps -o args | grep -c '^sleep 1000'": "1", // the pod's processes are shared
	} {
		if strings.HasPrefix(script, "grep -c") {
			if out := output(t, e, "f-container", "main", "grep one.example /etc/hosts; grep two.example /etc/hosts"); !strings.Contains(out, "10.1.2.3") || !strings.Contains(out, "two.example") {
				t.Errorf("hostAliases: %q", out)
			}
			continue
		}
		if out := output(t, e, "f-container", "main", script); out != want {
			t.Errorf("%s: %q, want %q", script, out, want)
		}
	}
	if out := output(t, e, "f-container", "side", "hostname; ls /proc/1/root >/dev/null 2>&1; test -t 0 || echo none"); out != "somehost\nnone" {
		t.Errorf("the other container: %q", out)
	}
	if pod.Status.PodIP == "" || pod.Spec.NodeName == "" {
		t.Errorf("status %+v of node %q", pod.Status, pod.Spec.NodeName)
	}
	if log := logOf(t, e, "f-container", &corev1.PodLogOptions{Container: "main"}); log != "first-$(NONE)-$(A) x\n" {
		t.Errorf("command and args: %q", log)
	}
	if got := reasons(t, e, "f-container"); !strings.Contains(got, "Scheduled") || !strings.HasSuffix(got, "Started") || !strings.Contains(got, "Pulled") {
		t.Errorf("events: %s", got)
	}
}

func withVolume(v corev1.Volume, mounts ...corev1.VolumeMount) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		p.Spec.Volumes = append(p.Spec.Volumes, v)
		for i := range mounts {
			mounts[i].Name = v.Name
		}
		p.Spec.Containers[0].VolumeMounts = append(p.Spec.Containers[0].VolumeMounts, mounts...)
	}
}

func emptyDir(name string) corev1.Volume {
	return corev1.Volume{Name: name, VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}}
}

func named(name, id string) corev1.Volume {
	return corev1.Volume{Name: name, VolumeSource: corev1.VolumeSource{FlexVolume: &corev1.FlexVolumeSource{Options: map[string]string{"volumeID": id}}}}
}

func featureVolumes(t *testing.T, e *Engine, _ Options) {
	ctx := testContext(t)
	t.Cleanup(func() {
		_, _ = e.cli.VolumeRemove(t.Context(), "podium-test-kept", client.VolumeRemoveOptions{Force: true}) // it may not be there
	})
	memory := emptyDir("mem")
	memory.EmptyDir.Medium, memory.EmptyDir.SizeLimit = corev1.StorageMediumMemory, resource.NewQuantity(1<<20, resource.BinarySI)
	pod := func(name string) *corev1.Pod {
		return podOf(name, stay, withVolume(emptyDir("scratch"), corev1.VolumeMount{MountPath: "/scratch"}, corev1.VolumeMount{MountPath: "/part", SubPath: "a/b"}, corev1.VolumeMount{MountPath: "/look", ReadOnly: true}),
			withVolume(memory, corev1.VolumeMount{MountPath: "/mem"}),
			withVolume(named("kept", "podium-test-kept"), corev1.VolumeMount{MountPath: "/kept"}),
			func(p *corev1.Pod) {
				p.Spec.SecurityContext = &corev1.PodSecurityContext{RunAsUser: new(int64(1000))}
				p.Spec.Containers[0].SecurityContext = &corev1.SecurityContext{RunAsUser: new(int64(0))}
				p.Spec.InitContainers = []corev1.Container{{
					Name: "init", Image: testImage, Command: []string{"sh", "-c", "echo from init >/scratch/f && echo m >/mem/f"},
					VolumeMounts: []corev1.VolumeMount{{Name: "scratch", MountPath: "/scratch"}, {Name: "mem", MountPath: "/mem"}},
				}}
			})
	}
	made := runPod(t, e, pod("f-volumes"))
	limited := "1024"
	if e.about().podman {
		limited = "" // it knows no such limit
	}
	for script, want := range map[string]string{
		"cat /scratch/f":                        "from init",
		"cat /mem/f":                            "m",
		"echo x >/part/g && cat /scratch/a/b/g": "x",
		"cat /look/f; echo y 2>/dev/null >/look/no || echo ro":                  "from init\nro",
		"test $(df -k /mem | tail -1 | awk '{print $2}') -le 1024 && echo 1024": limited,
		"echo stays >/kept/f; cat /kept/f":                                      "stays",
	} {
		if out, _, _ := run(t, e, "f-volumes", "", script); strings.TrimSpace(out) != want {
			t.Errorf("%s: %q, want %q", script, out, want)
		}
	}
	remove(t, e, "f-volumes")
	if _, err := e.cli.VolumeInspect(ctx, volumeName(made.UID, "scratch"), client.VolumeInspectOptions{}); err == nil {
		t.Error("the emptyDir is still there when the pod has gone")
	}
	runPod(t, e, pod("f-volumes2"))
	if out := output(t, e, "f-volumes2", "", "cat /kept/f; ls /scratch"); out != "stays\na\nf" {
		t.Errorf("in the next pod: %q", out)
	}
}

// A link that a container makes must not show the daemon's own files to the
// next one.
func featureSymlinks(t *testing.T, e *Engine, _ Options) {
	create(t, e, podOf("f-link", stay, withVolume(emptyDir("v"), corev1.VolumeMount{MountPath: "/v", SubPath: "trap/deep"}), func(p *corev1.Pod) {
		p.Spec.InitContainers = []corev1.Container{{
			Name: "evil", Image: testImage, Command: []string{"sh", "-c", "rm -rf /v/trap && ln -s / /v/trap"},
			VolumeMounts: []corev1.VolumeMount{{Name: "v", MountPath: "/v"}},
		}}
	}))
	pod := await(t, e, "f-link", "be refused", waitingFor(kubelet.ReasonConfig))
	if m := pod.Status.ContainerStatuses[0].State.Waiting.Message; !strings.Contains(m, "symbolic link") {
		t.Errorf("message: %s", m)
	}
}

func featureNetwork(t *testing.T, e *Engine, _ Options) {
	pod := runPod(t, e, podOf("f-network", "mkdir /www && echo hello >/www/index.html && exec httpd -f -p 8080 -h /www", func(p *corev1.Pod) {
		p.Spec.Containers[0].Ports = []corev1.ContainerPort{{ContainerPort: 8080}, {ContainerPort: 9090, HostPort: 29090}, {ContainerPort: 53, Protocol: corev1.ProtocolUDP}}
		p.Spec.Containers = append(p.Spec.Containers, corev1.Container{Name: "side", Image: testImage, Command: []string{"sleep", "1000"}})
	}))
	if out := output(t, e, "f-network", "side", "for i in 1 2 3 4 5 6 7 8 9; do wget -q -O - http://127.0.0.1:8080/ 2>/dev/null && break; sleep 0.1; done"); out != "hello" {
		t.Errorf("by loopback from the other container: %q", out)
	}
	ports := pod.Annotations[annotationPorts]
	for _, want := range []string{"53/udp=127.0.0.1:", "8080/tcp=127.0.0.1:", "9090/tcp=0.0.0.0:29090"} {
		if !strings.Contains(ports, want) {
			t.Errorf("ports are %q, without %s", ports, want)
		}
	}
}

func featureSecurity(t *testing.T, e *Engine, _ Options) {
	runPod(t, e, podOf("f-security", stay, func(p *corev1.Pod) {
		p.Spec.SecurityContext = &corev1.PodSecurityContext{RunAsUser: new(int64(1000)), RunAsGroup: new(int64(1001)), SupplementalGroups: []int64{2000, 3000}}
		p.Spec.Containers[0].SecurityContext = &corev1.SecurityContext{
			ReadOnlyRootFilesystem: new(true), AllowPrivilegeEscalation: new(false), RunAsNonRoot: new(true),
		}
	}))
	for script, want := range map[string]string{
		"id -u; id -g": "1000\n1001",
		"id -G | tr ' ' '\\n' | sort -n | tr '\\n' ' '":        "1001 2000 3000",
		"echo x >/x 2>/dev/null || echo read-only":             "read-only",
		"grep NoNewPrivs /proc/self/status | tr -dc 0-9; echo": "1",
	} {
		if out, _, _ := run(t, e, "f-security", "", script); strings.TrimSpace(out) != want {
			t.Errorf("%s: %q, want %q", script, out, want)
		}
	}
	create(t, e, podOf("f-root", stay, func(p *corev1.Pod) {
		p.Spec.Containers[0].SecurityContext = &corev1.SecurityContext{RunAsNonRoot: new(true)}
	}))
	pod := await(t, e, "f-root", "be refused", waitingFor(kubelet.ReasonConfig))
	if m := pod.Status.ContainerStatuses[0].State.Waiting.Message; !strings.Contains(m, "root") {
		t.Errorf("message: %s", m)
	}
}

func featureResources(t *testing.T, e *Engine, _ Options) {
	limits := corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("24Mi"), corev1.ResourceCPU: resource.MustParse("500m")}
	runPod(t, e, podOf("f-limits", stay, func(p *corev1.Pod) {
		c := &p.Spec.Containers[0]
		c.Resources.Limits = limits
		c.Env = []corev1.EnvVar{{Name: "MIB", ValueFrom: &corev1.EnvVarSource{ResourceFieldRef: &corev1.ResourceFieldSelector{Resource: "limits.memory", Divisor: resource.MustParse("1Mi")}}}}
	}))
	pod, err := e.Get(testContext(t), "default", "f-limits")
	if err != nil {
		t.Fatal(err)
	}
	in, err := e.cli.ContainerInspect(testContext(t), strings.TrimPrefix(pod.Status.ContainerStatuses[0].ContainerID, "docker://"), client.ContainerInspectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if h := in.Container.HostConfig; h.Memory != 24<<20 || h.NanoCPUs != 500_000_000 && h.CPUQuota != 50_000 {
		t.Errorf("memory %d, cpus %d, quota %d", h.Memory, h.NanoCPUs, h.CPUQuota)
	}
	if out := output(t, e, "f-limits", "", "echo $MIB"); out != "24" {
		t.Errorf("resourceFieldRef: %q", out)
	}
	create(t, e, podOf("f-oom", "tail /dev/zero", func(p *corev1.Pod) {
		p.Spec.Containers[0].Resources.Limits = limits
		p.Spec.RestartPolicy = corev1.RestartPolicyNever
	}))
	over := await(t, e, "f-oom", "be killed for its memory", isOver).Status.ContainerStatuses[0].State.Terminated
	if over.ExitCode != 137 || over.Reason != kubelet.ReasonOOM && !strings.Contains(over.Message, "24Mi") {
		t.Errorf("it ended so: %+v", over)
	}
}
