// Package api holds the nouns of the wire that client, server and screens
// share: the paths of the pod API, exec's configuration, answers and session,
// the options of list and log, watch's events, the compact PodRow with the
// rules of its columns, and what an endpoint says of itself (Info). Pods
// themselves are k8s.io/api's corev1.Pod, errors are apimachinery's apierrors
// with metav1.Status on the wire.
//
// It makes no requests, serves none and draws nothing.
package api

import (
	"errors"
	"net/url"
	"strconv"
)

// Root is the prefix of every path of the pod API.
const Root = "/api/v1"

// DefaultNamespace is the one namespace the API page knows. Endpoints over
// Kubernetes have others.
const DefaultNamespace = "default"

// ErrUnreachable is wrapped by errors of calls that got no usable answer: the
// endpoint could not be reached, stopped answering, or is no pod API. What the
// server itself refused is one of apimachinery's apierrors instead.
var ErrUnreachable = errors.New("the endpoint cannot be reached")

// InfoPath answers what the endpoint is: see Info.
const InfoPath = "/info"

// NamespacesPath is the collection of namespaces (GET), where there are some
// (CapNamespaces).
const NamespacesPath = "/api/v1/namespaces"

// PodsPath is the collection of pods in namespace: list (GET) and create
// (POST). An empty namespace means all of them, as Kubernetes spells it;
// the API page itself knows only DefaultNamespace.
func PodsPath(namespace string) string {
	if namespace == "" {
		return Root + "/pods"
	}
	return Root + "/namespaces/" + url.PathEscape(namespace) + "/pods"
}

// PodPath is one pod: get (GET) and delete (DELETE).
func PodPath(namespace, name string) string {
	return PodsPath(namespace) + "/" + url.PathEscape(name)
}

// LogPath is the log of a pod's container (GET); its query is LogOptions.
func LogPath(namespace, name string) string {
	return PodPath(namespace, name) + "/log"
}

// EventsPath is the collection of events in namespace, or of all of them when
// namespace is empty (GET, with fieldSelector).
func EventsPath(namespace string) string {
	if namespace == "" {
		return Root + "/events"
	}
	return Root + "/namespaces/" + url.PathEscape(namespace) + "/events"
}

// ExecCreatePath creates an exec in a container (POST; API page, ExecCreate).
// The query parameter is "container" on the wire, although the page's table
// names it containerName. An empty container leaves the choice to the server.
func ExecCreatePath(namespace, pod, container string) string {
	p := PodPath(namespace, pod) + "/exec"
	if container != "" {
		p += "?container=" + url.QueryEscape(container)
	}
	return p
}

// ExecStartPath starts a created exec and hands over its stream (POST; API
// page, ExecStart).
func ExecStartPath(id string) string {
	return execPath(id, "start")
}

// ExecResizePath sets the size of an exec's terminal in cells (POST; API page,
// ExecResize, which names no method).
func ExecResizePath(id string, rows, cols uint16) string {
	return execPath(id, "resize") + "?h=" + strconv.Itoa(int(rows)) + "&w=" + strconv.Itoa(int(cols))
}

// ExecInspectPath answers an ExecStatus (GET). The API page lacks it, yet its
// original client calls it after every stream.
func ExecInspectPath(id string) string {
	return execPath(id, "json")
}

// ExecKillPath sends a signal to an exec's process (POST). podium's own:
// offered where Info has CapExecKill.
func ExecKillPath(id, signal string) string {
	return execPath(id, "kill") + "?signal=" + url.QueryEscape(signal)
}

func execPath(id, what string) string {
	return Root + "/exec/" + url.PathEscape(id) + "/" + what
}
