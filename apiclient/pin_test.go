package apiclient

import (
	"cmp"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"net"
	"strings"
	"testing"

	"podium/api"
)

func TestParseFingerprint(t *testing.T) {
	der := []byte("a certificate")
	want := sha256.Sum256(der)
	for _, text := range []string{
		api.Fingerprint(der), strings.ToLower(api.Fingerprint(der)), strings.ReplaceAll(api.Fingerprint(der), ":", ""),
		"SHA256:" + api.Fingerprint(der), "SHA-256 " + api.Fingerprint(der), "sha256 Fingerprint=" + api.Fingerprint(der) + "\n",
	} {
		if got, err := ParseFingerprint(text); err != nil || got != want {
			t.Errorf("%q gives %x, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "AA:BB", api.Fingerprint(der) + ":00", strings.Repeat("zz:", 32), "no fingerprint at all"} {
		if _, err := ParseFingerprint(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}

func TestAFingerprintGoesWithNothingElse(t *testing.T) {
	fingerprint := api.Fingerprint([]byte("x"))
	for _, cfg := range []Config{
		{Fingerprint: fingerprint, CAData: newAuthority(t).pem},
		{Fingerprint: fingerprint, InsecureSkipVerify: true},
		{Fingerprint: "AA:BB"},
		{Fingerprint: fingerprint, Server: "http://127.0.0.1:1"},
		{Fingerprint: fingerprint, Server: "HTTP://127.0.0.1:1"},
	} {
		cfg.Server = cmp.Or(cfg.Server, "https://127.0.0.1:1")
		if c, err := New(cfg); err == nil {
			c.Close()
			t.Errorf("%+v is taken", cfg)
		}
	}
}

func TestUntrusted(t *testing.T) {
	authority := newAuthority(t)
	server, _, _ := authority.leaf(t, &x509.Certificate{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}})
	url := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{server}})
	want := api.Fingerprint(server.Certificate[0])
	for reason, cfg := range map[string]Config{
		"Nobody vouches":      {},
		"another certificate": {Fingerprint: api.Fingerprint([]byte("another"))},
		"another name":        {CAData: authority.pem, ServerName: "elsewhere"},
	} {
		cfg.Server = url
		_, err := newClient(t, cfg).Info(t.Context())
		if got, why := Untrusted(err); got != want || !strings.Contains(why, reason) {
			t.Errorf("the fingerprint is %q, want %q, and %q, want %q of %v", got, want, why, reason, err)
		}
	}
	_, err := newClient(t, Config{Server: "http://127.0.0.1:1"}).Info(t.Context())
	if got, why := Untrusted(err); got != "" || why != "" {
		t.Errorf("the fingerprint is %q, %q of %v", got, why, err)
	}
}
