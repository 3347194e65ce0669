package docker

import (
	"fmt"
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
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"podium/api"
	"podium/apiserver/engine"
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
		{"first size", featureFirstSize},
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
	for syscall.Kill(pid, 0) == nil && pause(ctx, 20*time.Millisecond) {
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
		if err != nil && !apierrors.IsServiceUnavailable(err) || !pause(again, 20*time.Millisecond) {
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
	pod := await(t, e, "f-link", "be refused", waitingFor(reasonConfig))
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
	pod := await(t, e, "f-root", "be refused", waitingFor(reasonConfig))
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
	if over.ExitCode != 137 || over.Reason != reasonOOM && !strings.Contains(over.Message, "24Mi") {
		t.Errorf("it ended so: %+v", over)
	}
}

func probe(h corev1.ProbeHandler) *corev1.Probe {
	return &corev1.Probe{ProbeHandler: h, PeriodSeconds: 1, TimeoutSeconds: 2, FailureThreshold: 2}
}

func execProbe(script string) *corev1.Probe {
	return probe(corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"sh", "-c", script}}})
}

func featureProbes(t *testing.T, e *Engine, _ Options) {
	create(t, e, podOf("f-ready", "sleep 1; touch /ready; "+stay, func(p *corev1.Pod) {
		p.Spec.Containers[0].ReadinessProbe = execProbe("test -f /ready")
		p.Spec.Containers[0].ReadinessProbe.PeriodSeconds = 1
	}))
	unready := false
	await(t, e, "f-ready", "be ready", func(p *corev1.Pod) bool {
		unready = unready || isRunning(p) && !p.Status.ContainerStatuses[0].Ready
		return p.Status.ContainerStatuses[0].Ready
	})
	if !unready {
		t.Error("it was ready before the probe said so")
	}
	create(t, e, podOf("f-live", "touch /alive; sleep 1; rm /alive; "+stay, func(p *corev1.Pod) {
		p.Spec.Containers[0].LivenessProbe = execProbe("test -f /alive")
	}))
	await(t, e, "f-live", "be restarted", func(p *corev1.Pod) bool { return p.Status.ContainerStatuses[0].RestartCount > 0 })
	if got := reasons(t, e, "f-live"); !strings.Contains(got, "Unhealthy") || !strings.Contains(got, "Killing") {
		t.Errorf("events: %s", got)
	}
	create(t, e, podOf("f-http", "mkdir /www; echo ok >/www/health; exec httpd -f -p 8080 -h /www", func(p *corev1.Pod) {
		c := &p.Spec.Containers[0]
		c.Ports = []corev1.ContainerPort{{Name: "web", ContainerPort: 8080}}
		c.StartupProbe = probe(corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Port: intstr.FromInt32(8080)}})
		c.StartupProbe.FailureThreshold = 20
		c.ReadinessProbe = probe(corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/health", Port: intstr.FromString("web")}})
	}))
	await(t, e, "f-http", "be ready", func(p *corev1.Pod) bool { return p.Status.ContainerStatuses[0].Ready })
	if _, _, code := run(t, e, "f-http", "", "rm /www/health"); code != 0 {
		t.Fatal("remove the page")
	}
	await(t, e, "f-http", "be unready", func(p *corev1.Pod) bool { return isRunning(p) && !p.Status.ContainerStatuses[0].Ready })
}

func featureHooks(t *testing.T, e *Engine, _ Options) {
	handler := func(script string) *corev1.LifecycleHandler {
		return &corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: []string{"sh", "-c", script}}}
	}
	runPod(t, e, podOf("f-hooks", "trap 'echo term >>/kept/f; exit 0' TERM; "+strings.ReplaceAll(stay, "sleep 1", "sleep 0.1"),
		withVolume(named("kept", "podium-test-hooks"), corev1.VolumeMount{MountPath: "/kept"}), func(p *corev1.Pod) {
			p.Spec.Containers[0].Lifecycle = &corev1.Lifecycle{PostStart: handler("echo post >/kept/f"), PreStop: handler("echo pre >>/kept/f")}
		}))
	t.Cleanup(func() {
		_, _ = e.cli.VolumeRemove(t.Context(), "podium-test-hooks", client.VolumeRemoveOptions{Force: true}) // it may not be there
	})
	if out := output(t, e, "f-hooks", "", "cat /kept/f"); out != "post" {
		t.Errorf("postStart: %q", out)
	}
	if err := e.Delete(testContext(t), "default", "f-hooks", metav1.DeleteOptions{GracePeriodSeconds: new(int64(20))}); err != nil {
		t.Fatal(err)
	}
	awaitGone(t, e, "f-hooks")
	runPod(t, e, podOf("f-hooks2", stay, withVolume(named("kept", "podium-test-hooks"), corev1.VolumeMount{MountPath: "/kept"})))
	if out := output(t, e, "f-hooks2", "", "cat /kept/f"); out != "post\npre\nterm" {
		t.Errorf("over its life: %q", out)
	}
	remove(t, e, "f-hooks2")
	create(t, e, podOf("f-badhook", stay, func(p *corev1.Pod) {
		p.Spec.RestartPolicy = corev1.RestartPolicyNever
		p.Spec.Containers[0].Lifecycle = &corev1.Lifecycle{PostStart: handler("exit 3")}
	}))
	await(t, e, "f-badhook", "fail", isOver)
	if got := reasons(t, e, "f-badhook"); !strings.Contains(got, "FailedPostStartHook") {
		t.Errorf("events: %s", got)
	}
}

func awaitGone(t *testing.T, e *Engine, name string) {
	t.Helper()
	ctx := testContext(t)
	w, err := e.Watch(ctx, "default", api.ListOptions{FieldSelector: "metadata.name=" + name})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for {
		if _, err := e.Get(ctx, "default", name); apierrors.IsNotFound(err) {
			return
		}
		if _, err := w.Next(ctx); err != nil {
			t.Fatalf("waiting for pod %s to go: %v", name, err)
		}
	}
}

func featurePulls(t *testing.T, e *Engine, _ Options) {
	create(t, e, podOf("f-pull", stay, func(p *corev1.Pod) {
		p.Spec.Containers[0].Image = "127.0.0.1:1/none/such:1" // nothing listens there
	}))
	pod := await(t, e, "f-pull", "fail to pull", waitingFor("ErrImagePull"))
	if m := pod.Status.ContainerStatuses[0].State.Waiting.Message; !strings.Contains(m, "127.0.0.1:1") || pod.Status.Phase != corev1.PodPending {
		t.Errorf("message %q, phase %s", m, pod.Status.Phase)
	}
	await(t, e, "f-pull", "back off", waitingFor("ImagePullBackOff"))
	await(t, e, "f-pull", "try again", waitingFor("ErrImagePull"))
	if got := reasons(t, e, "f-pull"); !strings.Contains(got, "Pulling") || !strings.Contains(got, "Failed") || !strings.Contains(got, "BackOff") {
		t.Errorf("events: %s", got)
	}
	if _, err := e.Log(testContext(t), "default", "f-pull", nil); !apierrors.IsBadRequest(err) || !strings.Contains(err.Error(), "ImagePull") {
		t.Errorf("its log: %v", err)
	}
	began := time.Now()
	if err := e.Delete(testContext(t), "default", "f-pull", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	awaitGone(t, e, "f-pull")
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("it took %s to go", took)
	}
	create(t, e, podOf("f-never", stay, func(p *corev1.Pod) {
		p.Spec.Containers[0].Image, p.Spec.Containers[0].ImagePullPolicy = "none/such:1", corev1.PullNever
	}))
	await(t, e, "f-never", "not pull", waitingFor("ErrImageNeverPull"))
}

func featureCannotRun(t *testing.T, e *Engine, _ Options) {
	for name, row := range map[string]struct {
		command string
		code    int32
	}{"f-missing": {"/no/such", 127}, "f-folder": {"/tmp", 126}} {
		create(t, e, podOf(name, "", func(p *corev1.Pod) {
			p.Spec.RestartPolicy = corev1.RestartPolicyNever
			p.Spec.Containers[0].Command = []string{row.command}
		}))
		over := await(t, e, name, "fail", isOver).Status.ContainerStatuses[0].State.Terminated
		if over.Reason != reasonCannotRun || over.ExitCode != row.code || over.Message == "" {
			t.Errorf("%s: %+v", name, over)
		}
	}
	create(t, e, podOf("f-again", "", func(p *corev1.Pod) { p.Spec.Containers[0].Command = []string{"/no/such"} }))
	pod := await(t, e, "f-again", "be tried again and again", func(p *corev1.Pod) bool {
		return waitingFor(reasonCrashLoop)(p) && p.Status.ContainerStatuses[0].RestartCount > 1
	})
	if s := pod.Status.ContainerStatuses[0]; s.LastTerminationState.Terminated == nil || pod.Status.Phase != corev1.PodRunning {
		t.Errorf("phase %s, %+v", pod.Status.Phase, s)
	}
}

func featureMessages(t *testing.T, e *Engine, _ Options) {
	create(t, e, podOf("f-message", "echo -n because >/tmp/why; exit 4", func(p *corev1.Pod) {
		p.Spec.RestartPolicy = corev1.RestartPolicyNever
		p.Spec.Containers[0].TerminationMessagePath = "/tmp/why"
	}))
	await(t, e, "f-message", "have its message", func(p *corev1.Pod) bool {
		over := p.Status.ContainerStatuses[0].State.Terminated
		return over != nil && over.Message == "because" && over.ExitCode == 4
	})
	create(t, e, podOf("f-fallback", "echo last words; exit 4", func(p *corev1.Pod) {
		p.Spec.RestartPolicy = corev1.RestartPolicyNever
		p.Spec.Containers[0].TerminationMessagePolicy = corev1.TerminationMessageFallbackToLogsOnError
	}))
	await(t, e, "f-fallback", "have its log as message", func(p *corev1.Pod) bool {
		over := p.Status.ContainerStatuses[0].State.Terminated
		return over != nil && strings.Contains(over.Message, "last words")
	})
}

// Several podiums at one daemon do not do things twice.
func featureSeveral(t *testing.T, e *Engine, opts Options) {
	other := openEngine(t, opts)
	create(t, e, podOf("f-both", "echo run; exit 1"))
	if _, _, err := other.Create(testContext(t), podOf("f-both", stay)); !apierrors.IsAlreadyExists(err) {
		t.Errorf("the name is taken, and the other podium says %v", err)
	}
	count := int32(0)
	await(t, other, "f-both", "be restarted", func(p *corev1.Pod) bool {
		count = p.Status.ContainerStatuses[0].RestartCount
		return count >= 3
	})
	await(t, e, "f-both", "be seen the same", func(p *corev1.Pod) bool { return p.Status.ContainerStatuses[0].RestartCount >= 3 })
	if log := logOf(t, other, "f-both", &corev1.PodLogOptions{Previous: true}); log != "run\n" {
		t.Errorf("a run was started twice, or not at all: its log is %q", log)
	}
	if err := other.Delete(testContext(t), "default", "f-both", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	awaitGone(t, e, "f-both")
	awaitGone(t, other, "f-both")
}

// A podium that comes later finds the pods, how they ended and what happened.
func featureFoundAgain(t *testing.T, _ *Engine, opts Options) {
	first, err := Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	made := runPodAt(t, first, podOf("f-found", "echo here; "+stay, func(p *corev1.Pod) {
		p.Annotations = map[string]string{"note": strings.Repeat("long ", 1000)}
	}))
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := openEngine(t, opts)
	pod, err := second.Get(testContext(t), "default", "f-found")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { remove(t, second, "f-found") })
	if pod.UID != made.UID || !isRunning(pod) || pod.Annotations["note"] != made.Annotations["note"] || pod.Status.ContainerStatuses[0].ContainerID != made.Status.ContainerStatuses[0].ContainerID {
		t.Errorf("found: %+v", pod)
	}
	if got := reasons(t, second, "f-found"); got != "Scheduled Created Started" {
		t.Errorf("events: %s", got)
	}
	if err := second.Delete(testContext(t), "default", "f-found", metav1.DeleteOptions{GracePeriodSeconds: new(int64(10))}); err != nil {
		t.Fatal(err)
	}
	awaitGone(t, second, "f-found")
}

func runPodAt(t *testing.T, e *Engine, pod *corev1.Pod) *corev1.Pod {
	t.Helper()
	if _, _, err := e.Create(testContext(t), pod); err != nil {
		t.Fatal(err)
	}
	return await(t, e, pod.Name, "run", isRunning)
}

// What others do to podium's containers is seen and made good.
func featureMeddling(t *testing.T, e *Engine, _ Options) {
	ctx := testContext(t)
	pod := runPod(t, e, podOf("f-meddle", stay))
	id := strings.TrimPrefix(pod.Status.ContainerStatuses[0].ContainerID, "docker://")
	if _, err := e.cli.ContainerKill(ctx, id, client.ContainerKillOptions{Signal: "KILL"}); err != nil {
		t.Fatal(err)
	}
	again := await(t, e, "f-meddle", "run again", func(p *corev1.Pod) bool { return isRunning(p) && p.Status.ContainerStatuses[0].RestartCount == 1 })
	if last := again.Status.ContainerStatuses[0].LastTerminationState.Terminated; last == nil || last.ExitCode != 137 {
		t.Errorf("its last state: %+v", last)
	}
	// As when the daemon's machine went down: nothing runs.
	if _, err := e.cli.ContainerKill(ctx, keyOf(pod).infraName(), client.ContainerKillOptions{Signal: "KILL"}); err != nil {
		t.Fatal(err)
	}
	await(t, e, "f-meddle", "come back as a whole", func(p *corev1.Pod) bool {
		return isRunning(p) && p.Status.ContainerStatuses[0].RestartCount == 2 && p.Status.PodIP != ""
	})
	if out := output(t, e, "f-meddle", "", "hostname"); out != "f-meddle" {
		t.Errorf("hostname: %q", out)
	}
	// Without its infra container there is no pod: the rest goes, too.
	e.mu.Lock()
	p := e.pods[pod.UID]
	e.mu.Unlock()
	ids, infra := e.partsOf(p)
	if _, err := e.cli.ContainerRemove(ctx, infra, client.ContainerRemoveOptions{Force: true}); err != nil {
		// Podman keeps what others depend on.
		t.Logf("remove the infra container: %v", err)
		return
	}
	awaitGone(t, e, "f-meddle")
	for _, id := range ids {
		if !e.goes(ctx, id) {
			t.Errorf("container %s stays behind", id)
		}
	}
}

func featureForeign(t *testing.T, e *Engine, _ Options) {
	ctx := testContext(t)
	_, _ = e.cli.ContainerRemove(ctx, "Not_ours.1", client.ContainerRemoveOptions{Force: true}) // of a run before
	made, err := e.cli.ContainerCreate(ctx, client.ContainerCreateOptions{
		Name: "Not_ours.1",
		Config: &container.Config{
			Image: testImage, Cmd: []string{"sh", "-c", "echo mine; sleep 1000"}, Env: []string{"X=y"},
			// An image may have such labels: they do not make it podium's.
			Labels: map[string]string{"app": "theirs", labelRole: roleInfra, labelUID: string(newUID()), labelName: "web", labelNamespace: "default"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if _, err := e.cli.ContainerRemove(ctx, made.ID, client.ContainerRemoveOptions{Force: true}); err != nil {
			t.Error(err)
		}
	}()
	name := "not-ours.1-" + made.ID[:6]
	await(t, e, name, "be seen as created", func(p *corev1.Pod) bool { return p.Status.Phase == corev1.PodPending })
	if _, err := e.cli.ContainerStart(ctx, made.ID, client.ContainerStartOptions{}); err != nil {
		t.Fatal(err)
	}
	pod := await(t, e, name, "run", isRunning)
	if pod.Labels["app"] != "theirs" || pod.Spec.Containers[0].Image != testImage || pod.Annotations[annotationForeign] != "Not_ours.1" {
		t.Errorf("shown as %+v", pod)
	}
	if err := e.Delete(ctx, "default", name, metav1.DeleteOptions{}); !apierrors.IsForbidden(err) {
		t.Errorf("deleting it: %v, want forbidden", err)
	}
	if out := output(t, e, name, "", "echo $X"); out != "y" {
		t.Errorf("a shell in it: %q", out)
	}
	if log := logOf(t, e, name, nil); log != "mine\n" {
		t.Errorf("its log: %q", log)
	}
	if _, err := e.cli.ContainerKill(ctx, made.ID, client.ContainerKillOptions{Signal: "KILL"}); err != nil {
		t.Fatal(err)
	}
	over := await(t, e, name, "end", isOver)
	if s := over.Status.ContainerStatuses[0].State.Terminated; s == nil || s.ExitCode != 137 || s.FinishedAt.IsZero() {
		t.Errorf("it ended so: %+v", over.Status)
	}
}

func featureExec(t *testing.T, e *Engine, _ Options) {
	ctx := testContext(t)
	runPod(t, e, podOf("f-exec", stay))
	// ctrl-p reaches the program at once: the engines would wait for ctrl-q.
	x, err := e.Exec(ctx, "default", "f-exec", "", api.ExecConfig{TTY: true, AttachStdin: true, AttachStdout: true, Cmd: []string{"sh", "-c", "stty raw -echo; echo go; dd bs=1 count=2 2>/dev/null | od -An -tx1"}}, engine.Size{Rows: 10, Cols: 40})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	first := make([]byte, 2)
	if _, err := io.ReadFull(x.Stdout(), first); err != nil || string(first) != "go" {
		t.Fatalf("%q %v", first, err)
	}
	if _, err := x.Stdin().Write([]byte{16, 17}); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(x.Stdout())
	if err != nil || !strings.Contains(string(rest), "10 11") {
		t.Errorf("of ctrl-p and ctrl-q came %q (%v)", rest, err)
	}
	if _, _, code := run(t, e, "f-exec", "", "kill -9 $$"); code != 137 {
		t.Errorf("killed: %d", code)
	}
	// What a command leaves behind does not hold up its end.
	began := time.Now()
	if out, _, code := run(t, e, "f-exec", "", "sleep 3 & echo left"); out != "left\n" || code != 0 {
		t.Errorf("%q %d", out, code)
	}
	t.Logf("a command with a child left behind took %s", time.Since(began).Round(time.Millisecond))
	// A container that has ended takes no commands, whatever the daemon calls it.
	create(t, e, podOf("f-ended", "exit 0", func(p *corev1.Pod) { p.Spec.RestartPolicy = corev1.RestartPolicyNever }))
	await(t, e, "f-ended", "end", isOver)
	if _, err := e.Exec(ctx, "default", "f-ended", "", api.ExecConfig{Cmd: []string{"true"}}, noSize); !apierrors.IsBadRequest(err) {
		t.Errorf("in a pod that has ended: %v", err)
	}
}

// Where the gateway cannot signal by number, a shell in the container does.
func featureWithin(t *testing.T, e *Engine, _ Options) {
	ctx := testContext(t)
	runPod(t, e, podOf("f-within", stay))
	started, err := e.startExec(ctx, e.observedOf(t, "f-within"), api.ExecConfig{AttachStdout: true, Cmd: []string{"sh", "-c", "trap '' HUP TERM; sleep 1001 & echo up; wait; wait; wait"}}, noSize)
	if err != nil {
		t.Fatal(err)
	}
	defer started.Close()
	if _, err := io.ReadFull(started.Stdout(), make([]byte, 3)); err != nil {
		t.Fatal(err)
	}
	argv := []string{"sh", "-c", signalScript, "sh", "KILL", envTag + "=" + started.tag, "all"}
	if code, said, err := e.runCommand(ctx, started.o, argv); err != nil || code != 0 {
		t.Fatalf("exit %d, %s, %v", code, said, err)
	}
	if exit, err := started.Wait(ctx); err != nil || exit.Code != 137 {
		t.Errorf("it ended with %+v, %v", exit, err)
	}
	if out := output(t, e, "f-within", "", "ps -o args | grep '[s]leep 1001' || true"); out != "" {
		t.Errorf("there is still %q", out)
	}
}

func (e *Engine) observedOf(t *testing.T, name string) *observed {
	t.Helper()
	pod, err := e.Get(t.Context(), "default", name)
	if err != nil {
		t.Fatal(err)
	}
	return e.podOf(pod.UID).latest("main")
}

// The size is there at the first moment, every time.
func featureFirstSize(t *testing.T, e *Engine, _ Options) {
	runPod(t, e, podOf("f-size", stay))
	cfg := api.ExecConfig{TTY: true, AttachStdin: true, AttachStdout: true, Cmd: []string{"stty", "size"}}
	good := 0
	for i := range 100 {
		size := engine.Size{Rows: uint16(20 + i), Cols: uint16(80 + i)}
		out, _, code := runConfigured(t, e, "f-size", "", cfg, size)
		if code == 0 && strings.TrimSpace(out) == fmt.Sprintf("%d %d", size.Rows, size.Cols) {
			good++
		} else {
			t.Errorf("%d: exit %d, %q", i, code, out)
		}
	}
	t.Logf("%d of 100", good)
}
