package models

import (
	"errors"
	"net/http"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/api"
)

// Deleted is a pod that was deleted by this program, kept for a while so that it
// can be made again.
type Deleted struct {
	At       time.Time
	Endpoint string // where it was, as Env.Place says
	Batch    string // the same for pods that were deleted together
	Ref      api.PodRef
	Owner    string // "Kind/name" of what makes it anew by itself, "" for nothing
	Pod      []byte // the server's JSON, as it was before the deletion

	// Spared says that the server declined the deletion after the pod was kept:
	// what was kept of it in the same batch is void. There is no Pod then.
	Spared bool `json:",omitempty"`
}

// DoomedMsg tells every screen that pods are deleted at a time to come unless
// that is undone before; with the zero time it was undone.
type DoomedMsg struct {
	Refs []api.PodRef
	At   time.Time
}

// Declined tells whether an error is a server's answer that it does not delete the pod.
// After a timeout, or an error of the server's own, it may be deleted or not.
func Declined(err error) bool {
	var status apierrors.APIStatus
	if !errors.As(err, &status) || apierrors.IsNotFound(err) {
		return false
	}
	code := status.Status().Code
	return code >= http.StatusBadRequest && code < http.StatusInternalServerError && code != http.StatusRequestTimeout
}
