package apiclient

import "podium/api"

// Address tells how else the endpoint can be asked. It holds no secret.
func (c *Client) Address() api.Address {
	return api.Address{
		Server: cleanLine(c.cfg.Server), Token: c.cfg.Token != "" || c.cfg.TokenFile != "", TokenFile: c.cfg.TokenFile,
		CAFile: c.cfg.CAFile, CertFile: c.cfg.CertFile, KeyFile: c.cfg.KeyFile, Insecure: c.cfg.InsecureSkipVerify,
		Fingerprint: c.cfg.Fingerprint, PublicKey: c.pinned.text(),
	}
}
