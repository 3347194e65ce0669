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
	"podium/apiserver/engine/fake"
	"podium/apiserver/engine/host"
	"podium/apiserver/engine/host/background"
)

// shutdownGrace is how long a server that ends gives its clients.
const shutdownGrace = 5 * time.Second

// serveFlags are those of podium serve.
type serveFlags struct {
	engine     string
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
			"PODIUM_TOKEN=$(cat token) podium serve --listen 127.0.0.1:8080",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runServe(cmd.Context(), f, &s) },
	}
	l := cmd.Flags()
	l.StringVar(&s.engine, "engine", engineHost, "what runs the pods: host or fake")
	l.StringArrayVar(&s.listen, "listen", nil, "unix:///PATH or HOST:PORT, several times for several (default: the state folder's socket)")
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
	eng, active, listen, err := s.open(f)
	if err != nil {
		return err
	}
	server := apiserver.New(apiserver.Options{
		Engine: eng, Version: version, Auth: apiserver.Auth{Token: token, Hosts: s.hosts}, Log: logLine,
	})
	err = s.serveAll(ctx, server, listen, active)
	stop, cancel := context.WithTimeout(context.Background(), shutdownGrace)
	defer cancel()
	if shutErr := server.Shutdown(stop); shutErr != nil && !errors.Is(shutErr, context.DeadlineExceeded) {
		err = errors.Join(err, shutErr)
	}
	return errors.Join(err, eng.Close())
}

// open opens the engine and says how many pods keep it needed, and where it
// listens unless told.
func (s *serveFlags) open(f *flags) (engine.Engine, func() int, []string, error) {
	switch s.engine {
	case engineFake:
		if len(s.listen) == 0 {
			return nil, nil, nil, errors.New("serving the fake engine needs --listen unix:///PATH or HOST:PORT")
		}
		eng, err := fake.New(fake.Options{Pods: f.pods, Churn: f.churn})
		return eng, func() int { return 0 }, s.listen, err
	case engineHost:
		dir, err := f.dir()
		if err != nil {
			return nil, nil, nil, err
		}
		listen := s.listen
		if len(listen) == 0 {
			listen = []string{"unix://" + background.Socket(dir.Path())}
		}
		eng, err := host.Open(host.Options{Dir: dir.Path(), Samples: s.samples, SoleParent: true, Log: os.Stderr})
		if err != nil {
			return nil, nil, nil, err
		}
		return eng, eng.Active, listen, nil
	}
	return nil, nil, nil, fmt.Errorf("there is no engine %q to serve: it is %s or %s", s.engine, engineHost, engineFake)
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
func (s *serveFlags) serveAll(ctx context.Context, server *apiserver.Server, listen []string, active func() int) error {
	ended := make(chan error, len(listen))
	for _, address := range listen {
		l, err := server.Listen(apiserver.ListenOptions{
			Address: address, CertFile: s.certFile, KeyFile: s.keyFile, SelfSigned: s.selfSigned,
		})
		if err != nil {
			return err
		}
		go func() { ended <- server.Serve(l) }()
		fmt.Println(l.Ready(s.engine))
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
			if s.idleExit > 0 && a.Clients == 0 && active() == 0 && now.Sub(a.Last) > s.idleExit {
				logLine("nobody needs this server any more: it ends")
				return nil
			}
		}
	}
}

// logLine tells what cannot be told to a client.
func logLine(line string) {
	fmt.Fprintf(os.Stderr, "%s %s\n", time.Now().UTC().Format(time.RFC3339), line)
}
