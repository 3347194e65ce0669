package apiserver

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"podium/api"
)

// pods is the resource that errors about pods name.
func pods() schema.GroupResource { return schema.GroupResource{Resource: "pods"} }

// failure is a Status of ours with any code and reason.
func failure(code int, reason metav1.StatusReason, format string, args ...any) *apierrors.StatusError {
	return &apierrors.StatusError{ErrStatus: metav1.Status{
		Status:  metav1.StatusFailure,
		Code:    int32(code),
		Reason:  reason,
		Message: fmt.Sprintf(format, args...),
	}}
}

// statusOf is how err goes to the client: an apierror word for word, anything
// else as 500 with its text.
func statusOf(err error) metav1.Status {
	var known apierrors.APIStatus
	var query *api.QueryError
	var large *http.MaxBytesError
	var st metav1.Status
	switch {
	case errors.As(err, &known):
		st = known.Status()
	case errors.As(err, &query):
		st = apierrors.NewBadRequest(query.Error()).Status()
	case errors.As(err, &large):
		st = tooLarge(large.Limit).Status()
	case errors.Is(err, context.DeadlineExceeded):
		st = failure(http.StatusGatewayTimeout, metav1.StatusReasonTimeout, "%v", err).Status()
	default:
		st = failure(http.StatusInternalServerError, metav1.StatusReasonInternalError, "%v", err).Status()
	}
	st.Kind, st.APIVersion = "Status", "v1"
	if st.Status == "" {
		st.Status = metav1.StatusFailure
	}
	if st.Code < 400 || st.Code > 599 {
		st.Code = http.StatusInternalServerError
	}
	return st
}

func tooLarge(limit int64) *apierrors.StatusError {
	return failure(http.StatusRequestEntityTooLarge, metav1.StatusReasonRequestEntityTooLarge,
		"the body is larger than the %d bytes that are taken", limit)
}

// writeError answers err as a Status.
func writeError(w http.ResponseWriter, err error) {
	st := statusOf(err)
	if st.Details != nil && st.Details.RetryAfterSeconds > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(st.Details.RetryAfterSeconds)))
	}
	writeJSON(w, int(st.Code), st)
}

// writeJSON answers a whole object. It is encoded before the header goes out,
// so that an object which cannot be encoded is an error and not half an answer.
func writeJSON(w http.ResponseWriter, code int, v any) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		b.Reset()
		code = http.StatusInternalServerError
		fmt.Fprintf(&b, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"InternalError","code":500,"message":%q}`+"\n",
			"the answer cannot be encoded: "+err.Error())
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(code)
	// A client that has gone shows itself to net/http: nothing to do here.
	_, _ = w.Write(b.Bytes())
}

// Bounds of the warnings of one answer, so that a header stays one.
const (
	maxWarnings    = 32
	maxWarningText = 512
)

// addWarnings puts warnings into HTTP Warning headers of code 299 (RFC 7234,
// section 5.5), each once.
func addWarnings(w http.ResponseWriter, warnings []string) {
	seen := map[string]bool{}
	for _, text := range warnings {
		if text == "" || seen[text] {
			continue
		}
		if len(seen) == maxWarnings {
			w.Header().Add("Warning", `299 - "more warnings are left out"`)
			return
		}
		seen[text] = true
		w.Header().Add("Warning", `299 - `+quoteWarning(text))
	}
}

// quoteWarning is text as HTTP's quoted string, without what a header cannot
// carry.
func quoteWarning(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		if b.Len() > maxWarningText {
			b.WriteString("...")
			break
		}
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < 0x20 || r == 0x7f:
			b.WriteByte(' ')
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// answer notes what has become of a response, so that a panic can still be
// answered where nothing has been sent.
type answer struct {
	http.ResponseWriter
	begun bool
}

func (a *answer) WriteHeader(code int) {
	a.begun = true
	a.ResponseWriter.WriteHeader(code)
}

func (a *answer) Write(p []byte) (int, error) {
	a.begun = true
	return a.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach flushing, deadlines and Hijack.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// recovered answers a panic of a handler as 500 and logs where it came from.
// What has begun can only be cut off.
func (s *Server) recovered(w *answer, r *http.Request) {
	p := recover()
	if p == nil {
		return
	}
	if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(p)
	}
	s.opts.Log(fmt.Sprintf("panic while serving %s %s: %v\n%s", r.Method, r.URL.Path, p, debug.Stack()))
	if w.begun {
		panic(http.ErrAbortHandler)
	}
	writeError(w, failure(http.StatusInternalServerError, metav1.StatusReasonInternalError,
		"the server failed while serving this request; its log says where"))
}
