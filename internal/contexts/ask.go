package contexts

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"podium/apiserver/engine/host/background"
)

// askTimeout is how long a local socket may take to say how it does.
const askTimeout = 3 * time.Second

// Ask asks a context of this machine how it does, and gives a few words: only
// the Local ones may be asked, as others cost credentials, money or patience. It
// starts nothing.
func (b *Book) Ask(ctx context.Context, e Entry) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	switch {
	case !e.Local:
		return "", fmt.Errorf("%s is not on this machine: it is not asked before it is opened", e.ID())
	case e.Kind == Host:
		return b.askHost()
	case e.Kind == Docker:
		return askDaemon(ctx, strings.TrimPrefix(e.Address, "unix://"))
	}
	return askServer(ctx, e)
}

func (b *Book) askHost() (string, error) {
	s, err := background.Status(b.opts.Dir.Path())
	switch {
	case err != nil:
		return "", err
	case s.PID == 0:
		return "not running yet", nil
	case !s.Answer:
		return "", fmt.Errorf("process %d does not answer", s.PID)
	}
	return "runs", nil
}

// askDaemon asks a Docker or Podman socket who it is; both answer that without
// looking at anything.
func askDaemon(ctx context.Context, socket string) (string, error) {
	var d net.Dialer
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return d.DialContext(ctx, "unix", socket)
	}}
	defer transport.CloseIdleConnections()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://daemon/_ping", nil)
	if err != nil {
		return "", fmt.Errorf("ask the daemon: %w", err)
	}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return "", fmt.Errorf("the daemon does not answer: %w", bare(err))
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode != http.StatusOK:
		return "", fmt.Errorf("the daemon answers %s", resp.Status)
	case resp.Header.Get("Libpod-Api-Version") != "":
		return "Podman " + resp.Header.Get("Libpod-Api-Version"), nil
	case strings.HasPrefix(resp.Header.Get("Server"), "Docker/"):
		name, _, _ := strings.Cut(strings.TrimPrefix(resp.Header.Get("Server"), "Docker/"), " ")
		return "Docker " + name, nil
	}
	return "answers", nil
}

// bare is why a connection was not made, without the address that is known.
func bare(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}

// askServer asks an endpoint at a socket of this machine, with the token that is
// kept for it.
func askServer(ctx context.Context, e Entry) (string, error) {
	opened, err := e.open()
	if err != nil {
		return "", err
	}
	defer opened.Close()
	info, err := opened.Client.Info(ctx)
	if err != nil {
		return "", err
	}
	if engine := info.Engine(); engine != "" {
		return "serves " + engine, nil
	}
	return "answers", nil
}
