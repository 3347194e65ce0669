package engine

import "net/http"

// ResourceServer is implemented by engines whose own API is the pod API
// already. They answer the requests for pods, logs, events and namespaces
// themselves, byte for byte; exec, discovery and /info stay with the server.
type ResourceServer interface {
	// ServeResource answers a request that the server has let in, whose path
	// it serves and whose body it has bounded. What it returns before it has
	// sent anything is answered as a Status; later, the answer is cut off, so
	// that a half answer is never taken for a whole one. The request's context
	// is done when the client has gone or the server goes down; an error that
	// wraps http.ErrAbortHandler says the former. Delete is answered with 204.
	ServeResource(w http.ResponseWriter, r *http.Request) error
}
