package workers

import (
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// Server is a NATS server within this process. It listens on loopback only, and asks for a token.
type Server struct {
	of    *server.Server
	token string
}

// Serve starts a server that keeps its streams in a folder. What an earlier server has kept there
// is there again.
func Serve(folder string) (*Server, error) { return serveAt(folder, server.RANDOM_PORT, rand.Text()) }

func serveAt(folder string, port int, token string) (*Server, error) {
	const longestStart = 30 * time.Second
	s, err := server.NewServer(&server.Options{
		Host: "127.0.0.1", Port: port, Authorization: token, JetStream: true, StoreDir: folder,
		NoSigs: true, DisableJetStreamBanner: true,
	})
	var told complaints
	if err == nil {
		s.SetLogger(&told, false, false)
		s.Start()
		if !s.ReadyForConnections(longestStart) || !s.JetStreamEnabled() {
			s.Shutdown()
			err = told.err()
		}
	}
	if err != nil {
		return nil, fmt.Errorf("the NATS server in %s does not start: %w", folder, err)
	}
	return &Server{s, token}, nil
}

// Address returns the address of the server.
func (s *Server) Address() *Address {
	return &Address{URL: s.of.ClientURL(), Token: s.token, inside: s.of}
}

// Stop stops the server. What it has kept stays in the folder.
func (s *Server) Stop() {
	s.of.Shutdown()
	s.of.WaitForShutdown()
}

// complaints keeps the errors that a server logs.
type complaints struct {
	mutex sync.Mutex
	list  []error
}

// Fatalf implements server.Logger.
func (c *complaints) Fatalf(format string, v ...any) { c.Errorf(format, v...) }

// Errorf implements server.Logger.
func (c *complaints) Errorf(format string, v ...any) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	const most = 5
	if len(c.list) < most {
		c.list = append(c.list, fmt.Errorf(format, v...))
	}
}

// Noticef implements server.Logger. It does nothing.
func (*complaints) Noticef(string, ...any) {}

// Warnf implements server.Logger. It does nothing.
func (*complaints) Warnf(string, ...any) {}

// Debugf implements server.Logger. It does nothing.
func (*complaints) Debugf(string, ...any) {}

// Tracef implements server.Logger. It does nothing.
func (*complaints) Tracef(string, ...any) {}

func (c *complaints) err() error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if len(c.list) == 0 {
		return errors.New("it says no reason")
	}
	return errors.Join(c.list...)
}
