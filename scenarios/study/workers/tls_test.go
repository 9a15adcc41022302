package workers

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"
)

// authority returns the certificate of a server at 127.0.0.1, and a file with that of the authority
// which has signed it.
func authority(t *testing.T) (of tls.Certificate, path string) {
	t.Helper()
	signed := func(about, by *x509.Certificate, key, with *ecdsa.PrivateKey) []byte {
		about.NotBefore, about.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
		der, err := x509.CreateCertificate(rand.Reader, about, by, &key.PublicKey, with)
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
	var keys [2]*ecdsa.PrivateKey
	for i := range keys {
		var err error
		if keys[i], err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
			t.Fatal(err)
		}
	}
	root := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	host := &x509.Certificate{SerialNumber: big.NewInt(2), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed(root, root, keys[0], keys[0])})
	return tls.Certificate{Certificate: [][]byte{signed(host, root, keys[1], keys[0])}, PrivateKey: keys[1]}, keptIn(t, "ca.pem", text)
}

// keptIn writes a file, and returns its path.
func keptIn(t *testing.T, name string, text []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// identity is a pair of keys with its public one.
type identity struct {
	nkeys.KeyPair
	public string
}

func newIdentity(t *testing.T, make func() (nkeys.KeyPair, error)) identity {
	t.Helper()
	pair, err := make()
	if err != nil {
		t.Fatal(err)
	}
	public, err := pair.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	return identity{pair, public}
}

// secured starts a server with TLS, in which an operator has one account. It returns the address
// with everything that a user of this account needs, and the credentials of a user of another
// operator.
func secured(t *testing.T) (at *Address, foreign string) {
	t.Helper()
	certificate, authorities := authority(t)
	operator := newIdentity(t, nkeys.CreateOperator)
	account, system := newIdentity(t, nkeys.CreateAccount), newIdentity(t, nkeys.CreateAccount)
	accounts := &server.MemAccResolver{}
	for _, one := range []identity{account, system} {
		claims := jwt.NewAccountClaims(one.public)
		if one == account {
			claims.Limits.JetStreamLimits = jwt.JetStreamLimits{MemoryStorage: -1, DiskStorage: -1, Streams: -1, Consumer: -1}
		}
		text, err := claims.Encode(operator)
		if err == nil {
			err = accounts.Store(one.public, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	trusted := jwt.NewOperatorClaims(operator.public)
	if _, err := trusted.Encode(operator); err != nil {
		t.Fatal(err)
	}
	s, err := server.NewServer(&server.Options{
		Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: t.TempDir(), NoSigs: true,
		TLS: true, TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12},
		TrustedOperators: []*jwt.OperatorClaims{trusted}, AccountResolver: accounts, SystemAccount: system.public,
	})
	if err != nil {
		t.Fatal(err)
	}
	var told complaints
	s.SetLogger(&told, false, false)
	s.Start()
	t.Cleanup(func() {
		s.Shutdown()
		s.WaitForShutdown()
	})
	if !s.ReadyForConnections(30 * time.Second) {
		t.Fatalf("the server does not start: %v", told.err())
	}
	url := "tls://" + strings.TrimPrefix(strings.TrimPrefix(s.ClientURL(), "nats://"), "tls://")
	at = &Address{URL: url, Credentials: credentials(t, account), Authorities: authorities}
	return at, credentials(t, newIdentity(t, nkeys.CreateAccount))
}

// credentials returns a file with the credentials of a new user of an account.
func credentials(t *testing.T, account identity) string {
	t.Helper()
	user := newIdentity(t, nkeys.CreateUser)
	text, err := jwt.NewUserClaims(user.public).Encode(account)
	if err != nil {
		t.Fatal(err)
	}
	seed, err := user.Seed()
	if err != nil {
		t.Fatal(err)
	}
	file, err := jwt.FormatUserConfig(text, seed)
	if err != nil {
		t.Fatal(err)
	}
	return keptIn(t, "user.creds", file)
}

// TestASweepOverTLSWithCredentials: a worker and the process that submits reach a server that has
// TLS and knows its users.
func TestASweepOverTLSWithCredentials(t *testing.T) {
	at, _ := secured(t)
	if err := at.Check(); err != nil {
		t.Fatal(err)
	}
	work(t, at, nil)
	w := sweepOf(t, at, queueScenario, nil, []string{"fleet[0].max"}, []string{"1"}, []string{"2"})
	if err := w.Run(t.Context(), w.tasks); err != nil {
		t.Fatal(err)
	}
	w.check(t)
}

// TestASecuredServerIsRefusedOrRefuses: a certificate of an unknown authority is not taken, and the
// server takes neither a user of another operator nor one without credentials.
func TestASecuredServerIsRefusedOrRefuses(t *testing.T) {
	at, foreign := secured(t)
	_, other := authority(t)
	for _, c := range []struct {
		name, want string
		change     func(*Address)
	}{
		{"the authorities of the system", "unknown authority", func(a *Address) { a.Authorities = "" }},
		{"another authority", "unknown authority", func(a *Address) { a.Authorities = other }},
		{"no credentials", "Authorization Violation", func(a *Address) { a.Credentials = "" }},
		{"a token", "Authorization Violation", func(a *Address) { a.Credentials, a.Token = "", "token" }},
		{"credentials of another operator", "Authorization Violation", func(a *Address) { a.Credentials = foreign }},
	} {
		changed := *at
		c.change(&changed)
		for who, run := range map[string]func() error{
			"worker": func() error {
				_, err := (&Worker{Address: &changed, Program: "0 program", Tell: func(string) {}}).Run(t.Context())
				return err
			},
			"sweep": func() error {
				w := sweepOf(t, &changed, queueScenario, nil, []string{"fleet[0].max"}, []string{"1"})
				return w.Run(t.Context(), w.tasks)
			},
		} {
			err := run()
			if unreachable, is := err.(Unreachable); !is || !strings.Contains(unreachable.Error(), c.want) {
				t.Errorf("%s, a %s: %v", c.name, who, err)
			}
		}
	}
}
