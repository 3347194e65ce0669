package kube

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// maxErrorBytes is how much of an error's body is read.
const maxErrorBytes = 64 << 10

// maxErrorText is how much of a text that is no Status is told.
const maxErrorText = 1 << 10

// reasons are the reasons that belong to codes (Kubernetes API conventions,
// "HTTP status codes").
var reasons = map[int]metav1.StatusReason{
	http.StatusBadRequest:            metav1.StatusReasonBadRequest,
	http.StatusUnauthorized:          metav1.StatusReasonUnauthorized,
	http.StatusForbidden:             metav1.StatusReasonForbidden,
	http.StatusNotFound:              metav1.StatusReasonNotFound,
	http.StatusMethodNotAllowed:      metav1.StatusReasonMethodNotAllowed,
	http.StatusConflict:              metav1.StatusReasonConflict,
	http.StatusGone:                  metav1.StatusReasonGone,
	http.StatusRequestEntityTooLarge: metav1.StatusReasonRequestEntityTooLarge,
	http.StatusUnprocessableEntity:   metav1.StatusReasonInvalid,
	http.StatusTooManyRequests:       metav1.StatusReasonTooManyRequests,
	http.StatusServiceUnavailable:    metav1.StatusReasonServiceUnavailable,
	http.StatusGatewayTimeout:        metav1.StatusReasonTimeout,
}

func failureStatus(code int, message string) metav1.Status {
	reason, ok := reasons[code]
	if !ok {
		reason = metav1.StatusReasonInternalError
	}
	return metav1.Status{
		TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"},
		Status:   metav1.StatusFailure, Code: int32(code), Reason: reason, Message: message,
	}
}

// statusOf reads the body of an answer that refuses something: the cluster's
// Status word for word, or one made of what a gateway in between has said. The
// caller closes the body.
func statusOf(resp *http.Response) metav1.Status {
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxErrorBytes))
	if err != nil && len(b) == 0 {
		return failureStatus(resp.StatusCode, fmt.Sprintf("the cluster answered %s, and the rest of it did not come: %v", resp.Status, err))
	}
	return parseStatus(resp, b)
}

func parseStatus(resp *http.Response, body []byte) metav1.Status {
	var st metav1.Status
	if json.Unmarshal(body, &st) == nil && st.Kind == "Status" {
		if st.Code == 0 {
			st.Code = int32(resp.StatusCode)
		}
		return st
	}
	text := strings.TrimSpace(string(body))
	if len(text) > maxErrorText {
		text = strings.ToValidUTF8(text[:maxErrorText], "") + "…"
	}
	code := resp.StatusCode
	message := fmt.Sprintf("the cluster answered %s", resp.Status)
	if code < 400 {
		code = http.StatusBadGateway
		message += ", which is not an answer of this API"
		if to := resp.Header.Get("Location"); to != "" {
			message += " (it points to " + to + "); is the server's URL in the kubeconfig right?"
		}
	}
	if text != "" {
		message += ": " + text
	}
	return failureStatus(code, message)
}

func retryAfter(seconds int) *metav1.StatusDetails {
	return &metav1.StatusDetails{RetryAfterSeconds: int32(min(seconds, 3600))}
}
