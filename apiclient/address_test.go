package apiclient

import (
	"fmt"
	"strings"
	"testing"
)

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
