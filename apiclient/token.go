package apiclient

import (
	"bytes"
	"errors"
	"sync"
	"time"
)

// A tokenSource gives the bearer token, from a file that may be replaced while
// podium runs (as short-lived tokens are).
type tokenSource struct {
	file string

	mu    sync.Mutex
	token string
	read  time.Time
}

// tokenAge is how old a token from a file may be before it is read again.
const tokenAge = 10 * time.Second

func newTokenSource(cfg Config) (*tokenSource, error) {
	s := &tokenSource{file: cfg.TokenFile, token: cfg.Token}
	if s.file == "" {
		return s, checkToken(s.token)
	}
	if s.token != "" {
		return nil, errors.New("both a token and a token file are given: give one")
	}
	_, err := s.get()
	return s, err
}

// get is the token, "" for none. The file is read while the lock is held: it is
// small and local, and the others would need it too.
func (s *tokenSource) get() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == "" || (!s.read.IsZero() && time.Since(s.read) < tokenAge) {
		return s.token, nil
	}
	data, err := readSmall(s.file)
	if err != nil {
		return "", local("read the token: %w", err)
	}
	token := string(bytes.TrimSpace(data))
	if token == "" {
		return "", local("the token file %s is empty", s.file)
	}
	if err := checkToken(token); err != nil {
		return "", local("%s: %w", s.file, err)
	}
	s.token, s.read = token, time.Now()
	return token, nil
}

// known is the token as last read, for taking it out of texts.
func (s *tokenSource) known() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.token
}

// checkToken refuses what cannot be the value of a header.
func checkToken(token string) error {
	for i := range len(token) {
		if token[i] <= ' ' || token[i] >= 0x7f {
			return local("the token holds characters that no token has (spaces, line ends or the like)")
		}
	}
	return nil
}
