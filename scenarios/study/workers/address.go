package workers

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

// Address says how a NATS server is reached. Its zero value is no address.
type Address struct {
	URL         string // one URL, or those of several servers of a cluster, separated by commas
	Credentials string // file with credentials (.creds); "": none
	Authorities string // PEM file with the certificates of authorities; "": those of the system
	Insecure    bool   // take an address other than loopback without TLS or credentials, too
	Token       string // "": none, or the one in the URL

	inside nats.InProcessConnProvider // the server, if it is in this process
}

// Unreachable is the error of a server to which no connection can be made.
type Unreachable struct{ error }

// Unwrap returns the error itself.
func (u Unreachable) Unwrap() error { return u.error }

// The flags that messages name.
const (
	flagURL         = "--nats"
	flagCredentials = "--nats-creds"
	flagAuthorities = "--nats-ca"
	flagInsecure    = "--insecure"
)

// servers returns the URLs.
func (a *Address) servers() (list []*url.URL, err error) {
	var faults []error
	for text := range strings.SplitSeq(a.URL, ",") {
		text = strings.TrimSpace(text)
		full := text
		if !strings.Contains(text, "://") {
			full = "nats://" + text
		}
		u, err := url.Parse(full)
		switch {
		case err != nil:
			// the text of the error would show a password
			faults = append(faults, fmt.Errorf("%s: a URL cannot be read; want nats://HOST:PORT or tls://HOST:PORT", flagURL))
		case u.Scheme != "nats" && u.Scheme != "tls" && u.Scheme != "ws" && u.Scheme != "wss":
			faults = append(faults, fmt.Errorf("%s %s: the scheme %s is not one of nats, tls, ws and wss", flagURL, u.Redacted(), u.Scheme))
		case u.Hostname() == "":
			faults = append(faults, fmt.Errorf("%s %s: want nats://HOST:PORT or tls://HOST:PORT", flagURL, u.Redacted()))
		default:
			list = append(list, u)
		}
	}
	return list, errors.Join(faults...)
}

// loopback reports whether a host is this computer.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

func encrypted(u *url.URL) bool { return u.Scheme == "tls" || u.Scheme == "wss" }

// Check returns all faults of the address. An address other than loopback must have TLS and
// credentials, unless Insecure is set. Nothing is connected.
func (a *Address) Check() error {
	list, err := a.servers()
	faults := []error{err}
	for _, f := range [][2]string{{flagCredentials, a.Credentials}, {flagAuthorities, a.Authorities}} {
		if f[1] == "" {
			continue
		}
		if _, err := os.ReadFile(f[1]); err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", f[0], err))
		}
	}
	for _, u := range list {
		if a.Insecure || loopback(u.Hostname()) {
			continue
		}
		var lacks []string
		if !encrypted(u) && a.Authorities == "" {
			lacks = append(lacks, fmt.Sprintf("TLS (tls:// or %s)", flagAuthorities))
		}
		if u.User == nil && a.Credentials == "" && a.Token == "" {
			lacks = append(lacks, fmt.Sprintf("credentials (%s, or those in the URL)", flagCredentials))
		}
		if len(lacks) > 0 {
			faults = append(faults, fmt.Errorf("%s %s is another computer, and there are no %s; %s allows that", flagURL, u.Redacted(), strings.Join(lacks, " and no "), flagInsecure))
		}
	}
	return errors.Join(faults...)
}

// String names the servers without passwords.
func (a *Address) String() string {
	list, _ := a.servers() // Check has told the faults
	var names []string
	for _, u := range list {
		u.User = nil
		names = append(names, u.String())
	}
	return strings.Join(names, ", ")
}

// reconnectWait is the time between two attempts to connect again.
const reconnectWait = 200 * time.Millisecond

// connect connects to the server. Later it connects again whenever the connection is lost, and
// tells that.
func (a *Address) connect(name string, tell func(string)) (*nats.Conn, error) {
	list, err := a.servers()
	if err != nil {
		return nil, err
	}
	options := []nats.Option{
		nats.Name(name), nats.MaxReconnects(-1), nats.ReconnectWait(reconnectWait), nats.ReconnectJitter(0, 0),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				tell("the connection to the NATS server is lost; waiting for it")
			}
		}),
		nats.ReconnectHandler(func(*nats.Conn) { tell("connected to the NATS server again") }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			if errors.Is(err, nats.ErrPermissionViolation) {
				tell(err.Error())
			}
		}),
	}
	var urls []string
	for _, u := range list {
		urls = append(urls, u.String())
		if encrypted(u) {
			options = append(options, nats.Secure())
		}
		if loopback(u.Hostname()) {
			options = append(options, nats.IgnoreDiscoveredServers()) // they may be other computers
		}
	}
	if a.Credentials != "" {
		options = append(options, nats.UserCredentials(a.Credentials))
	}
	if a.Authorities != "" {
		options = append(options, nats.RootCAs(a.Authorities))
	}
	if a.Token != "" {
		options = append(options, nats.Token(a.Token))
	}
	if a.inside != nil {
		options = append(options, nats.InProcessServer(a.inside))
	}
	c, err := nats.Connect(strings.Join(urls, ","), options...)
	if err != nil {
		return nil, Unreachable{fmt.Errorf("%s %s: %w", flagURL, a, err)}
	}
	return c, nil
}
