package workers

import (
	"strings"
	"testing"
)

// TestOnlyLoopbackNeedsNoTLS: another computer needs TLS and credentials, unless Insecure is set.
// Messages show no password.
func TestOnlyLoopbackNeedsNoTLS(t *testing.T) {
	for _, c := range []struct {
		at   Address
		want string // part of the error; "": there is none
	}{
		{Address{URL: "nats://127.0.0.1:4222"}, ""},
		{Address{URL: "localhost:4222"}, ""},
		{Address{URL: "nats://[::1]:4222"}, ""},
		{Address{URL: "nats://192.0.2.1:4222"}, "no TLS (tls:// or --nats-ca) and no credentials"},
		{Address{URL: "nats://me:hidden@192.0.2.1:4222"}, "no TLS"},
		{Address{URL: "tls://192.0.2.1:4222"}, "no credentials"},
		{Address{URL: "tls://192.0.2.1:4222", Token: "hidden"}, ""},
		{Address{URL: "wss://me:hidden@nats.example.org"}, ""},
		{Address{URL: "nats://192.0.2.1:4222", Insecure: true}, ""},
		{Address{URL: "nats://127.0.0.1:4222, nats://192.0.2.1:4222"}, "192.0.2.1:4222 is another computer"},
		{Address{URL: "http://me:hidden@127.0.0.1"}, "the scheme http is not one of"},
		{Address{URL: "nats://me:hid%zzden@127.0.0.1"}, "a URL cannot be read"},
		{Address{URL: ""}, "want nats://HOST:PORT"},
		{Address{URL: "tls://me:hidden@192.0.2.1", Authorities: "absent.pem", Credentials: "absent.creds"}, "absent.creds"},
	} {
		err := c.at.Check()
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.at.URL, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: error %v, want %q", c.at.URL, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), "hid") || strings.Contains(c.at.String(), "hid") {
			t.Errorf("a password is shown: %v, %s", err, &c.at)
		}
	}
}

// TestAServerAsksForItsToken: without the token there is no connection.
func TestAServerAsksForItsToken(t *testing.T) {
	server := serve(t)
	at := overTCP(server.Address())
	at.Token = "wrong"
	if c, err := at.connect("test", func(string) {}); err == nil {
		c.Close()
		t.Error("a wrong token is taken")
	}
	if server.Address().Token == serve(t).Address().Token {
		t.Error("two servers have the same token")
	}
}
