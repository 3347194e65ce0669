package apiclient

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Bounds of what an error keeps of a server's words.
const (
	maxErrorBody   = 64 << 10 // bytes read of a refusal's body
	maxMessage     = 4 << 10  // bytes shown of one message
	maxHeaderBytes = 256 << 10
	maxCauses      = 100
)

// statusError makes an apierrors error of a refusal: of its Status when the
// body is one (API page: the codes alone; metav1.Status is what its service
// sends), else of the words that can be found in the body.
func (c *Client) statusError(method string, code int, header http.Header, body []byte) *apierrors.StatusError {
	status, ok := decodeStatus(body)
	if !ok {
		status = metav1.Status{Message: wordsOf(header, body)}
	}
	return c.tidyStatus(status, method, code, header)
}

// decodeStatus reads a body that is a metav1.Status.
func decodeStatus(body []byte) (metav1.Status, bool) {
	var s metav1.Status
	body = bytes.TrimSpace(body)
	if len(body) == 0 || body[0] != '{' || json.Unmarshal(body, &s) != nil {
		return metav1.Status{}, false
	}
	// Some servers leave the kind out: reason and message together are a
	// Status all the same.
	return s, s.Kind == "Status" || (s.Kind == "" && s.Reason != "" && s.Message != "")
}

// tidyStatus completes a Status with what the answer says around it, and makes
// its texts safe and short.
func (c *Client) tidyStatus(s metav1.Status, method string, code int, header http.Header) *apierrors.StatusError {
	s.Status = metav1.StatusFailure
	if s.Code < 100 || s.Code > 599 {
		s.Code = int32(code)
	}
	if s.Reason == "" {
		s.Reason = reasonOf(method, int(s.Code))
	}
	s.Reason = metav1.StatusReason(c.clean(string(s.Reason), 64))
	s.Message = c.clean(s.Message, maxMessage)
	if s.Message == "" {
		s.Message = "the server answered " + strconv.Itoa(int(s.Code)) + " " + http.StatusText(int(s.Code)) + " and said no more"
	}
	if d := s.Details; d != nil {
		d = d.DeepCopy()
		d.Name, d.Kind, d.Group = c.clean(d.Name, 256), c.clean(d.Kind, 64), c.clean(d.Group, 256)
		d.Causes = d.Causes[:min(len(d.Causes), maxCauses)]
		for i, cause := range d.Causes {
			d.Causes[i] = metav1.StatusCause{
				Type:    metav1.CauseType(c.clean(string(cause.Type), 64)),
				Field:   c.clean(cause.Field, 256),
				Message: c.clean(cause.Message, maxMessage),
			}
		}
		s.Details = d
	}
	if wait := retryAfter(header); wait > 0 && (code == http.StatusTooManyRequests || code >= 500) {
		if s.Details == nil {
			s.Details = &metav1.StatusDetails{}
		}
		if s.Details.RetryAfterSeconds == 0 {
			s.Details.RetryAfterSeconds = wait
		}
	}
	return &apierrors.StatusError{ErrStatus: s}
}

// reasonOf is the reason that Kubernetes gives with a code.
func reasonOf(method string, code int) metav1.StatusReason {
	switch code {
	case http.StatusConflict:
		if method == http.MethodPost {
			return metav1.StatusReasonAlreadyExists
		}
		return metav1.StatusReasonConflict
	case http.StatusBadRequest:
		return metav1.StatusReasonBadRequest
	case http.StatusUnauthorized:
		return metav1.StatusReasonUnauthorized
	case http.StatusForbidden:
		return metav1.StatusReasonForbidden
	case http.StatusNotFound:
		return metav1.StatusReasonNotFound
	case http.StatusMethodNotAllowed:
		return metav1.StatusReasonMethodNotAllowed
	case http.StatusNotAcceptable:
		return metav1.StatusReasonNotAcceptable
	case http.StatusGone:
		return metav1.StatusReasonExpired
	case http.StatusRequestEntityTooLarge:
		return metav1.StatusReasonRequestEntityTooLarge
	case http.StatusUnsupportedMediaType:
		return metav1.StatusReasonUnsupportedMediaType
	case http.StatusUnprocessableEntity:
		return metav1.StatusReasonInvalid
	case http.StatusTooManyRequests:
		return metav1.StatusReasonTooManyRequests
	case http.StatusInternalServerError:
		return metav1.StatusReasonInternalError
	case http.StatusServiceUnavailable:
		return metav1.StatusReasonServiceUnavailable
	case http.StatusGatewayTimeout:
		return metav1.StatusReasonTimeout
	}
	return metav1.StatusReasonUnknown
}

// retryAfter is the wait that the server asks for, in seconds, 0 for none (RFC
// 9110 §10.2.3: a number of seconds or a date). No wait is longer than a day.
func retryAfter(header http.Header) int32 {
	const day = 24 * 60 * 60
	v := strings.TrimSpace(header.Get("Retry-After"))
	if v == "" {
		return 0
	}
	if n, err := strconv.ParseInt(v, 10, 64); err == nil {
		return int32(max(0, min(n, day)))
	}
	at, err := http.ParseTime(v)
	if err != nil {
		return 0
	}
	return int32(max(0, min(time.Until(at).Seconds()+1, day)))
}
