package apiclient

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"syscall"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/api"
)

// CallError is the error of every call: which one it was, and what went wrong.
// Err is an *apierrors.StatusError where the server refused, an error wrapping
// api.ErrUnreachable where it gave no usable answer, the context's error where
// the caller gave up. Neither holds a query, a token or an exec's id.
type CallError struct {
	Method string
	Path   string // without the query; an exec's id is shown as "…"
	Err    error
}

// Error is "METHOD path: what went wrong", with code and reason when the server
// refused.
func (e *CallError) Error() string {
	var status *apierrors.StatusError
	if !errors.As(e.Err, &status) {
		return e.Method + " " + e.Path + ": " + e.Err.Error()
	}
	return fmt.Sprintf("%s %s: %s (%d %s)", e.Method, e.Path, e.Err.Error(), status.ErrStatus.Code, status.ErrStatus.Reason)
}

// Unwrap gives Err.
func (e *CallError) Unwrap() error { return e.Err }

// errSilent ends a call whose server has said nothing for Config.Timeout.
var errSilent = errors.New("the server is silent")

// A transportError says in a sentence why there is no usable answer.
type transportError struct {
	text  string
	cause error
}

func (e *transportError) Error() string { return e.text }

// Unwrap leaves out a bare io.EOF: from a stream, that stands for an end in
// order.
func (e *transportError) Unwrap() []error {
	if errors.Is(e.cause, io.EOF) {
		return []error{api.ErrUnreachable, io.ErrUnexpectedEOF}
	}
	return []error{api.ErrUnreachable, e.cause}
}

// A localError is a call that was not made, for a reason on this side.
type localError struct{ err error }

func (e *localError) Error() string { return e.err.Error() }
func (e *localError) Unwrap() error { return e.err }

// local makes a localError in the manner of fmt.Errorf.
func local(format string, args ...any) error { return &localError{fmt.Errorf(format, args...)} }

// A dialError is a connection that was not made.
type dialError struct{ err error }

func (e *dialError) Error() string { return e.err.Error() }
func (e *dialError) Unwrap() error { return e.err }

// causeOf is err, or what ended ctx when that is the reason for err.
func causeOf(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// badAnswer is an answer that is not what the API says it should be.
func (c *Client) badAnswer(format string, args ...any) error {
	text := c.clean(fmt.Sprintf(format, args...), maxMessage)
	return &transportError{text + "; is " + c.server + " a pod API?", errBadAnswer}
}

// errBadAnswer is an answer that is not the API's.
var errBadAnswer = errors.New("unexpected answer")

// explain makes a sentence of an error below HTTP's answers: of dialling, TLS,
// or a connection that broke.
func (c *Client) explain(err error) error {
	var done *transportError
	var mine *localError
	var status *apierrors.StatusError
	switch {
	case err == nil, errors.As(err, &done), errors.As(err, &mine), errors.As(err, &status), errors.Is(err, api.ErrNotServed):
		return err
	case errors.Is(err, errSilent), strings.Contains(err.Error(), "TLS handshake timeout"):
		return &transportError{fmt.Sprintf("%s has not answered for %s", c.server, c.cfg.Timeout), err}
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%s has not answered in the time given: %w", c.server, err)
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("given up: %w", err)
	}
	var dial *dialError
	switch {
	case errors.As(err, &dial):
		return &transportError{"cannot reach " + c.server + ": " + c.dialWords(dial.err), err}
	default:
		if words := c.tlsWords(err); words != "" {
			return &transportError{words, err}
		}
	}
	return &transportError{c.brokenWords(err), err}
}

// dialWords says why a connection was not made and what can be done.
func (c *Client) dialWords(err error) string {
	var dns *net.DNSError
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused; is podium serve running?"
	case errors.Is(err, fs.ErrNotExist):
		return "there is no such socket; is podium serve running?"
	case errors.Is(err, fs.ErrPermission):
		return "permission denied; the socket belongs to another user"
	case errors.Is(err, syscall.EINVAL) && strings.HasPrefix(c.server, "unix:"):
		return "the socket's path cannot be used; systems take about 100 bytes"
	case errors.As(err, &dns) && dns.IsNotFound:
		return "no machine is known by the name " + cleanLine(dns.Name)
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		err = op.Err
	}
	var call *os.SyscallError
	if errors.As(err, &call) {
		err = call.Err
	}
	return c.clean(err.Error(), maxMessage)
}

// tlsWords says why the two sides could not agree on TLS, "" for other errors.
func (c *Client) tlsWords(err error) string {
	var (
		authority x509.UnknownAuthorityError
		host      x509.HostnameError
		invalid   x509.CertificateInvalidError
		verify    *tls.CertificateVerificationError
		record    tls.RecordHeaderError
		alert     tls.AlertError
	)
	var other *otherCertificateError
	switch {
	case errors.As(err, &other):
		return "the certificate of " + c.server + " is not the one that is trusted: its fingerprint is " + other.fingerprint +
			". Either the server has a new certificate, or somebody is in between"
	case errors.As(err, &authority):
		return "the certificate of " + c.server + " is signed by an authority that is not trusted here: give the authority's certificate (CA)" + trustWords(authority.Cert) + ", or skip the verification knowingly"
	case errors.As(err, &host):
		return "the certificate of " + c.server + " is not for this name: " + c.clean(host.Error(), maxMessage)
	case errors.As(err, &invalid):
		return "the certificate of " + c.server + " is not valid: " + c.clean(invalid.Error(), maxMessage)
	case errors.As(err, &verify):
		return "the certificate of " + c.server + " cannot be verified: " + c.clean(verify.Err.Error(), maxMessage)
	case errors.As(err, &record):
		return c.server + " does not speak TLS; is it an http:// address?"
	case errors.As(err, &alert), strings.Contains(err.Error(), "remote error: tls:"):
		return c.server + " refused the TLS connection (" + c.clean(err.Error(), maxMessage) + "); a client certificate may be wanting or not accepted"
	case strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return c.server + " does not speak TLS; is it an http:// address?"
	}
	return ""
}

// brokenWords says how a connection ended before its answer did.
func (c *Client) brokenWords(err error) string {
	text := err.Error()
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return c.server + " closed the connection in the middle of its answer"
	case errors.Is(err, io.EOF), strings.Contains(text, "server closed idle connection"):
		return c.server + " closed the connection without an answer"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return c.server + " broke the connection off"
	case strings.Contains(text, "malformed"), strings.Contains(text, "bad Content-Length"),
		strings.Contains(text, "invalid"), strings.Contains(text, "unsupported transfer encoding"):
		return "the answer of " + c.server + " is not HTTP as a pod API speaks it: " + c.clean(text, maxMessage)
	case strings.Contains(text, "server response headers exceeded"), errors.Is(err, errHeaderTooLong):
		return fmt.Sprintf("the answer of %s has a header of more than %d bytes", c.server, maxHeaderBytes)
	}
	return "the connection to " + c.server + " failed: " + c.clean(text, maxMessage)
}

// noRoute are the words, in lower case, with which servers say that they know
// no such path, rather than no such pod or exec: a 404 can mean either.
var noRoute = []string{
	"page not found",                                 // Go's own
	"could not find the requested resource",          // Kubernetes
	"nothing is served at this path",                 // podium
	"said no more",                                   // an empty body: see tidyStatus
	"a web page",                                     // some front end: see wordsOf
	"cannot get /", "cannot post /", "no such route", // others
}

// notServed tells whether a refusal means that the path or method does not
// exist at this endpoint, rather than the thing asked for.
func notServed(err error) bool {
	var status *apierrors.StatusError
	if !errors.As(err, &status) {
		return false
	}
	switch s := status.ErrStatus; s.Code {
	case http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return true
	case http.StatusNotFound:
		if s.Details != nil && s.Details.Name != "" {
			return false
		}
		text := strings.ToLower(s.Message)
		return text == "not found" || slices.ContainsFunc(noRoute, func(words string) bool { return strings.Contains(text, words) })
	}
	return false
}

// orNotServed adds api.ErrNotServed to an error that means it.
func orNotServed(err error) error {
	if err == nil || !notServed(err) {
		return err
	}
	return fmt.Errorf("%w: %w", err, api.ErrNotServed)
}
