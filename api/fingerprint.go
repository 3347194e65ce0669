package api

import (
	"crypto/sha256"
	"fmt"
	"strings"
)

// Fingerprint is the SHA-256 of a certificate in DER as people compare it: pairs
// of hexadecimal digits with colons.
func Fingerprint(der []byte) string {
	sum := sha256.Sum256(der)
	pairs := make([]string, len(sum))
	for i, b := range sum {
		pairs[i] = fmt.Sprintf("%02X", b)
	}
	return strings.Join(pairs, ":")
}
