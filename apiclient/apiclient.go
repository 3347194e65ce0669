// Package apiclient is the client of the pod API: lists decoded as a stream,
// watches, get, create, delete, logs and events, and exec with its hijacked
// connection, over http, https, unix sockets or connections handed out by the
// caller. Errors are apimachinery's apierrors wherever the server answered.
//
// It draws nothing, knows no engine and keeps no pods; it never retries a call.
package apiclient

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"time"
)

// Config says which endpoint a Client talks to, and as whom.
type Config struct {
	// Server is the endpoint: http://host[:port][/prefix], https://… or
	// unix:///path/of/socket. It holds no user, query or fragment. It may be
	// empty when Dial is given. It is dialled directly: proxies that the
	// environment names are not used, as an exec could not pass them.
	Server string

	// CAFile or CAData hold the certificates (PEM) of the authorities that
	// the server's certificate is checked against, in place of the system's.
	CAFile string
	CAData []byte

	// CertFile and KeyFile are the client's certificate and its key (PEM),
	// given both or not at all.
	CertFile string
	KeyFile  string

	// ServerName is the name in the server's certificate where it is not the
	// host of Server.
	ServerName string

	// Fingerprint is the SHA-256 of the one certificate that the server may
	// show, in hexadecimal digits, colons allowed. It takes the place of the
	// authorities: CAFile and CAData are not given with it.
	Fingerprint string

	// InsecureSkipVerify takes any certificate of any server. TLSNote and
	// Describe then say so.
	InsecureSkipVerify bool

	// Token is a bearer token; TokenFile names a file that holds one, read
	// again when it is older than some seconds. At most one is given.
	Token     string
	TokenFile string

	// UserAgent is sent with every request; empty means "podium".
	UserAgent string

	// Timeout is how long the server may be silent, before an answer begins
	// and within it. Watches, logs and exec streams may be silent as long as
	// they like once they have begun. 0 means DefaultTimeout.
	Timeout time.Duration

	// MaxItemBytes bounds the JSON of one pod or watch event, MaxListBytes
	// that of a whole list. 0 means DefaultMaxItemBytes, DefaultMaxListBytes.
	MaxItemBytes int
	MaxListBytes int64

	// Dial, when given, makes every connection, in place of the network, such
	// as one end of a socket pair to a server in this process. Connections
	// should be able to CloseWrite: without it an exec's stdin cannot end
	// before its output does.
	Dial func(ctx context.Context) (net.Conn, error)
}

// The defaults of Config.
const (
	DefaultTimeout      = 30 * time.Second
	DefaultMaxItemBytes = 4 << 20
	DefaultMaxListBytes = 2 << 30
)

// Client talks to one endpoint. It is safe for concurrent use, and Close should
// be called once it is no longer needed.
type Client struct {
	cfg       Config
	base      *url.URL // scheme http or https, host as sent, prefix without a slash at its end
	server    string   // the endpoint in words, without secrets
	dial      func(ctx context.Context) (net.Conn, error)
	tls       *tls.Config // nil without TLS
	pinned    pinned
	transport *http.Transport
	token     *tokenSource
	maxItem   int
	maxList   int64
}

// New makes a client of the endpoint that cfg describes. It reads the files
// that cfg names and dials nothing. An error says which of cfg's fields cannot
// be used and why.
func New(cfg Config) (*Client, error) {
	c := &Client{cfg: cfg, maxItem: cfg.MaxItemBytes, maxList: cfg.MaxListBytes}
	if c.cfg.Timeout <= 0 {
		c.cfg.Timeout = DefaultTimeout
	}
	if c.cfg.UserAgent == "" {
		c.cfg.UserAgent = "podium"
	}
	if c.maxItem <= 0 {
		c.maxItem = DefaultMaxItemBytes
	}
	if c.maxList <= 0 {
		c.maxList = DefaultMaxListBytes
	}
	if err := c.locate(); err != nil {
		return nil, err
	}
	var err error
	if c.tls, err = cfg.tlsConfig(c.base, &c.pinned); err != nil {
		return nil, err
	}
	if c.token, err = newTokenSource(cfg); err != nil {
		return nil, err
	}
	c.transport = c.newTransport()
	return c, nil
}

// newTransport makes the transport of every call but exec start. Answers are
// not asked for compressed: a list that is recognised by its bytes costs less
// plain than unpacked. HTTP/2 is left out since one slow list would share its
// flow control with every watch, and the hijack needs HTTP/1.1 anyway.
func (c *Client) newTransport() *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Transport{
		Protocols:           protocols,
		DisableCompression:  true,
		DialContext:         func(ctx context.Context, _, _ string) (net.Conn, error) { return c.dialPlain(ctx) },
		TLSClientConfig:     c.tls,
		TLSHandshakeTimeout: c.cfg.Timeout,
		MaxIdleConnsPerHost: 8,
		// Shorter than servers' own: a call that changes something is not
		// repeated when it meets a connection that the server is just closing.
		IdleConnTimeout:        20 * time.Second,
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: maxHeaderBytes,
		ReadBufferSize:         64 << 10,
	}
}

// Close ends the idle connections. Streams that are still open are ended by
// their own Close. It never fails and may be called again.
func (c *Client) Close() error {
	c.transport.CloseIdleConnections()
	return nil
}

// Describe names the endpoint for people, with what they should know about its
// safety: "https://pods.example:8443 (certificate not verified)".
func (c *Client) Describe() string {
	if note := c.TLSNote(); note != "" {
		return c.server + " (" + note + ")"
	}
	return c.server
}

// TLSNote is what people should know about the safety of the connection, ""
// when there is nothing: "certificate not verified", or "not encrypted" for
// plain http to another machine.
func (c *Client) TLSNote() string {
	switch {
	case c.tls != nil && c.cfg.InsecureSkipVerify:
		return "certificate not verified"
	case c.tls == nil && c.cfg.Dial == nil && !c.onThisMachine():
		return "not encrypted"
	}
	return ""
}
