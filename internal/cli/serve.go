package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"podium/apiserver"
	"podium/apiserver/engine"
	"podium/apiserver/engine/host"
	"podium/apiserver/engine/host/background"
	"podium/internal/contexts"
	"podium/internal/state"
)

// shutdownGrace is how long a server that ends gives its clients.
const shutdownGrace = 5 * time.Second

// serveFlags are those of podium serve.
type serveFlags struct {
	listen     []string
	tokenFile  string
	certFile   string
	keyFile    string
	selfSigned bool
	hosts      []string
	samples    bool
	idleExit   time.Duration
}

func newServe(f *flags) *cobra.Command {
	var s serveFlags
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the pod API over an engine",
		Long: "serve makes an engine's pods reachable by the pod API, on a unix socket or on TCP.\n\n" +
			"TCP always needs a token (--token-file, or " + tokenEnv + " in the environment); off the loopback address it needs TLS too.",
		Example: "podium serve --engine host --listen unix:///run/user/1000/pods.sock\n" +
			"podium serve --engine kube --context staging --listen unix:///run/user/1000/staging.sock\n" +
			"PODIUM_TOKEN=$(cat token) podium serve --listen 127.0.0.1:8080",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runServe(cmd.Context(), f, &s) },
	}
	l := cmd.Flags()
	f.addEngine(cmd)
	l.StringArrayVar(&s.listen, "listen", nil, "address to listen on, unix:///PATH or HOST:PORT; several times for several (default: the state folder's socket)")
	l.StringVar(&s.tokenFile, "token-file", "", "file with the bearer token that TCP clients must send")
	l.StringVar(&s.certFile, "tls-cert", "", "certificate (PEM) for TLS on TCP")
	l.StringVar(&s.keyFile, "tls-key", "", "its key (PEM)")
	l.BoolVar(&s.selfSigned, "tls-self-signed", false, "make a certificate for TLS; the ready line has its fingerprint")
	l.StringArrayVar(&s.hosts, "allow-host", nil, "name that clients may call this server by, beside localhost and its address")
	l.BoolVar(&s.samples, "samples", true, "the first start of the host engine makes sample pods")
	l.DurationVar(&s.idleExit, "idle-exit", 0, "end after this long without a running pod and without a client (0: never)")
	f.addFake(cmd)
	return cmd
}

// runServe serves until ctx is done or, where asked, nobody needs it any more.
func runServe(ctx context.Context, f *flags, s *serveFlags) error {
	token, err := s.token()
	if err != nil {
		return err
	}
	on, err := s.open(f)
	if err != nil {
		return err
	}
	server := apiserver.New(apiserver.Options{
		Engine: on.engine, Version: version, Auth: apiserver.Auth{Token: token, Hosts: s.hosts}, Log: logLine,
	})
	err = s.serveAll(ctx, server, on)
	stop, cancel := context.WithTimeout(context.Background(), shutdownGrace)
	defer cancel()
	if shutErr := server.Shutdown(stop); shutErr != nil && !errors.Is(shutErr, context.DeadlineExceeded) {
		err = errors.Join(err, shutErr)
	}
	return errors.Join(err, on.engine.Close())
}

// served is what is served and where.
type served struct {
	engine engine.Engine
	name   string
	active func() int // how many pods keep it needed
	listen []string
}

// open opens the engine that the flags ask for.
func (s *serveFlags) open(f *flags) (*served, error) {
	dir, err := f.dir()
	if err != nil {
		return nil, err
	}
	book, err := f.book(dir, logLine)
	if err != nil {
		return nil, err
	}
	entry, err := f.choose(book)
	if err != nil {
		return nil, err
	}
	if entry.Kind == contexts.Host {
		return s.openHost(dir)
	}
	if len(s.listen) == 0 {
		return nil, fmt.Errorf("serving %s needs --listen unix:///PATH or HOST:PORT", entry.ID())
	}
	eng, err := book.Engine(entry)
	if err != nil {
		return nil, err
	}
	return &served{engine: eng, name: entry.ID(), active: func() int { return 0 }, listen: s.listen}, nil
}

// openHost opens this machine's engine, which listens in the state folder unless
// told otherwise.
func (s *serveFlags) openHost(dir *state.Dir) (*served, error) {
	listen := s.listen
	if len(listen) == 0 {
		listen = []string{"unix://" + background.Socket(dir.Path())}
	}
	eng, err := host.Open(host.Options{Dir: dir.Path(), Samples: s.samples, SoleParent: true, Log: os.Stderr})
	if err != nil {
		return nil, err
	}
	return &served{engine: eng, name: string(contexts.Host), active: eng.Active, listen: listen}, nil
}

// token is the token for TCP, "" for none.
func (s *serveFlags) token() (string, error) {
	if s.tokenFile == "" {
		return os.Getenv(tokenEnv), nil
	}
	data, err := os.ReadFile(s.tokenFile)
	if err != nil {
		return "", fmt.Errorf("read the token: %w", err)
	}
	return strings.TrimSpace(string(data)), nil
}

// serveAll serves every address; the first that fails ends all.
func (s *serveFlags) serveAll(ctx context.Context, server *apiserver.Server, on *served) error {
	ended := make(chan error, len(on.listen))
	for _, address := range on.listen {
		l, err := server.Listen(apiserver.ListenOptions{
			Address: address, CertFile: s.certFile, KeyFile: s.keyFile, SelfSigned: s.selfSigned,
		})
		if err != nil {
			return err
		}
		go func() { ended <- server.Serve(l) }()
		fmt.Println(l.Ready(on.name))
	}
	idle := time.NewTicker(max(s.idleExit/10, 100*time.Millisecond))
	defer idle.Stop()
	for {
		select {
		case err := <-ended:
			return err
		case <-ctx.Done():
			return nil
		case now := <-idle.C:
			a := server.Activity()
			if s.idleExit > 0 && a.Clients == 0 && on.active() == 0 && now.Sub(a.Last) > s.idleExit {
				logLine("nobody needs this server any more: it ends")
				return nil
			}
		}
	}
}

// logLine tells what cannot be told to a client.
func logLine(line string) {
	fmt.Fprint(os.Stderr, stamped(line))
}

// stamped is a line of a log, with the time.
func stamped(line string) string {
	return time.Now().UTC().Format(time.RFC3339) + " " + line + "\n"
}
