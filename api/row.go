package api

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// PodRow is all that a list keeps of a pod: the cells of its columns and what
// filters and actions need. A whole object is fetched when one is opened. Its
// strings come from the server as they are: whoever draws them makes them safe.
type PodRow struct {
	Namespace       string
	Name            string
	UID             string
	ResourceVersion string

	Phase    string // status.phase as the server says it
	Status   string // the STATUS column: see RowOf
	Ready    int    // containers that are ready and running
	Total    int    // containers of the spec
	Restarts int    // sum over the containers; of the init ones while initialising

	LastRestart time.Time // end of the latest finished run of a container, zero if none
	Created     time.Time // metadata.creationTimestamp, zero if the server gives none
	Deleting    bool      // metadata.deletionTimestamp is set

	IP         string
	Node       string
	Owner      string   // "Kind/name" of the controlling owner, "" for a bare pod
	Labels     string   // "a=b,c=d", sorted by key
	Images     string   // images of the containers, comma-separated
	Containers []string // names, in the order of the spec; shared between rows, not to be changed
	InitNames  []string // names of the init containers, likewise
}

// Ref is the identity of the row's pod.
func (r PodRow) Ref() PodRef {
	return PodRef{Namespace: r.Namespace, Name: r.Name, UID: r.UID}
}

// Key identifies the pod among the rows of one endpoint: the UID, or its
// namespace and name where the endpoint gives no UID.
func (r PodRow) Key() string {
	if r.UID != "" {
		return r.UID
	}
	return r.Namespace + "/" + r.Name
}

// Coming tells whether the pod is on its way up and nothing is known to be in it.
func (r PodRow) Coming() bool {
	if r.Deleting || r.Phase != string(corev1.PodPending) {
		return false
	}
	switch init, ok := strings.CutPrefix(r.Status, "Init:"); {
	case ok:
		return init == "ContainerCreating" || strings.Contains(init, "/") // N/M
	default:
		return r.Status == r.Phase || r.Status == "ContainerCreating" || r.Status == "PodInitializing"
	}
}

// Finished tells whether the pod has ended for good (Succeeded or Failed): no
// exec is possible in it.
func (r PodRow) Finished() bool {
	return r.Phase == string(corev1.PodSucceeded) || r.Phase == string(corev1.PodFailed)
}

// Healthy tells whether nothing about the pod asks for attention: it is
// finished with success, or runs with every container ready.
func (r PodRow) Healthy() bool {
	if r.Deleting {
		return true
	}
	if r.Phase == string(corev1.PodSucceeded) {
		return true
	}
	return r.Phase == string(corev1.PodRunning) && r.Ready == r.Total && r.Status == string(corev1.PodRunning)
}

// RowOf makes a pod's row. READY counts the containers that are ready and
// running of those in the spec. STATUS is kubectl's: the phase, or the pod's
// own reason; while initialising Init:N/M, Init:REASON, Init:ExitCode:N or
// Init:Signal:N; else the containers' waiting or terminated reason, Signal:N
// or ExitCode:N, the first container's winning; Terminating once a deletion is
// under way, Unknown when its node is lost. A nil pod gives the zero row.
func RowOf(pod *corev1.Pod) PodRow {
	if pod == nil {
		return PodRow{}
	}
	s := slimPod{
		namespace: pod.Namespace, name: pod.Name, uid: string(pod.UID), resourceVersion: pod.ResourceVersion,
		created: pod.CreationTimestamp.UTC(), deleting: pod.DeletionTimestamp != nil,
		node: pod.Spec.NodeName, phase: string(pod.Status.Phase), reason: pod.Status.Reason, ip: pod.Status.PodIP,
		labels: joinLabels(pod.Labels),
	}
	for _, o := range pod.OwnerReferences {
		if o.Controller != nil && *o.Controller {
			s.owner = o.Kind + "/" + o.Name
		}
	}
	var images []string
	for _, c := range pod.Spec.Containers {
		s.containers = append(s.containers, c.Name)
		images = append(images, c.Image)
	}
	s.images = strings.Join(images, ",")
	for _, c := range pod.Spec.InitContainers {
		s.inits = append(s.inits, c.Name)
		if c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways {
			s.sidecars = append(s.sidecars, c.Name)
		}
	}
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodReady {
			s.readyCondition = c.Status == corev1.ConditionTrue
		}
	}
	s.initStatuses = slimStatuses(pod.Status.InitContainerStatuses)
	s.statuses = slimStatuses(pod.Status.ContainerStatuses)
	return s.row()
}

// slimPod is the part of a pod that a row is made from. RowOf fills it from a
// whole pod, RowDecoder from JSON, and row applies the rules for both.
type slimPod struct {
	namespace, name, uid, resourceVersion string

	created  time.Time
	deleting bool
	labels   string
	owner    string

	node       string
	images     string
	containers []string
	inits      []string
	sidecars   []string // init containers that keep running

	phase, reason, ip string

	readyCondition bool // condition Ready is True
	initStatuses   []slimStatus
	statuses       []slimStatus
}

type slimStatus struct {
	name     string
	ready    bool
	started  bool
	restarts int

	waiting       bool
	waitingReason string
	running       bool
	ended         slimTerminated
	lastEnd       time.Time // of the run before, zero for none
}

type slimTerminated struct {
	set      bool
	reason   string
	exitCode int
	signal   int
}

func slimStatuses(cs []corev1.ContainerStatus) []slimStatus {
	out := make([]slimStatus, len(cs))
	for i, c := range cs {
		s := slimStatus{name: c.Name, ready: c.Ready, restarts: int(c.RestartCount), running: c.State.Running != nil}
		s.started = c.Started != nil && *c.Started
		if w := c.State.Waiting; w != nil {
			s.waiting, s.waitingReason = true, w.Reason
		}
		if t := c.State.Terminated; t != nil {
			s.ended = slimTerminated{set: true, reason: t.Reason, exitCode: int(t.ExitCode), signal: int(t.Signal)}
		}
		if t := c.LastTerminationState.Terminated; t != nil {
			s.lastEnd = t.FinishedAt.UTC()
		}
		out[i] = s
	}
	return out
}

func (s *slimPod) row() PodRow {
	r := PodRow{
		Namespace: s.namespace, Name: s.name, UID: s.uid, ResourceVersion: s.resourceVersion,
		Phase: s.phase, Total: len(s.containers),
		Created: s.created, Deleting: s.deleting,
		IP: s.ip, Node: s.node, Owner: s.owner, Labels: s.labels,
		Images: s.images, Containers: s.containers, InitNames: s.inits,
	}
	s.fillStatus(&r)
	return r
}

// fillStatus applies the rules of READY, STATUS and RESTARTS that RowOf states.
func (s *slimPod) fillStatus(r *PodRow) {
	status := s.phase
	if s.reason != "" {
		status = s.reason
	}
	if init, ok := s.initStatus(r); ok {
		status = init
	} else {
		status = s.containersStatus(r, status)
	}
	if r.Deleting {
		status = "Terminating"
		if s.reason == "NodeLost" {
			status = "Unknown"
		}
	}
	if status == "" {
		status = "Unknown"
	}
	r.Status = status
}

// initStatus is the status of a pod whose init containers are not all done.
func (s *slimPod) initStatus(r *PodRow) (string, bool) {
	restarts := 0
	for i, c := range s.initStatuses {
		restarts += c.restarts
		r.noteRestart(c)
		switch {
		case c.ended.set && c.ended.exitCode == 0:
			continue
		case c.started && slices.Contains(s.sidecars, c.name):
			continue
		}
		r.Restarts = restarts
		switch {
		case c.ended.set:
			return "Init:" + c.ended.words(), true
		case c.waiting && c.waitingReason != "" && c.waitingReason != "PodInitializing":
			return "Init:" + c.waitingReason, true
		}
		return "Init:" + strconv.Itoa(i) + "/" + strconv.Itoa(len(s.inits)), true
	}
	return "", false
}

// words is how STATUS names the end of a container: by reason, signal or exit
// code.
func (t slimTerminated) words() string {
	switch {
	case t.reason != "":
		return t.reason
	case t.signal != 0:
		return "Signal:" + strconv.Itoa(t.signal)
	}
	return "ExitCode:" + strconv.Itoa(t.exitCode)
}

// containersStatus is the status of a pod whose init containers are done.
func (s *slimPod) containersStatus(r *PodRow, status string) string {
	r.Restarts = 0
	running := false
	for _, c := range slices.Backward(s.statuses) {
		r.Restarts += c.restarts
		r.noteRestart(c)
		switch {
		case c.waiting && c.waitingReason != "":
			status = c.waitingReason
		case c.ended.set:
			status = c.ended.words()
		case c.ready && c.running:
			running = true
			r.Ready++
		}
	}
	// One container done while another serves is no completed pod.
	if status == "Completed" && running {
		if s.readyCondition {
			return string(corev1.PodRunning)
		}
		return "NotReady"
	}
	return status
}

func (r *PodRow) noteRestart(c slimStatus) {
	if c.lastEnd.After(r.LastRestart) {
		r.LastRestart = c.lastEnd
	}
}

// joinLabels is "a=b,c=d", sorted by key.
func joinLabels(labels map[string]string) string {
	pairs := make([]string, 0, len(labels))
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		pairs = append(pairs, key+"="+labels[key])
	}
	return strings.Join(pairs, ",")
}
