package apiclient

import (
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"
	"sync/atomic"

	"podium/api"
)

// ParseFingerprint reads a SHA-256 in hexadecimal digits, with colons or blanks
// between them and what tools write before them: "SHA-256", "SHA256 Fingerprint=".
func ParseFingerprint(text string) ([sha256.Size]byte, error) {
	var sum [sha256.Size]byte
	rest := strings.ToLower(strings.TrimSpace(text[strings.LastIndexByte(text, '=')+1:]))
	for _, name := range []string{"sha256", "sha-256"} {
		rest = strings.TrimPrefix(rest, name)
	}
	rest = strings.NewReplacer(":", "", " ", "").Replace(rest)
	b, err := hex.DecodeString(rest)
	if err != nil || len(b) != len(sum) {
		return sum, errors.New("a fingerprint is the SHA-256 of a certificate: 64 hexadecimal digits, with or without colons")
	}
	copy(sum[:], b)
	return sum, nil
}

// pinned is the public key of the pinned certificate, once a server has shown it.
// nil has none.
type pinned struct {
	sum atomic.Pointer[[sha256.Size]byte]
}

// text is the key's SHA-256 in base64, as HTTP public key pinning writes it, "" for
// none yet.
func (p *pinned) text() string {
	if p == nil || p.sum.Load() == nil {
		return ""
	}
	return base64.StdEncoding.EncodeToString(p.sum.Load()[:])
}

// pin makes a TLS configuration take exactly the certificate of the fingerprint,
// whose public key is noted.
// Authorities have no say, so the library's verification is off; every
// connection, resumed ones too, is checked here instead.
func pin(c *tls.Config, fingerprint string, key *pinned) error {
	want, err := ParseFingerprint(fingerprint)
	if err != nil {
		return err
	}
	c.InsecureSkipVerify = true
	c.VerifyConnection = func(state tls.ConnectionState) error {
		if len(state.PeerCertificates) == 0 {
			return &otherCertificateError{fingerprint: "none"}
		}
		der := state.PeerCertificates[0].Raw
		got := sha256.Sum256(der)
		if subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
			return &otherCertificateError{fingerprint: api.Fingerprint(der)}
		}
		sum := sha256.Sum256(state.PeerCertificates[0].RawSubjectPublicKeyInfo)
		key.sum.Store(&sum)
		return nil
	}
	return nil
}

// An otherCertificateError is a certificate that is not the pinned one.
type otherCertificateError struct{ fingerprint string }

func (e *otherCertificateError) Error() string {
	return "the certificate is another than the one that is trusted; its fingerprint is " + e.fingerprint
}

// trustWords say how a certificate that no known authority has signed can be
// trusted all the same.
func trustWords(cert *x509.Certificate) string {
	if cert == nil {
		return ""
	}
	return ", or its fingerprint once you have compared it with the server's (SHA-256 " + api.Fingerprint(cert.Raw) + ")"
}

// Untrusted tells of a call that failed because the server's certificate is not
// trusted: its fingerprint, and why in a sentence. Both are "" for other errors.
func Untrusted(err error) (fingerprint, reason string) {
	var (
		other   *otherCertificateError
		verify  *tls.CertificateVerificationError
		host    x509.HostnameError
		invalid x509.CertificateInvalidError
	)
	switch {
	case errors.As(err, &other):
		return other.fingerprint, "The server shows another certificate than the one that is trusted."
	case !errors.As(err, &verify), len(verify.UnverifiedCertificates) == 0:
		return "", ""
	case errors.As(err, &host):
		reason = "The server's certificate is for another name."
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		reason = "The server's certificate is out of date."
	default:
		reason = "Nobody vouches for the server's certificate."
	}
	return api.Fingerprint(verify.UnverifiedCertificates[0].Raw), reason
}
