package apiserver

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"net"
	"time"

	"podium/api"
)

// tlsConfig is the TLS of a listener, nil for none. The fingerprint is that of
// a certificate made here.
func tlsConfig(o ListenOptions, names []string) (config *tls.Config, fingerprint string, err error) {
	var cert tls.Certificate
	switch {
	case o.SelfSigned && (o.CertFile != "" || o.KeyFile != ""):
		return nil, "", errors.New("a certificate is given and a self-signed one asked for: choose one")
	case o.SelfSigned:
		if cert, err = selfSigned(names, time.Now()); err != nil {
			return nil, "", err
		}
		fingerprint = api.Fingerprint(cert.Certificate[0])
	case o.CertFile != "" && o.KeyFile != "":
		if cert, err = tls.LoadX509KeyPair(o.CertFile, o.KeyFile); err != nil {
			return nil, "", fmt.Errorf("read the certificate and its key: %w", err)
		}
	case o.CertFile != "" || o.KeyFile != "":
		return nil, "", errors.New("TLS needs both, a certificate file and a key file")
	default:
		return nil, "", nil
	}
	return &tls.Config{
		Certificates: []tls.Certificate{cert},
		MinVersion:   tls.VersionTLS12,
		NextProtos:   []string{"http/1.1"}, // HTTP/2 cannot be hijacked for exec
	}, fingerprint, nil
}

// selfSignedFor is how long a self-signed certificate is valid. It lives in
// memory only, so it seldom lives that long.
const selfSignedFor = 365 * 24 * time.Hour

// selfSigned makes an ECDSA key and a certificate of it for the names,
// localhost and the loopback addresses.
func selfSigned(names []string, now time.Time) (tls.Certificate, error) {
	var none tls.Certificate
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return none, fmt.Errorf("make a key: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return none, fmt.Errorf("make a serial number: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: "podium"},
		NotBefore:    now.Add(-time.Hour), // clocks differ
		NotAfter:     now.Add(selfSignedFor),
		KeyUsage:     x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IsCA:         true, BasicConstraintsValid: true,
		DNSNames:    []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	for _, n := range names {
		switch ip := net.ParseIP(n); {
		case ip != nil && !ip.IsUnspecified():
			template.IPAddresses = append(template.IPAddresses, ip)
		case ip == nil && n != "" && n != "localhost":
			template.DNSNames = append(template.DNSNames, n)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return none, fmt.Errorf("make a certificate: %w", err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}
