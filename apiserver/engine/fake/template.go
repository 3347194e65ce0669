package fake

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// Synthetic pods are made of templates: the JSON of a pod with holes in it,
// one for each application and condition. What a pod has of its own is a few
// words (see record), so that tens of thousands cost megabytes and a list of
// them is copying.

// condition is what is the matter with a synthetic pod.
type condition uint8

const (
	condRunning condition = iota
	condRestarted
	condCrashLoop
	condPending
	condCreating
	condImagePull
	condCompleted
	condFailed
	condInit
	condNotReady
	conditions int = iota
)

// Placeholders: texts and numbers that appear nowhere else.
const (
	holeName     = "\x01name\x01"
	holeUID      = "\x01uid\x01"
	holeVersion  = "\x01rv\x01"
	holeCreated  = "\x01created\x01"
	holeStarted  = "\x01started\x01"
	holeChanged  = "\x01changed\x01"
	holeNode     = "\x01node\x01"
	holeHostIP   = "\x01hostip\x01"
	holePodIP    = "\x01podip\x01"
	holeShort    = "\x01short\x01" // 8 hexadecimal digits of the pod
	holeRestarts = 987654321
)

// The times that stand for holes, as a time cannot be a text in a pod.
func holeTimes() map[string]string {
	return map[string]string{
		"2001-01-01T00:00:01Z": holeCreated,
		"2001-01-01T00:00:02Z": holeStarted,
		"2001-01-01T00:00:03Z": holeChanged,
	}
}

func holeTime(n int) metav1.Time { return metav1.NewTime(time.Date(2001, 1, 1, 0, 0, n, 0, time.UTC)) }

// app is one of the applications that synthetic pods belong to.
type app struct {
	name     string
	image    string
	sidecar  string // image of a second container
	owner    string // kind of the owning object
	init     string // image of an init container
	policy   corev1.RestartPolicy
	port     int32
	args     []string
	critical bool
}

func apps() []app {
	const always, never, onFailure = corev1.RestartPolicyAlways, corev1.RestartPolicyNever, corev1.RestartPolicyOnFailure
	return []app{
		{name: "web", image: "docker.io/library/nginx:1.27.3", sidecar: "ghcr.io/acme/log-shipper:2.4.1", owner: "ReplicaSet", policy: always, port: 8080, critical: true},
		{name: "api", image: "ghcr.io/acme/api:2026.11.3", sidecar: "ghcr.io/acme/proxy:1.9.0", owner: "ReplicaSet", init: "ghcr.io/acme/migrate:2026.11.3", policy: always, port: 9000, args: []string{"serve", "--listen=:9000"}, critical: true},
		{name: "worker", image: "ghcr.io/acme/worker:2026.11.3", sidecar: "ghcr.io/acme/metrics:0.8.2", owner: "ReplicaSet", policy: always, args: []string{"work", "--queue=default", "--concurrency=8"}},
		{name: "cache", image: "docker.io/library/redis:7.4", sidecar: "docker.io/oliver006/redis_exporter:v1.66", owner: "StatefulSet", policy: always, port: 6379},
		{name: "db", image: "docker.io/library/postgres:17.2", sidecar: "ghcr.io/acme/backup:1.2.0", owner: "StatefulSet", init: "ghcr.io/acme/restore:1.2.0", policy: always, port: 5432, critical: true},
		{name: "agent", image: "ghcr.io/acme/node-agent:5.0.1", sidecar: "ghcr.io/acme/metrics:0.8.2", owner: "DaemonSet", policy: always},
		{name: "report", image: "ghcr.io/acme/report:1.17", owner: "Job", policy: never, args: []string{"--month=last", "--format=pdf"}},
		{name: "cleanup", image: "ghcr.io/acme/cleanup:1.4", owner: "Job", policy: onFailure},
		{name: "search", image: "docker.io/library/opensearch:2.18", sidecar: "ghcr.io/acme/proxy:1.9.0", owner: "StatefulSet", policy: always, port: 9200},
		{name: "debug", image: "docker.io/library/busybox:1.37", policy: always, args: []string{"sleep", "infinity"}},
	}
}

// template is the JSON of the pods of one application and condition, cut at
// its holes: segments[i], then the value of holes[i], and so on.
type template struct {
	app      app
	cond     condition
	labels   map[string]string // shared, read only
	phase    corev1.PodPhase
	segments [][]byte
	holes    []hole
}

type hole uint8

const (
	hName hole = iota
	hUID
	hVersion
	hCreated
	hStarted
	hChanged
	hNode
	hHostIP
	hPodIP
	hShort
	hRestarts
)

// newTemplate builds the pod once, encodes it and finds the holes.
func newTemplate(a app, cond condition) (*template, error) {
	pod := templatePod(a, cond)
	b, err := json.Marshal(pod)
	if err != nil {
		return nil, fmt.Errorf("encode the template of %s: %w", a.name, err)
	}
	for from, to := range holeTimes() {
		b = bytes.ReplaceAll(b, []byte(from), []byte(to))
	}
	marks := map[string]hole{
		holeName: hName, holeUID: hUID, holeVersion: hVersion, holeCreated: hCreated, holeStarted: hStarted,
		holeChanged: hChanged, holeNode: hNode, holeHostIP: hHostIP, holePodIP: hPodIP, holeShort: hShort,
	}
	for mark := range marks {
		b = bytes.ReplaceAll(b, []byte(`\u0001`+mark[1:len(mark)-1]+`\u0001`), []byte(mark))
	}
	b = bytes.ReplaceAll(b, []byte(strconv.Itoa(holeRestarts)), []byte("\x01restarts\x01"))
	marks["\x01restarts\x01"] = hRestarts
	t := &template{app: a, cond: cond, labels: pod.Labels, phase: pod.Status.Phase}
	parts := bytes.Split(b, []byte{1})
	for i, part := range parts {
		if i%2 == 0 {
			t.segments = append(t.segments, part)
			continue
		}
		h, ok := marks["\x01"+string(part)+"\x01"]
		if !ok {
			return nil, fmt.Errorf("the template of %s has a hole %q that nothing fills", a.name, part)
		}
		t.holes = append(t.holes, h)
	}
	return t, nil
}

// render appends the JSON of the record's pod to b.
func (t *template) render(b []byte, r *record) []byte {
	for i, seg := range t.segments {
		b = append(b, seg...)
		if i == len(t.holes) {
			break
		}
		switch t.holes[i] {
		case hName:
			b = append(b, r.name...)
		case hUID:
			b = append(b, r.uid...)
		case hVersion:
			b = strconv.AppendUint(b, r.version, 10)
		case hCreated:
			b = r.created.AppendFormat(b, time.RFC3339)
		case hStarted:
			b = r.created.Add(3*time.Second).AppendFormat(b, time.RFC3339)
		case hChanged:
			b = r.changed.AppendFormat(b, time.RFC3339)
		case hNode:
			b = append(b, r.nodeName()...)
		case hHostIP:
			b = fmt.Appendf(b, "10.0.%d.%d", r.node/250, r.node%250+1)
		case hPodIP:
			b = append(b, r.podIP()...)
		case hShort:
			b = append(b, r.uid[:8]...)
		case hRestarts:
			b = strconv.AppendInt(b, int64(r.restarts), 10)
		}
	}
	if r.deleting.IsZero() {
		return b
	}
	// Deletion is rare: it is put in where metadata begins.
	const at = `"metadata":{`
	i := bytes.Index(b, []byte(at)) + len(at)
	extra := fmt.Appendf(nil, `"deletionTimestamp":%q,"deletionGracePeriodSeconds":%d,`, r.deleting.Format(time.RFC3339), r.grace)
	return append(b[:i:i], append(extra, b[i:]...)...)
}

func templatePod(a app, cond condition) *corev1.Pod {
	pod := &corev1.Pod{
		TypeMeta: metav1.TypeMeta{Kind: "Pod", APIVersion: "v1"},
		ObjectMeta: metav1.ObjectMeta{
			Name: holeName, Namespace: "default", UID: holeUID, ResourceVersion: holeVersion, CreationTimestamp: holeTime(1),
			Labels: map[string]string{
				"app": a.name, "app.kubernetes.io/name": a.name, "app.kubernetes.io/part-of": "shop",
				"app.kubernetes.io/managed-by": "podium-fake", "team": "team-" + a.name[:1], "tier": tier(a),
			},
			Annotations: map[string]string{
				"sh_hyper_instancetype": "s4",
				"checksum/config":       holeShort + "1f0e3dad99908345f7439f8ffabdffc4",
				"prometheus.io/scrape":  "true",
				"prometheus.io/path":    "/metrics",
				"shop.acme.dev/release": "2026.11.3, rolled out by the release train; see the change log of the week",
			},
			OwnerReferences: owners(a),
		},
		Spec: templateSpec(a),
	}
	pod.Status = templateStatus(cond, &pod.Spec)
	return pod
}

func tier(a app) string {
	if a.critical {
		return "critical"
	}
	return "standard"
}

func owners(a app) []metav1.OwnerReference {
	if a.owner == "" {
		return nil
	}
	version := "apps/v1"
	if a.owner == "Job" {
		version = "batch/v1"
	}
	return []metav1.OwnerReference{{
		APIVersion: version, Kind: a.owner, Name: a.name + "-7d4b9c6f5d", UID: "00000000-0000-4000-8000-0000000000aa",
		Controller: new(true), BlockOwnerDeletion: new(true),
	}}
}

func templateSpec(a app) corev1.PodSpec {
	spec := corev1.PodSpec{
		NodeName: holeNode, RestartPolicy: a.policy, Containers: []corev1.Container{appContainer(a)},
		TerminationGracePeriodSeconds: new(int64(30)), DNSPolicy: corev1.DNSClusterFirst, SchedulerName: "default-scheduler",
		SecurityContext: &corev1.PodSecurityContext{},
		Volumes: []corev1.Volume{
			{Name: "config", VolumeSource: corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{
				LocalObjectReference: corev1.LocalObjectReference{Name: a.name + "-config"}, DefaultMode: new(int32(0o644)),
			}}},
			{Name: "scratch", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}},
		},
		Tolerations: []corev1.Toleration{
			{Key: "node.kubernetes.io/not-ready", Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoExecute, TolerationSeconds: new(int64(300))},
			{Key: "node.kubernetes.io/unreachable", Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoExecute, TolerationSeconds: new(int64(300))},
		},
	}
	if a.sidecar != "" {
		spec.Containers = append(spec.Containers, helperContainer(a, "sidecar", a.sidecar))
	}
	if a.init != "" {
		spec.InitContainers = []corev1.Container{helperContainer(a, "prepare", a.init)}
	}
	return spec
}

// containerOf is what the containers of an app have alike.
func containerOf(a app, name, image string) corev1.Container {
	mounts := []corev1.VolumeMount{
		{Name: "config", MountPath: "/etc/" + a.name, ReadOnly: true},
		{Name: "scratch", MountPath: "/var/tmp"},
	}
	limits := corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("500m"), corev1.ResourceMemory: resource.MustParse("256Mi")}
	requests := corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("100m"), corev1.ResourceMemory: resource.MustParse("128Mi")}
	return corev1.Container{
		Name: name, Image: image, VolumeMounts: mounts,
		Resources:                corev1.ResourceRequirements{Limits: limits, Requests: requests},
		ImagePullPolicy:          corev1.PullIfNotPresent,
		TerminationMessagePath:   corev1.TerminationMessagePathDefault,
		TerminationMessagePolicy: corev1.TerminationMessageReadFile,
	}
}

func appContainer(a app) corev1.Container {
	main := containerOf(a, a.name, a.image)
	main.Args = a.args
	main.Env = []corev1.EnvVar{
		{Name: "ENVIRONMENT", Value: "production"},
		{Name: "POD_NAME", ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{APIVersion: "v1", FieldPath: "metadata.name"}}},
		{Name: "LOG_LEVEL", Value: "info"},
		{Name: "DATABASE_URL", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{
			LocalObjectReference: corev1.LocalObjectReference{Name: a.name + "-credentials"}, Key: "database-url",
		}}},
		{Name: "OTEL_EXPORTER_OTLP_ENDPOINT", Value: "http://collector.observability.svc.cluster.local:4317"},
	}
	if a.port != 0 {
		main.Ports = []corev1.ContainerPort{{Name: "main", ContainerPort: a.port, Protocol: corev1.ProtocolTCP}}
		main.ReadinessProbe = &corev1.Probe{
			ProbeHandler:  corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Port: intstr.FromInt32(a.port)}},
			PeriodSeconds: 10, TimeoutSeconds: 1, SuccessThreshold: 1, FailureThreshold: 3,
		}
	}
	return main
}

func helperContainer(a app, name, image string) corev1.Container {
	c := containerOf(a, name, image)
	c.Env = []corev1.EnvVar{{Name: "UPSTREAM", Value: "http://127.0.0.1:" + strconv.Itoa(int(a.port))}, {Name: "INTERVAL", Value: "15s"}}
	return c
}
