package api

// Address is where and how an endpoint is asked, as commands that people type
// need it. It holds no secret, only the names of files that may.
type Address struct {
	Server    string // http(s)://… or unix:///path, "" for one inside this process
	Token     bool   // a bearer token goes with every request
	TokenFile string // where it is read from, "" for elsewhere
	CAFile    string // checks the server's certificate, "" for the system's
	CertFile  string // the client's certificate, "" for none
	KeyFile   string
	Insecure  bool // the server's certificate is not checked

	// Fingerprint is the SHA-256 of the only certificate that is trusted, "" for
	// none in particular.
	Fingerprint string

	// PublicKey is the SHA-256 of that certificate's public key
	// (SubjectPublicKeyInfo) in base64, "" until the server has shown it.
	PublicKey string
}
