package cli

import (
	"context"
	"fmt"
	"strings"

	"podium/apiclient"
	"podium/internal/contexts"
	"podium/models"
)

var _ models.Endpoints = (*places)(nil)

// addedName is the name of the endpoint that was added under the ID, "" for "".
func addedName(id string) string { return strings.TrimPrefix(id, string(contexts.API)+":") }

func addedID(name string) string { return string(contexts.API) + ":" + name }

// Endpoint is the one that was added under the ID, without its token.
func (p *places) Endpoint(id string) (models.Endpoint, error) {
	all, err := p.book.Endpoints()
	if err != nil {
		return models.Endpoint{}, err
	}
	for _, e := range all {
		if e.Name == addedName(id) {
			return models.Endpoint{Name: e.Name, Server: e.Server, CAFile: e.CAFile, Fingerprint: e.Fingerprint, HasToken: e.HasToken}, nil
		}
	}
	return models.Endpoint{}, fmt.Errorf("there is no endpoint %s any more", addedName(id))
}

// asKept is what the user typed, as it is kept.
func asKept(e models.Endpoint) (contexts.Endpoint, contexts.Secret) {
	return contexts.Endpoint{Name: e.Name, Server: e.Server, CAFile: e.CAFile, Fingerprint: e.Fingerprint},
		contexts.Secret{Token: e.Token, Remove: e.RemoveToken, Keep: e.Token == "" && !e.RemoveToken}
}

// Try asks the endpoint as it would be kept.
func (p *places) Try(ctx context.Context, id string, e models.Endpoint) (string, error) {
	kept, secret := asKept(e)
	words, err := p.book.TryEndpoint(ctx, addedName(id), kept, secret)
	if fingerprint, reason := apiclient.Untrusted(err); fingerprint != "" {
		return "", &models.UntrustedError{Fingerprint: fingerprint, Reason: reason, Err: err}
	}
	return words, err
}

// Save keeps it. One that leads somewhere else now must be unlocked anew.
func (p *places) Save(id string, e models.Endpoint) (string, error) {
	kept, secret := asKept(e)
	before := models.Endpoint{}
	if id != "" {
		var err error
		if before, err = p.Endpoint(id); err != nil {
			return "", err
		}
	}
	if err := p.book.SaveEndpoint(addedName(id), kept, secret); err != nil {
		return "", err
	}
	saved := addedID(e.Name)
	if before.Server == e.Server && id == saved {
		return saved, nil
	}
	if id != "" && id != saved {
		if err := p.book.Forget(id); err != nil {
			return "", err
		}
	}
	return saved, p.book.Forget(saved)
}

// Remove forgets it, its token, and what is remembered of it.
func (p *places) Remove(id string) error {
	if err := p.book.RemoveEndpoint(addedName(id)); err != nil {
		return err
	}
	return p.book.Forget(id)
}
