package docker

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/distribution/reference"
	"github.com/moby/moby/api/types/jsonstream"
	"github.com/moby/moby/client"
	corev1 "k8s.io/api/core/v1"

	"podium/apiserver/engine/kubelet"
)

// needImage makes sure that the daemon has the container's image as its
// imagePullPolicy wants it, pulling it as often as it takes with a back-off;
// nil without an error when the pod is to end.
func (e *Engine) needImage(ctx context.Context, p *podState, c *corev1.Container) (*client.ImageInspectResult, error) {
	for failures := 0; ; failures++ {
		reason, err := e.getImage(ctx, p, c)
		if err == nil {
			var image client.ImageInspectResult
			if image, err = e.cli.ImageInspect(ctx, c.Image); err == nil {
				return &image, nil
			}
			reason = "ImageInspectError"
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if client.IsErrConnectionFailed(err) {
			return nil, err
		}
		text := err.Error()
		e.setWaiting(p, c.Name, reason, text)
		e.event(p, c.Name, corev1.EventTypeWarning, "Failed", "Error: "+reason+": "+text)
		delay := e.backOff * time.Duration(min(1<<min(failures, 10), 30))
		if reason == "ErrImagePull" {
			// Shown for a while before the back-off is, as by Kubernetes.
			if !e.pauseFor(p, min(delay/4, 2*time.Second)) {
				return nil, ctx.Err()
			}
			delay -= min(delay/4, 2*time.Second)
			e.setWaiting(p, c.Name, "ImagePullBackOff", fmt.Sprintf("Back-off pulling image %q: %s", c.Image, text))
			e.event(p, c.Name, corev1.EventTypeNormal, "BackOff", fmt.Sprintf("Back-off pulling image %q", c.Image))
		}
		if !e.pauseFor(p, delay) {
			return nil, ctx.Err()
		}
	}
}

// pauseFor waits; false when the engine closes or the pod is to end.
func (e *Engine) pauseFor(p *podState, d time.Duration) bool {
	return e.pauseUnless(p, d, func() bool {
		_, _, deleting := p.deletion()
		return deleting || p.erasing > 0 || p.infra != nil && kubelet.Ended(e.assemble(p, time.Now()))
	})
}

// pauseUnless waits; false when the engine closes, the pod is gone, or over is
// true, which is asked with Engine.mu held.
func (e *Engine) pauseUnless(p *podState, d time.Duration, over func() bool) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	for {
		e.mu.Lock()
		ends, changed := p.gone || over(), p.changed
		e.mu.Unlock()
		if ends {
			return false
		}
		select {
		case <-timer.C:
			return true
		case <-changed:
		case <-e.life.Done():
			return false
		}
	}
}

// pulling begins the message of a container that waits for its image.
const pulling = "pulling image "

// getImage pulls the image if its policy says so. A reason goes with an error.
func (e *Engine) getImage(ctx context.Context, p *podState, c *corev1.Container) (reason string, err error) {
	if _, err := reference.ParseNormalizedNamed(c.Image); err != nil {
		return "InvalidImageName", fmt.Errorf("the image name %q cannot be read: %w", c.Image, err)
	}
	_, err = e.cli.ImageInspect(ctx, c.Image)
	present := err == nil
	switch {
	case err != nil && !errdefs.IsNotFound(err):
		return "ImageInspectError", fmt.Errorf("look for image %q: %w", c.Image, err)
	case present && c.ImagePullPolicy != corev1.PullAlways:
		e.event(p, c.Name, corev1.EventTypeNormal, "Pulled", fmt.Sprintf("Container image %q already present on machine", c.Image))
		return "", nil
	case c.ImagePullPolicy == corev1.PullNever:
		return "ErrImageNeverPull", fmt.Errorf("image %q is not there, and the imagePullPolicy is Never", c.Image)
	}
	e.event(p, c.Name, corev1.EventTypeNormal, "Pulling", fmt.Sprintf("Pulling image %q", c.Image))
	began := time.Now()
	ctx, cancel := e.whileWanted(ctx, p)
	defer cancel()
	show := func(progress string) {
		e.setWaiting(p, c.Name, kubelet.ReasonCreating, fmt.Sprintf("%s%q: %s", pulling, c.Image, progress))
	}
	show("asking for it")
	err = e.pullImage(ctx, c.Image, show)
	e.setWaiting(p, c.Name, "", "")
	if err != nil {
		return "ErrImagePull", fmt.Errorf("pull image %q: %w", c.Image, err)
	}
	e.event(p, c.Name, corev1.EventTypeNormal, "Pulled", fmt.Sprintf("Successfully pulled image %q in %s", c.Image, time.Since(began).Round(time.Millisecond)))
	return "", nil
}

// whileWanted is done when the pod is to end, too.
func (e *Engine) whileWanted(ctx context.Context, p *podState) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	e.goWork(func() {
		for {
			e.mu.Lock()
			over, changed := p.gone || p.erasing > 0 || len(p.ends) > 0, p.changed
			e.mu.Unlock()
			if over {
				cancel()
			}
			select {
			case <-changed:
			case <-ctx.Done():
				return
			}
		}
	})
	return ctx, cancel
}

// progressEvery is how often a pull's progress is shown.
const progressEvery = 500 * time.Millisecond

// pullImage pulls an image with the credentials that `docker login` left for
// its registry.
func (e *Engine) pullImage(ctx context.Context, image string, show func(string)) error {
	auth, err := registryAuth(image)
	if err != nil {
		e.warn(err) // it may be had without
	}
	stream, err := e.cli.ImagePull(ctx, image, client.ImagePullOptions{RegistryAuth: auth})
	if err != nil {
		return err
	}
	defer stream.Close()
	layers := layers{}
	shown := time.Time{}
	for m, err := range stream.JSONMessages(ctx) {
		switch {
		case err != nil:
			return fmt.Errorf("read the daemon's answer: %w", err)
		case m.Error != nil:
			return errors.New(m.Error.Message)
		}
		layers.take(m)
		if time.Since(shown) >= progressEvery {
			shown = time.Now()
			show(layers.String())
		}
	}
	return nil
}

// layers is the progress of a pull by layer: Docker tells each, Podman writes
// lines.
type layers map[string]*layer

type layer struct {
	now, all int64
	done     bool
}

func (l layers) take(m jsonstream.Message) {
	if m.ID == "" || len(l) > 1000 {
		return
	}
	x := l[m.ID]
	if x == nil {
		x = &layer{}
		l[m.ID] = x
	}
	switch m.Status {
	case "Downloading":
		if m.Progress != nil {
			x.now, x.all = m.Progress.Current, m.Progress.Total
		}
	case "Download complete", "Verifying Checksum", "Extracting", "Pull complete", "Already exists":
		x.now, x.done = x.all, true
	}
}

// String is such as "2 of 5 layers, 12.4 of 80.1 MB".
func (l layers) String() string {
	done, now, all := 0, int64(0), int64(0)
	for _, x := range l {
		if x.done {
			done++
		}
		now, all = now+x.now, all+x.all
	}
	switch {
	case len(l) == 0:
		return "under way"
	case all == 0:
		return fmt.Sprintf("%d of %d layers", done, len(l))
	}
	return fmt.Sprintf("%d of %d layers, %.1f of %.1f MB", done, len(l), float64(now)/1e6, float64(all)/1e6)
}

// registryAuth is the header by which the daemon logs in to the image's
// registry, from Docker's configuration file; "" where there is nothing.
func registryAuth(image string) (string, error) {
	name, err := reference.ParseNormalizedNamed(image)
	if err != nil {
		return "", err
	}
	path := filepath.Join(dockerConfigDir(os.Getenv), "config.json")
	f, err := os.Open(path)
	if err != nil {
		return "", nil // no configuration, no credentials
	}
	defer f.Close()
	var config struct {
		Auths map[string]struct {
			Auth string `json:"auth"`
		} `json:"auths"`
	}
	if err := json.NewDecoder(bufio.NewReader(f)).Decode(&config); err != nil {
		return "", fmt.Errorf("read the credentials in %s: %w", path, err)
	}
	domain := reference.Domain(name)
	keys := []string{domain, "https://" + domain}
	if domain == "docker.io" {
		keys = append(keys, "https://index.docker.io/v1/", "index.docker.io")
	}
	for _, key := range keys {
		entry, ok := config.Auths[key]
		if !ok || entry.Auth == "" {
			continue
		}
		plain, err := base64.StdEncoding.DecodeString(entry.Auth)
		if err != nil {
			return "", fmt.Errorf("the credentials for %s in %s cannot be decoded", domain, path)
		}
		user, password, _ := strings.Cut(string(plain), ":")
		header, err := json.Marshal(map[string]string{"username": user, "password": password, "serveraddress": key})
		if err != nil {
			return "", err
		}
		return base64.URLEncoding.EncodeToString(header), nil
	}
	return "", nil
}
