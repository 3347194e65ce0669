package kube

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/validate/content"
	utilnet "k8s.io/apimachinery/pkg/util/net"
	"k8s.io/client-go/rest"
)

// link is a way to the cluster under one reading of the kubeconfig.
type link struct {
	config    *rest.Config
	base      url.URL // scheme, host, and the prefix of servers behind a gateway
	transport http.RoundTripper
}

// link gives the way to the cluster, made anew when there is none yet or the
// credentials of the last were refused.
func (e *Engine) link() (*link, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.current != nil {
		return e.current, nil
	}
	cfg, err := e.source.config(e.words)
	if err != nil {
		return nil, err
	}
	base, _, err := rest.DefaultServerUrlFor(cfg)
	if err != nil {
		return nil, fmt.Errorf("read the server's URL of the context %q: %w", e.who.context, err)
	}
	transport, err := rest.TransportFor(cfg)
	if err != nil {
		return nil, fmt.Errorf("prepare the connection of the context %q: %w", e.who.context, err)
	}
	e.current = &link{config: cfg, base: *base, transport: transport}
	return e.current, nil
}

// drop makes the next request read the kubeconfig again, unless another has
// done so already. Requests under way keep their connection.
func (e *Engine) drop(l *link) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.current == l {
		e.current = nil
		l.close()
	}
}

func (l *link) close() { utilnet.CloseIdleConnectionsFor(l.transport) }

// url is the place of path segments and a query at the cluster. Segments are
// checked: nothing in them can lead to another place.
func (l *link) url(segments []string, query string) (*url.URL, error) {
	u := l.base
	escaped := strings.TrimSuffix(u.EscapedPath(), "/")
	plain := strings.TrimSuffix(u.Path, "/")
	for _, s := range segments {
		if problems := content.IsPathSegmentName(s); s == "" || len(problems) > 0 {
			return nil, apierrors.NewBadRequest(fmt.Sprintf("%q cannot be a name in a path: %s", s, strings.Join(append(problems, "it must not be empty"), ", ")))
		}
		plain += "/" + s
		escaped += "/" + url.PathEscape(s)
	}
	u.Path, u.RawPath, u.RawQuery = plain, escaped, query
	return &u, nil
}

// send sends a request to the cluster. Credentials that are refused are read
// anew, so that a login in the meantime counts at once, and the request is made
// and sent again; what is refused then, as a cluster that cannot be reached, is
// told in a sentence. Redirects are not followed: they could carry the
// credentials elsewhere.
func (e *Engine) send(build func(*link) (*http.Request, error)) (*http.Response, error) {
	var refused error
	for range 2 {
		l, err := e.link()
		if err != nil {
			return nil, err
		}
		req, err := build(l)
		if err != nil {
			return nil, err
		}
		resp, err := l.transport.RoundTrip(req)
		if err != nil {
			return nil, e.unreached(req.Context(), l, err)
		}
		if resp.StatusCode != http.StatusUnauthorized {
			return resp, nil
		}
		refused = e.loginError(l, statusOf(resp).Message)
		_ = resp.Body.Close() // it has been read
	}
	return nil, refused
}

// loginError says that the credentials were refused, and drops them.
func (e *Engine) loginError(l *link, words string) error {
	e.drop(l)
	text := fmt.Sprintf("the cluster does not accept the credentials of the context %q", e.who.context)
	if words != "" && !strings.EqualFold(words, "Unauthorized") {
		text += fmt.Sprintf(" (%s)", words)
	}
	return &apierrors.StatusError{ErrStatus: failureStatus(http.StatusUnauthorized, text+": "+e.loginAdvice(l))}
}

// loginAdvice says what can be done about credentials that do not work.
func (e *Engine) loginAdvice(l *link) string {
	advice := "log in again, as you do for kubectl"
	if words := e.words.last(); words != "" && l.config.ExecProvider != nil {
		advice += "; the credential plugin says: " + words
	}
	return advice + ". The next request takes the new credentials by itself"
}

// unreached is the error for a request that got no answer.
func (e *Engine) unreached(ctx context.Context, l *link, err error) error {
	if cause := ctx.Err(); cause != nil {
		return fmt.Errorf("ask the cluster of the context %q: %w", e.who.context, cause)
	}
	if strings.Contains(err.Error(), "getting credentials") {
		e.drop(l)
		return &apierrors.StatusError{ErrStatus: failureStatus(http.StatusUnauthorized,
			fmt.Sprintf("there are no credentials for the context %q (%v): %s", e.who.context, err, e.loginAdvice(l)))}
	}
	var op *url.Error
	if errors.As(err, &op) {
		err = op.Err
	}
	return &apierrors.StatusError{ErrStatus: failureStatus(http.StatusServiceUnavailable,
		fmt.Sprintf("cannot reach the cluster of the context %q at %s: %v", e.who.context, l.base.Host, err))}
}
