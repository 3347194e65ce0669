package api

import (
	"encoding/json"
	"fmt"
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
	Containers []string // names, in the order of the spec
	InitNames  []string // names of the init containers, in order
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

// slimPod is the part of a pod that a row is made from. Decoding it costs a
// third of decoding a corev1.Pod, which matters for tens of thousands of rows.
type slimPod struct {
	Metadata struct {
		Namespace         string            `json:"namespace"`
		Name              string            `json:"name"`
		UID               string            `json:"uid"`
		ResourceVersion   string            `json:"resourceVersion"`
		CreationTimestamp time.Time         `json:"creationTimestamp"`
		DeletionTimestamp *time.Time        `json:"deletionTimestamp"`
		Labels            map[string]string `json:"labels"`
		OwnerReferences   []slimOwner       `json:"ownerReferences"`
	} `json:"metadata"`
	Spec struct {
		NodeName       string          `json:"nodeName"`
		Containers     []slimContainer `json:"containers"`
		InitContainers []slimContainer `json:"initContainers"`
	} `json:"spec"`
	Status struct {
		Phase                 string          `json:"phase"`
		Reason                string          `json:"reason"`
		PodIP                 string          `json:"podIP"`
		Conditions            []slimCondition `json:"conditions"`
		InitContainerStatuses []slimStatus    `json:"initContainerStatuses"`
		ContainerStatuses     []slimStatus    `json:"containerStatuses"`
	} `json:"status"`
}

type slimOwner struct {
	Kind       string `json:"kind"`
	Name       string `json:"name"`
	Controller *bool  `json:"controller"`
}

type slimContainer struct {
	Name          string `json:"name"`
	Image         string `json:"image"`
	RestartPolicy string `json:"restartPolicy"`
}

type slimCondition struct {
	Type   string `json:"type"`
	Status string `json:"status"`
}

type slimStatus struct {
	Name         string    `json:"name"`
	Ready        bool      `json:"ready"`
	Started      *bool     `json:"started"`
	RestartCount int       `json:"restartCount"`
	State        slimState `json:"state"`
	LastState    slimState `json:"lastState"`
}

type slimState struct {
	Waiting *struct {
		Reason string `json:"reason"`
	} `json:"waiting"`
	Running    *struct{}       `json:"running"`
	Terminated *slimTerminated `json:"terminated"`
}

type slimTerminated struct {
	Reason     string    `json:"reason"`
	ExitCode   int       `json:"exitCode"`
	Signal     int       `json:"signal"`
	FinishedAt time.Time `json:"finishedAt"`
}

// DecodeRow makes a row of a pod's JSON, decoding no more than the row needs.
// Unknown fields are ignored; the error is encoding/json's.
func DecodeRow(pod []byte) (PodRow, error) {
	var s slimPod
	if err := json.Unmarshal(pod, &s); err != nil {
		return PodRow{}, fmt.Errorf("decode a pod of the list: %w", err)
	}
	return s.row(), nil
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
	var s slimPod
	m := &s.Metadata
	m.Namespace, m.Name, m.UID = pod.Namespace, pod.Name, string(pod.UID)
	m.ResourceVersion, m.Labels = pod.ResourceVersion, pod.Labels
	m.CreationTimestamp = pod.CreationTimestamp.Time
	if pod.DeletionTimestamp != nil {
		m.DeletionTimestamp = &pod.DeletionTimestamp.Time
	}
	for _, o := range pod.OwnerReferences {
		m.OwnerReferences = append(m.OwnerReferences, slimOwner{Kind: o.Kind, Name: o.Name, Controller: o.Controller})
	}
	s.Spec.NodeName = pod.Spec.NodeName
	s.Spec.Containers = slimContainers(pod.Spec.Containers)
	s.Spec.InitContainers = slimContainers(pod.Spec.InitContainers)
	st := &s.Status
	st.Phase, st.Reason, st.PodIP = string(pod.Status.Phase), pod.Status.Reason, pod.Status.PodIP
	for _, c := range pod.Status.Conditions {
		st.Conditions = append(st.Conditions, slimCondition{Type: string(c.Type), Status: string(c.Status)})
	}
	st.InitContainerStatuses = slimStatuses(pod.Status.InitContainerStatuses)
	st.ContainerStatuses = slimStatuses(pod.Status.ContainerStatuses)
	return s.row()
}

func slimContainers(cs []corev1.Container) []slimContainer {
	out := make([]slimContainer, len(cs))
	for i, c := range cs {
		out[i] = slimContainer{Name: c.Name, Image: c.Image}
		if c.RestartPolicy != nil {
			out[i].RestartPolicy = string(*c.RestartPolicy)
		}
	}
	return out
}

func slimStatuses(cs []corev1.ContainerStatus) []slimStatus {
	out := make([]slimStatus, len(cs))
	for i, c := range cs {
		out[i] = slimStatus{
			Name: c.Name, Ready: c.Ready, Started: c.Started, RestartCount: int(c.RestartCount),
			State: slimStateOf(c.State), LastState: slimStateOf(c.LastTerminationState),
		}
	}
	return out
}

func slimStateOf(s corev1.ContainerState) slimState {
	var out slimState
	if s.Waiting != nil {
		out.Waiting = &struct {
			Reason string `json:"reason"`
		}{s.Waiting.Reason}
	}
	if s.Running != nil {
		out.Running = &struct{}{}
	}
	if t := s.Terminated; t != nil {
		out.Terminated = &slimTerminated{Reason: t.Reason, ExitCode: int(t.ExitCode), Signal: int(t.Signal), FinishedAt: t.FinishedAt.Time}
	}
	return out
}

func (s *slimPod) row() PodRow {
	m := &s.Metadata
	r := PodRow{
		Namespace: m.Namespace, Name: m.Name, UID: m.UID, ResourceVersion: m.ResourceVersion,
		Phase: s.Status.Phase, Total: len(s.Spec.Containers),
		Created: m.CreationTimestamp, Deleting: m.DeletionTimestamp != nil,
		IP: s.Status.PodIP, Node: s.Spec.NodeName, Labels: joinLabels(m.Labels),
	}
	for _, o := range m.OwnerReferences {
		if o.Controller != nil && *o.Controller {
			r.Owner = o.Kind + "/" + o.Name
		}
	}
	images := make([]string, len(s.Spec.Containers))
	r.Containers = make([]string, len(s.Spec.Containers))
	for i, c := range s.Spec.Containers {
		r.Containers[i], images[i] = c.Name, c.Image
	}
	r.Images = strings.Join(images, ",")
	for _, c := range s.Spec.InitContainers {
		r.InitNames = append(r.InitNames, c.Name)
	}
	s.fillStatus(&r)
	return r
}

// fillStatus applies the rules of READY, STATUS and RESTARTS that RowOf states.
func (s *slimPod) fillStatus(r *PodRow) {
	status := s.Status.Phase
	if s.Status.Reason != "" {
		status = s.Status.Reason
	}
	if init, ok := s.initStatus(r); ok {
		status = init
	} else {
		status = s.containersStatus(r, status)
	}
	if r.Deleting {
		status = "Terminating"
		if s.Status.Reason == "NodeLost" {
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
	for i, c := range s.Status.InitContainerStatuses {
		restarts += c.RestartCount
		r.noteRestart(c)
		t := c.State.Terminated
		switch {
		case t != nil && t.ExitCode == 0:
			continue
		case s.sidecar(c.Name) && c.Started != nil && *c.Started:
			continue
		}
		r.Restarts = restarts
		switch {
		case t != nil && t.Reason != "":
			return "Init:" + t.Reason, true
		case t != nil && t.Signal != 0:
			return "Init:Signal:" + strconv.Itoa(t.Signal), true
		case t != nil:
			return "Init:ExitCode:" + strconv.Itoa(t.ExitCode), true
		case c.State.Waiting != nil && c.State.Waiting.Reason != "" && c.State.Waiting.Reason != "PodInitializing":
			return "Init:" + c.State.Waiting.Reason, true
		}
		return fmt.Sprintf("Init:%d/%d", i, len(s.Spec.InitContainers)), true
	}
	return "", false
}

// sidecar tells whether the named init container is one that keeps running.
func (s *slimPod) sidecar(name string) bool {
	return slices.ContainsFunc(s.Spec.InitContainers, func(c slimContainer) bool {
		return c.Name == name && c.RestartPolicy == string(corev1.ContainerRestartPolicyAlways)
	})
}

// containersStatus is the status of a pod whose init containers are done.
func (s *slimPod) containersStatus(r *PodRow, status string) string {
	r.Restarts = 0
	running := false
	for _, c := range slices.Backward(s.Status.ContainerStatuses) {
		r.Restarts += c.RestartCount
		r.noteRestart(c)
		t := c.State.Terminated
		switch {
		case c.State.Waiting != nil && c.State.Waiting.Reason != "":
			status = c.State.Waiting.Reason
		case t != nil && t.Reason != "":
			status = t.Reason
		case t != nil && t.Signal != 0:
			status = "Signal:" + strconv.Itoa(t.Signal)
		case t != nil:
			status = "ExitCode:" + strconv.Itoa(t.ExitCode)
		case c.Ready && c.State.Running != nil:
			running = true
			r.Ready++
		}
	}
	// One container done while another serves is no completed pod.
	if status == "Completed" && running {
		status = "NotReady"
		for _, c := range s.Status.Conditions {
			if c.Type == string(corev1.PodReady) && c.Status == string(corev1.ConditionTrue) {
				status = string(corev1.PodRunning)
			}
		}
	}
	return status
}

func (r *PodRow) noteRestart(c slimStatus) {
	if t := c.LastState.Terminated; t != nil && t.FinishedAt.After(r.LastRestart) {
		r.LastRestart = t.FinishedAt
	}
}

func joinLabels(labels map[string]string) string {
	if len(labels) == 0 {
		return ""
	}
	pairs := make([]string, 0, len(labels))
	for k, v := range labels {
		pairs = append(pairs, k+"="+v)
	}
	slices.Sort(pairs)
	return strings.Join(pairs, ",")
}
