package editor

import (
	"strings"
	"time"

	"podium/api"
)

// A draft's id says when the text was begun and, where it is to replace a pod,
// which one: so a draft that is opened again after a crash is still an edit.
const (
	draftTime  = "20060102-150405.000"
	editPrefix = "edit "
)

// newDraft is the id of the draft of a new pod.
func newDraft(begun time.Time) string { return "pod-" + begun.UTC().Format(draftTime) }

// draftOf is the id of the draft of an edit of a pod.
func draftOf(ref api.PodRef, begun time.Time) string {
	return editPrefix + ref.Namespace + "/" + ref.Name + " " + begun.UTC().Format(draftTime)
}

// draftedPod is the pod that a draft is to replace; ok is false for that of a
// new pod.
func draftedPod(id string) (ref api.PodRef, ok bool) {
	rest, ok := strings.CutPrefix(id, editPrefix)
	if !ok {
		return ref, false
	}
	pod, _, ok := strings.Cut(rest, " ")
	if !ok {
		return ref, false
	}
	ref.Namespace, ref.Name, ok = strings.Cut(pod, "/")
	return ref, ok && ref.Namespace != "" && ref.Name != ""
}
