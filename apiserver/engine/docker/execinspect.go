package docker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"

	"github.com/containerd/errdefs"
	"github.com/containerd/errdefs/pkg/errhttp"
	"github.com/moby/moby/client"
)

// execState is what is asked of an exec.
type execState struct {
	Running  bool
	ExitCode int // means something only when it does not run
	Pid      int
}

// newCaller makes an HTTP client for the one call that the library cannot be
// used for.
func newCaller(cli *client.Client) *http.Client {
	dial := cli.Dialer()
	return &http.Client{Transport: &http.Transport{
		DialContext:         func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx) },
		MaxIdleConnsPerHost: 4,
	}}
}

// maxAnswer bounds what is read of an answer.
const maxAnswer = 1 << 20

// inspectExec asks how an exec is. Not by the library: Podman tells the detach
// keys as they were given, the library takes them for base64 and gives up.
func (e *Engine) inspectExec(ctx context.Context, id string) (execState, error) {
	var state execState
	url := "http://" + client.DummyHost + "/v" + e.cli.ClientVersion() + "/exec/" + id + "/json"
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return state, fmt.Errorf("ask about an exec: %w", err)
	}
	response, err := e.caller.Do(request)
	if err != nil {
		return state, fmt.Errorf("ask about an exec: %w: %w", errAway, err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return state, fmt.Errorf("ask about an exec: %w: %w", errAway, err)
	}
	if response.StatusCode != http.StatusOK {
		var said struct{ Message string }
		if err := json.Unmarshal(data, &said); err != nil {
			said.Message = oneLine(string(data))
		}
		kind := errhttp.ToNative(response.StatusCode)
		if kind == nil {
			kind = errdefs.ErrUnknown
		}
		return state, fmt.Errorf("ask about an exec: %w: the daemon answered %s: %s", kind, response.Status, clip(said.Message))
	}
	if err := json.Unmarshal(data, &state); err != nil {
		return state, fmt.Errorf("ask about an exec: the answer cannot be read: %w", err)
	}
	return state, nil
}

// errAway is wrapped where the daemon did not answer at all.
var errAway = errors.New("the daemon does not answer")
