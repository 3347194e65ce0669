package apiserver

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	kjson "sigs.k8s.io/json"
)

// readBody takes a request's whole body, chunked or not, of at most limit
// bytes, in the time that Limits.BodyTime gives. A body that is there must be
// JSON by its Content-Type (see jsonBody).
func (s *Server) readBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	rc := http.NewResponseController(w)
	// A response writer without deadlines is no socket: nothing can stall it.
	// After an error the deadline stays, as net/http reads on to be rid of the
	// rest before it answers.
	_ = rc.SetReadDeadline(time.Now().Add(s.limits.BodyTime))
	if r.ContentLength > limit {
		return nil, tooLarge(limit)
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if err == nil {
		err = rc.SetReadDeadline(time.Time{})
		if errors.Is(err, http.ErrNotSupported) {
			err = nil
		}
	}
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, tooLarge(limit)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, apierrors.NewTimeoutError(fmt.Sprintf("the body did not come within %s", s.limits.BodyTime), 0)
	case err != nil:
		return nil, apierrors.NewBadRequest("the body broke off: " + err.Error())
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, nil
	}
	return body, jsonBody(r)
}

// decode reads a JSON body into v, fields by their exact names. What the
// decoder does not know or finds twice comes back as sentences; what it cannot
// read is BadRequest in its words.
func decode(body []byte, v any) (strict []string, err error) {
	problems, err := kjson.UnmarshalStrict(body, v)
	if err != nil {
		if is, offset := kjson.SyntaxErrorOffset(err); is {
			line, column := place(body, offset)
			return nil, apierrors.NewBadRequest(fmt.Sprintf("the body is not JSON: line %d, column %d: %v", line, column, err))
		}
		return nil, apierrors.NewBadRequest("the body does not fit: " + err.Error())
	}
	for _, p := range problems {
		strict = append(strict, p.Error())
	}
	return strict, nil
}

// place is where the byte offset is in text, both counted from 1.
func place(text []byte, offset int64) (line, column int) {
	before := string(text[:min(max(int(offset)-1, 0), len(text))])
	line = strings.Count(before, "\n") + 1
	return line, len(before) - strings.LastIndexByte(before, '\n')
}
