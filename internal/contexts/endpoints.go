package contexts

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"podium/api"
	"podium/apiclient"
	"podium/internal/state"
)

// Endpoint is an endpoint of the pod API that the user added. Its token is kept
// apart, in a file of its own.
type Endpoint struct {
	Name        string `json:"name"`
	Server      string `json:"server"`                // as apiclient.Config has it
	CAFile      string `json:"caFile,omitempty"`      // absolute
	Fingerprint string `json:"fingerprint,omitempty"` // of the certificate that is trusted
	HasToken    bool   `json:"hasToken,omitempty"`
}

// Secret is what is to become of an endpoint's token.
type Secret struct {
	Token  string // the new one
	Keep   bool   // leave it as it is
	Remove bool
}

const (
	endpointsFile = "endpoints.json"
	tokensFolder  = "tokens"
)

// endpointName is what an endpoint may be called: it is part of a file's name and
// of what is typed on command lines.
var endpointName = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}$`)

// CheckName tells why an endpoint cannot be called that, nil when it can.
func CheckName(name string) error {
	if !endpointName.MatchString(name) {
		return errors.New("a name has letters, digits, dots, hyphens and underscores, begins with a letter or digit, and has at most 63 of them")
	}
	return nil
}

// Endpoints are those that were added, by name.
func (b *Book) Endpoints() ([]Endpoint, error) {
	var all []Endpoint
	if err := b.opts.Dir.ReadJSON(endpointsFile, &all); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return slices.DeleteFunc(all, func(e Endpoint) bool { return CheckName(e.Name) != nil }), nil
}

// endpoints are the entries of those that were added.
func (b *Book) endpoints() ([]Entry, error) {
	all, err := b.Endpoints()
	var out []Entry
	for _, e := range all {
		out = append(out, Entry{
			Kind: API, Name: e.Name, Address: e.Server, Source: "added here", Added: true,
			Local: strings.HasPrefix(e.Server, "unix:"),
			open:  func() (*Opened, error) { return openServer(b.configOf(e, nil)) },
		})
	}
	return out, err
}

// configOf is how an endpoint is reached: with its kept token, or with another.
func (b *Book) configOf(e Endpoint, token *string) apiclient.Config {
	cfg := apiclient.Config{Server: e.Server, CAFile: e.CAFile, Fingerprint: e.Fingerprint, UserAgent: b.agent()}
	switch {
	case token != nil:
		cfg.Token = *token
	case e.HasToken:
		cfg.TokenFile = filepath.Join(b.opts.Dir.Path(), tokensFolder, e.Name)
	}
	return cfg
}

// ErrTaken is wrapped where another endpoint has the name.
var ErrTaken = errors.New("another endpoint has that name")

// SaveEndpoint keeps an endpoint, in place of the one called old, "" for a new
// one. The token goes to a file that only the user can read.
func (b *Book) SaveEndpoint(old string, e Endpoint, secret Secret) error {
	if err := CheckName(e.Name); err != nil {
		return err
	}
	if e.CAFile != "" {
		path, err := filepath.Abs(e.CAFile)
		if err != nil {
			return fmt.Errorf("find the CA certificates: %w", err)
		}
		e.CAFile = path
	}
	tokens, err := b.opts.Dir.Sub(tokensFolder)
	if err != nil {
		return err
	}
	var all []Endpoint
	var unused string // the name of a token that nothing needs once the list is written
	err = b.opts.Dir.UpdateJSON(endpointsFile, &all, func() error {
		at := slices.IndexFunc(all, func(o Endpoint) bool { return o.Name == old && old != "" })
		if slices.ContainsFunc(all, func(o Endpoint) bool { return o.Name == e.Name && o.Name != old }) {
			return fmt.Errorf("the endpoint cannot be called %s: %w", e.Name, ErrTaken)
		}
		had := at >= 0 && all[at].HasToken
		if e.HasToken, err = keepToken(tokens, old, e.Name, secret, had); err != nil {
			return err
		}
		if had && (old != e.Name || !e.HasToken) {
			unused = old
		}
		if at >= 0 {
			all[at] = e
		} else {
			all = append(all, e)
		}
		slices.SortFunc(all, func(x, y Endpoint) int { return strings.Compare(x.Name, y.Name) })
		return nil
	})
	if err != nil || unused == "" {
		return err
	}
	if err := tokens.Remove(unused); err != nil {
		return fmt.Errorf("remove the token: %w", err)
	}
	return nil
}

// keepToken writes a token, or copies the one that is there, and tells whether
// there is one from now on.
func keepToken(tokens *state.Dir, old, name string, secret Secret, had bool) (bool, error) {
	token := secret.Token
	if secret.Keep && had {
		if old == name {
			return true, nil
		}
		kept, err := tokens.ReadFile(old)
		if err != nil {
			return false, fmt.Errorf("move the token: %w", err)
		}
		token = string(kept)
	}
	if token != "" && !secret.Remove {
		if err := tokens.WriteFile(name, []byte(token)); err != nil {
			return false, fmt.Errorf("keep the token: %w", err)
		}
	}
	return token != "" && !secret.Remove, nil
}

// RemoveEndpoint forgets an endpoint and its token. One that is not there is no
// error.
func (b *Book) RemoveEndpoint(name string) error {
	if err := CheckName(name); err != nil {
		return err
	}
	tokens, err := b.opts.Dir.Sub(tokensFolder)
	if err != nil {
		return err
	}
	var all []Endpoint
	return b.opts.Dir.UpdateJSON(endpointsFile, &all, func() error {
		all = slices.DeleteFunc(all, func(e Endpoint) bool { return e.Name == name })
		return tokens.Remove(name)
	})
}

// TryEndpoint asks an endpoint what it is, and whether it lists pods, as it would
// be reached once it is kept in place of the one called old. It gives what the
// server said in a few words, and what people should know of its safety.
func (b *Book) TryEndpoint(ctx context.Context, old string, e Endpoint, secret Secret) (words string, err error) {
	token := &secret.Token
	if secret.Keep {
		token = nil
		e.HasToken = false
		kept, err := b.Endpoints()
		if err != nil {
			return "", err
		}
		if at := slices.IndexFunc(kept, func(o Endpoint) bool { return o.Name == old }); at >= 0 && kept[at].HasToken {
			// Where the old name's token is, until it moves.
			cfg := b.configOf(kept[at], nil)
			return b.try(ctx, apiclient.Config{Server: e.Server, CAFile: e.CAFile, Fingerprint: e.Fingerprint, UserAgent: b.agent(), TokenFile: cfg.TokenFile})
		}
	}
	return b.try(ctx, b.configOf(e, token))
}

// errEnough ends a list after its first row.
var errEnough = errors.New("enough was seen")

func (b *Book) try(ctx context.Context, cfg apiclient.Config) (string, error) {
	client, err := apiclient.New(cfg)
	if err != nil {
		return "", err
	}
	defer client.Close()
	info, err := client.Info(ctx)
	if err != nil {
		return "", err
	}
	_, err = client.List(ctx, api.DefaultNamespace, api.ListOptions{Limit: 1}, func(api.PodRow) error { return errEnough })
	if err != nil && !errors.Is(err, errEnough) {
		return "", err
	}
	words := "it answers as a pod API does"
	if engine := info.Engine(); engine != "" {
		words = "it serves " + engine
	}
	if note := client.TLSNote(); note != "" {
		words += "; " + note
	}
	return words, nil
}
