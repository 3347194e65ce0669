package apiclient

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"podium/api"
)

// curl asks with the pinned key alone, whoever signed the certificate and for
// whatever name.
func TestCurlTakesThePinnedKeyOnly(t *testing.T) {
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("there is no curl here")
	}
	ours, _, _ := newAuthority(t).leaf(t, &x509.Certificate{DNSNames: []string{"elsewhere.example"}})
	url := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{ours}})
	c := newClient(t, Config{Server: url, Fingerprint: api.Fingerprint(ours.Certificate[0])})
	if key := c.Address().PublicKey; key != "" {
		t.Errorf("the key is known to be %s before it was shown", key)
	}
	if _, err := c.Info(t.Context()); err != nil {
		t.Fatal(err)
	}
	ask := func(key string) error {
		return exec.Command(curl, "-sS", "--http1.1", "--noproxy", "*", "-o", os.DevNull, "--insecure", "--pinnedpubkey", "sha256//"+key, url).Run()
	}
	if err := ask(c.Address().PublicKey); err != nil {
		t.Errorf("with the key %s: %v", c.Address().PublicKey, err)
	}
	other := sha256.Sum256([]byte("another"))
	var exit *exec.ExitError
	if err := ask(base64.StdEncoding.EncodeToString(other[:])); !errors.As(err, &exit) || exit.ExitCode() != 90 { // CURLE_SSL_PINNEDPUBKEYNOTMATCH
		t.Errorf("with another key: %v", err)
	}
}

func TestAddressHoldsNoSecret(t *testing.T) {
	c, err := New(Config{Server: "https://pods.example:8443/x", Token: "hunter2", InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	a := c.Address()
	if a.Server != "https://pods.example:8443/x" || !a.Token || !a.Insecure || strings.Contains(fmt.Sprintf("%+v", a), "hunter2") {
		t.Errorf("the address is %+v", a)
	}
}
