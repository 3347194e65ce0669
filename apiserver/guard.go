package apiserver

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"mime"
	"net"
	"net/http"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// tokenHash is all that is kept for comparing tokens: comparing hashes of one
// length takes the same time whatever was sent.
type tokenHash struct {
	set bool
	sum [sha256.Size]byte
}

func hashToken(token string) tokenHash {
	return tokenHash{set: token != "", sum: sha256.Sum256([]byte(token))}
}

func (t tokenHash) is(given string) bool {
	sum := sha256.Sum256([]byte(given))
	return t.set && subtle.ConstantTimeCompare(t.sum[:], sum[:]) == 1
}

// local tells whether the connection came over a unix socket, whose file
// permissions have let it in.
func local(ctx context.Context) bool {
	addr, ok := ctx.Value(http.LocalAddrContextKey).(net.Addr)
	return ok && addr.Network() == "unix"
}

// overLimit marks the context of a connection that is one too many.
type overLimit struct{}

// guard lets a request in or says why not. The order is from what a mere web
// page could do to what only somebody with the token can.
func (s *Server) guard(w http.ResponseWriter, r *http.Request) error {
	if over, _ := r.Context().Value(overLimit{}).(bool); over {
		w.Header().Set("Connection", "close")
		w.Header().Set("Retry-After", "1")
		return failure(http.StatusServiceUnavailable, metav1.StatusReasonServiceUnavailable,
			"%d connections are open, and no more are taken", s.limits.Connections)
	}
	if local(r.Context()) {
		return nil
	}
	if r.Header.Get("Origin") != "" {
		return failure(http.StatusForbidden, metav1.StatusReasonForbidden,
			"requests of web pages are refused: this one has an Origin header")
	}
	if !s.knownHost(r) {
		return failure(http.StatusForbidden, metav1.StatusReasonForbidden,
			"the Host of this request is neither the address listened on nor one of the names that were configured")
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || !s.token.is(strings.TrimSpace(token)) {
		w.Header().Set("WWW-Authenticate", `Bearer realm="podium"`)
		return failure(http.StatusUnauthorized, metav1.StatusReasonUnauthorized,
			"the bearer token is missing or wrong")
	}
	return nil
}

// knownHost tells whether the request's Host is one that this server goes by.
func (s *Server) knownHost(r *http.Request) bool {
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
	if host == "localhost" || slices.ContainsFunc(s.opts.Auth.Hosts, func(h string) bool { return strings.EqualFold(h, host) }) {
		return true
	}
	ip := net.ParseIP(host)
	addr, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
	return ip != nil && ok && (ip.Equal(addr.IP) || ip.IsLoopback() && addr.IP.IsLoopback())
}

// jsonBody refuses a body that is not JSON by its own account: a web page's
// form can send anything else without being asked. Over a unix socket, where
// no web page can come from, only a foreign format is refused.
func jsonBody(r *http.Request) error {
	header := r.Header.Get("Content-Type")
	kind, _, err := mime.ParseMediaType(header)
	if err == nil && (kind == "application/json" || strings.HasSuffix(kind, "+json")) {
		return nil
	}
	foreign := strings.Contains(kind, "yaml") || strings.Contains(kind, "protobuf") || strings.Contains(kind, "cbor")
	if local(r.Context()) && !foreign {
		return nil
	}
	said := "has no Content-Type"
	if header != "" {
		said = fmt.Sprintf("is %q", header)
	}
	return failure(http.StatusUnsupportedMediaType, metav1.StatusReasonUnsupportedMediaType,
		"the body %s; only application/json is taken", said)
}
