package kube

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/httpstream" //nolint:staticcheck // client-go's SPDY dialer still speaks in its types
	"k8s.io/apimachinery/pkg/util/remotecommand"
	"k8s.io/client-go/transport/spdy"
	streaming "k8s.io/streaming/pkg/httpstream"

	"podium/apiserver/engine"
)

// spdyWire is a wire over SPDY, one stream for each channel.
type spdyWire struct {
	conn    httpstream.Connection
	streams map[string]httpstream.Stream // by corev1.StreamType*
	write   sync.Mutex
}

var _ wire = (*spdyWire)(nil)

func dialSPDY(ctx context.Context, l *link, u *url.URL, r execRequest) (wire, error) {
	transport, upgrader, err := spdy.RoundTripperFor(l.config)
	if err != nil {
		return nil, fmt.Errorf("prepare a SPDY connection: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("make a request: %w", err)
	}
	// The fourth version is the first that tells exit codes.
	for _, version := range []string{remotecommand.StreamProtocolV5Name, remotecommand.StreamProtocolV4Name} {
		req.Header.Add(httpstream.HeaderProtocolVersion, version)
	}
	return during(ctx, func() (wire, error) {
		resp, err := transport.RoundTrip(req)
		if err != nil {
			return nil, err // unreached words it
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusSwitchingProtocols {
			return nil, answerError(resp)
		}
		conn, err := upgrader.NewConnection(resp)
		if err != nil {
			return nil, &streaming.UpgradeFailureError{Cause: err}
		}
		s, err := openStreams(conn, r)
		if err != nil {
			return nil, err
		}
		return s, nil
	})
}

// openStreams makes the streams that the request names. All of them must be
// there before the cluster starts the command.
func openStreams(conn httpstream.Connection, r execRequest) (*spdyWire, error) {
	s := &spdyWire{conn: conn, streams: map[string]httpstream.Stream{}}
	for _, want := range []struct {
		kind string
		on   bool
	}{
		{corev1.StreamTypeError, true},
		{corev1.StreamTypeStdin, r.stdin},
		{corev1.StreamTypeStdout, r.stdout},
		{corev1.StreamTypeStderr, r.stderr},
		{corev1.StreamTypeResize, r.tty},
	} {
		if !want.on {
			continue
		}
		stream, err := conn.CreateStream(http.Header{corev1.StreamType: {want.kind}})
		if err != nil {
			return nil, errors.Join(fmt.Errorf("open the stream %s: %w", want.kind, err), conn.Close())
		}
		s.streams[want.kind] = stream
	}
	// Nothing is sent on it. Where even that fails, run finds out.
	_ = s.streams[corev1.StreamTypeError].Close()
	return s, nil
}

// run implements wire.
func (s *spdyWire) run(stdout, stderr io.Writer) ([]byte, error) {
	var outputs sync.WaitGroup
	for kind, to := range map[string]io.Writer{corev1.StreamTypeStdout: stdout, corev1.StreamTypeStderr: stderr, corev1.StreamTypeStdin: io.Discard} {
		if from := s.streams[kind]; from != nil {
			outputs.Go(func() { _, _ = io.Copy(to, from) }) // the status tells what became of the command
		}
	}
	status, err := io.ReadAll(io.LimitReader(s.streams[corev1.StreamTypeError], maxStatusBytes))
	if len(status) == 0 {
		// The other streams may stay open on a connection that is half dead.
		_ = s.conn.Close()
	}
	outputs.Wait()
	switch {
	case len(status) > 0:
		return status, nil
	case err != nil:
		return nil, fmt.Errorf("the connection to the cluster broke: %w", err)
	}
	return nil, errors.New("the cluster closed the connection")
}

// input implements wire.
func (s *spdyWire) input(p []byte) (int, error) {
	stream := s.streams[corev1.StreamTypeStdin]
	if stream == nil {
		return 0, io.ErrClosedPipe
	}
	n := 0
	for len(p) > n {
		part := p[n:min(len(p), n+maxInput)]
		if _, err := stream.Write(part); err != nil {
			return n, fmt.Errorf("write to the cluster: %w", err)
		}
		n += len(part)
	}
	return n, nil
}

// endInput implements wire.
func (s *spdyWire) endInput() error {
	if stream := s.streams[corev1.StreamTypeStdin]; stream != nil {
		if err := stream.Close(); err != nil {
			return fmt.Errorf("end stdin: %w", err)
		}
	}
	return nil
}

// resize implements wire.
func (s *spdyWire) resize(size engine.Size) error {
	stream := s.streams[corev1.StreamTypeResize]
	if stream == nil {
		return io.ErrClosedPipe
	}
	s.write.Lock()
	defer s.write.Unlock()
	if _, err := stream.Write(resizeMessage(size)); err != nil {
		return fmt.Errorf("write to the cluster: %w", err)
	}
	return nil
}

// Close implements wire.
func (s *spdyWire) Close() error {
	_ = s.conn.Close() // ending it is all that is wanted
	return nil
}
